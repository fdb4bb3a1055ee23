"""All settings, each from the environment or `var/.env`; `.env.example` tells what they mean."""

import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from qms.logs import configuration

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
VAR_DIR = Path(env("VAR_DIR", default=str(BASE_DIR / "var")))
environ.Env.read_env(VAR_DIR / ".env")


def _secret_key() -> str:
    key = env("SECRET_KEY", default="")
    if not key:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. `make setup` writes one into var/.env; see .env.example."
        )
    return str(key)


def _database_of(name: str) -> dict[str, Any]:
    """Return the database that a setting names by its address; SQLite in VAR_DIR if it does not."""
    found: dict[str, Any] = env.db(name, default=f"sqlite:///{VAR_DIR / 'qms.sqlite3'}")
    return found


SECRET_KEY = _secret_key()
DEBUG = env.bool("DEBUG", default=False)
PUBLIC_URL = env("PUBLIC_URL", default="http://localhost:8000").rstrip("/")
_public = urlsplit(PUBLIC_URL)
IS_HTTPS = _public.scheme == "https"
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[_public.hostname or "localhost", "localhost", "127.0.0.1"]
)
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "home",
    "audits",
    "procedures",
    "qms.records",
    "qms.organisation",
    "qms.foundation",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    "guardian",
    "simple_history",
    "django_htmx",
    "django_prose_editor",
    "django_tasks",
    "django_tasks_db",
    "js_asset",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "qms.logs.logged_requests",
    "qms.http.busy_database",
    "qms.http.written_once",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "qms.organisation.sessions.limited_session",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "qms.organisation.second_factor.second_factor_first",
    "axes.middleware.AxesMiddleware",
    "qms.http.private_pages",
    "qms.http.keep_address",
]
# Counts for Prometheus; the page answers these addresses alone, asked without a proxy.
METRICS = env.bool("METRICS", default=False)
METRICS_ALLOW = env.list("METRICS_ALLOW", default=["127.0.0.1", "::1"])
if METRICS:
    MIDDLEWARE = [
        "django_prometheus.middleware.PrometheusBeforeMiddleware",
        *MIDDLEWARE,
        "django_prometheus.middleware.PrometheusAfterMiddleware",
    ]

ROOT_URLCONF = "qms.urls"
WSGI_APPLICATION = "qms.wsgi.application"
FORM_RENDERER = "qms.foundation.forms.OfficeRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "qms.http.frame",
            ],
            "builtins": ["qms.foundation.templatetags.office"],
        },
    }
]

# --- Database -----------------------------------------------------------------------------------
# On PostgreSQL one role may own the tables and migrate, and the other only work with them.
_makes_tables = sys.argv[1:2] in (["migrate"], ["restore"])
_is_owner = _makes_tables and bool(env("DATABASE_OWNER_URL", default=""))
DATABASES = {"default": _database_of("DATABASE_OWNER_URL" if _is_owner else "DATABASE_URL")}
APPLICATION_ROLE = _database_of("DATABASE_URL")["USER"] if _is_owner else ""  # who is given rights
if _is_owner and DATABASES["default"]["USER"] == APPLICATION_ROLE:
    raise ImproperlyConfigured("DATABASE_OWNER_URL names the very role of DATABASE_URL.")
_database = DATABASES["default"]
if _database["ENGINE"] == "django.db.backends.sqlite3":
    # The last connection to close takes the shared index of the log with it, and to make it anew
    # needs room: on a full disk nobody could read any more. So a thread keeps its connection.
    _database["CONN_MAX_AGE"] = None
    _database["OPTIONS"] = {
        # A read that turns into a write is not waited for by SQLite: take the write lock at once.
        "transaction_mode": "IMMEDIATE",
        "timeout": env.int("SQLITE_TIMEOUT", default=10),
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
            "PRAGMA journal_size_limit=67108864;"
        ),
    }
else:
    _database["CONN_HEALTH_CHECKS"] = True
    _database["CONN_MAX_AGE"] = 0
    _database["OPTIONS"] = {
        "pool": {"min_size": 1, "max_size": env.int("DATABASE_POOL", default=8)},
        "options": "-c statement_timeout=30000 -c lock_timeout=10000",
    }
_test_name = env("TEST_DB_NAME", default="")
if _test_name:
    _database["TEST"] = {"NAME": _test_name}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Jobs: one worker runs what is long (`manage.py db_worker`) -----------------------------------
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
JOBS = {  # kind of a job → what does it
    "archive": "procedures.archive.making.make_archive",
    "archive_word": "procedures.archive.making.make_archive_with_word",
    "evidence_procedure": "procedures.archive.evidence.make_evidence",
    "evidence_audit": "audits.actions.evidence_package.make_evidence",
    "year_file": "home.year.making.make_year_archive",
    "word_import": "procedures.docx_import.receiving.read_batch",
}

