"""What a printed page carries so that anybody may ask whether it is still valid."""

import secrets


def new_token() -> str:
    """Return 128 random bits as 32 hexadecimal letters; it tells nothing by itself."""
    return secrets.token_hex(16)
