"""Secrets that we must be able to read back (second factors, webhook secrets) are stored sealed.

The key comes from SECRET_KEY, which is not in the database: a stolen backup alone opens nothing.
"""

from base64 import urlsafe_b64encode
from hashlib import sha256
from hmac import digest

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.encoding import force_bytes


def _box() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        Fernet(urlsafe_b64encode(digest(force_bytes(key), b"accounts.sealing", sha256))) for key in keys
    )


def seal(text: str) -> str:
    return _box().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """The text that `seal` was given. Raises cryptography.fernet.InvalidToken under another SECRET_KEY."""
    return _box().decrypt(sealed.encode()).decode()
