"""Who may have which address: one line for each, by the name of the URL.

PUBLIC: without an account. ANYONE: whoever is signed in. BY_OBJECT: decided on the record, whose
page's own tests show who is refused. Otherwise the roles, of which one is enough on any unit; all
the others are refused. `namespace:*` stands for the addresses of an application that is not ours.
"""

from qms.organisation.roles import Role

PUBLIC = "public"
ANYONE = "anyone"
BY_OBJECT = "by object"

ACCESS: dict[str, str | frozenset[Role]] = {
    "healthz": PUBLIC,
    "account_login": PUBLIC,
    "account_inactive": PUBLIC,
    "account_signup": PUBLIC,  # says that it is closed
    "account_reset_password": PUBLIC,
    "account_reset_password_done": PUBLIC,
    "account_reset_password_from_key": PUBLIC,
    "account_reset_password_from_key_done": PUBLIC,
    "account_logout": ANYONE,
    "account_change_password": ANYONE,
    "account_set_password": ANYONE,
    "account_reauthenticate": ANYONE,
    "account_email": ANYONE,
    "account_email_verification_sent": PUBLIC,
    "account_confirm_email": PUBLIC,  # the letter is opened where it arrives
    "admin:*": BY_OBJECT,
}