# --- Sign-in ------------------------------------------------------------------------------------
AUTH_USER_MODEL = "organisation.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "qms.organisation.passwords.OfficePasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "qms.organisation.accounts.OfficeAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_DISPLAY = "qms.organisation.accounts.display_name"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody writes to strangers in the office's name
# django-axes alone counts failures: one count for all workers, kept as evidence.
ACCOUNT_RATE_LIMITS = {"login_failed": None}
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # never lets a stranger lock the leader out
LOGIN_FAILURES = env.int("LOGIN_FAILURES", default=8)
AXES_FAILURE_LIMIT = "qms.organisation.accounts.failure_limit"
PROXY_COUNT = env.int("PROXY_COUNT", default=0)
AXES_CLIENT_IP_CALLABLE = "qms.organisation.addresses.client_address"
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "account/locked_out.html"
# As allauth hands it to the backends, whatever its form calls it: otherwise failures are counted
# for nobody, and the right password opens a locked account.
AXES_USERNAME_FORM_FIELD = "username"
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False

SECOND_FACTOR = env.str("SECOND_FACTOR", default="off")
if SECOND_FACTOR not in {"off", "approvers", "all"}:
    raise ImproperlyConfigured("SECOND_FACTOR is off, approvers or all; see .env.example.")
MFA_ADAPTER = "qms.organisation.second_factor.OfficeMFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the administrator made the account, no letter did
MFA_TOTP_TOLERANCE = 1  # half minutes by which a phone's clock may be wrong
MFA_FORMS = {
    "authenticate": "qms.organisation.second_factor.SignInCodeForm",
    "reauthenticate": "qms.organisation.second_factor.ConfirmCodeForm",
    "activate_totp": "qms.organisation.second_factor.SetUpForm",
}

OIDC_ISSUER = env("OIDC_ISSUER", default="").rstrip("/")
OIDC_NAME = env("OIDC_NAME", default="tài khoản dùng chung")
OIDC_CLAIM = env("OIDC_CLAIM", default="preferred_username")
OIDC_TRUSTS_SECOND_FACTOR = env.bool("OIDC_TRUSTS_SECOND_FACTOR", default=False)
SOCIALACCOUNT_ADAPTER = "qms.organisation.single_sign_on.OfficeSocialAdapter"
SOCIALACCOUNT_PROVIDERS = {}
if OIDC_ISSUER:
    _client = {
        "provider_id": "don-vi",
        "name": OIDC_NAME,
        "client_id": env("OIDC_CLIENT_ID"),
        "secret": env("OIDC_CLIENT_SECRET"),
        "settings": {"server_url": OIDC_ISSUER, "oauth_pkce_enabled": True},
    }
    SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [_client]}}

# Nobody asks has_perm(perm, unit): grants have dates, and qms.organisation alone reads them.
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_MONKEY_PATCH_GROUP = False
ANONYMOUS_USER_NAME = None
SIMPLE_HISTORY_REVERT_DISABLED = True
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True

# --- Sessions, cookies, headers -----------------------------------------------------------------
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", default=30)
SESSION_HOURS = env.int("SESSION_HOURS", default=12)
SESSION_COOKIE_AGE = SESSION_HOURS * 60 * 60
SESSION_SAVE_EVERY_REQUEST = False
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = False  # htmx pages read the token from the page, tests from the cookie
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)/$"]  # asked on the machine, past the proxy
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
_issuer = urlsplit(OIDC_ISSUER)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        # The button of single sign-on is a form that leads to the provider.
        "form-action": [SELF, *([f"{_issuer.scheme}://{_issuer.netloc}"] if OIDC_ISSUER else [])],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    "camera": ["self"],
    "geolocation": [],
    "microphone": [],
    "payment": [],
    "usb": [],
}

# --- Language, time -----------------------------------------------------------------------------
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt")]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = ["qms.foundation.formats"]
LOCALE_PATHS = [BASE_DIR / "qms" / "foundation" / "locale"]
USE_THOUSAND_SEPARATOR = False

# --- Files --------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = VAR_DIR / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MAX_UPLOAD_BYTES = env.int("MAX_UPLOAD_BYTES", default=20 * 1024 * 1024)
# A folder of root certificates; signatures on PDF files that lead to one of them are trusted.
PADES_TRUST_ROOTS = env("PADES_TRUST_ROOTS", default="")
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # a long procedure is one form of many rows

# --- Data ---------------------------------------------------------------------------------------
LOAD_DEMO = env.bool("LOAD_DEMO", default=True)  # demo people and the procedures they signed

# --- Health -------------------------------------------------------------------------------------
READY_MIN_FREE_MB = env.int("READY_MIN_FREE_MB", default=200)
BACKUP_MAX_AGE_HOURS = env.int("BACKUP_MAX_AGE_HOURS", default=0)

# --- Checkpoints: signed heads of the ledger ------------------------------------------------------
CHECKPOINT_DIR = Path(env("CHECKPOINT_DIR", default=str(VAR_DIR / "checkpoints")))
CHECKPOINT_KEY = Path(env("CHECKPOINT_KEY", default=str(VAR_DIR / "keys" / "checkpoint.pem")))

# --- Mail, logs ---------------------------------------------------------------------------------
EMAIL_CONFIG = env.email("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="iso@localhost")
LOGGING = configuration(
    kind=env("LOG_FORMAT", default="line" if sys.stderr.isatty() else "json"),
    level=env("LOG_LEVEL", default="WARNING"),
)
