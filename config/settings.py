"""Settings, read from the environment alone. docs/operating.md lists every name."""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from config.addresses import read_broker_url, read_cache_url, read_database_url
from config.embedded import Home

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# demo: one machine, known secrets, demo data. production: everything from the environment. test: the suite.
STAGE = env.str("RECOURSE_STAGE", "demo")
if STAGE not in {"demo", "production", "test"}:
    raise ImproperlyConfigured("RECOURSE_STAGE must be demo, production or test.")
PRODUCTION = STAGE == "production"
DEBUG = False
STATE_DIR = Path(env.str("RECOURSE_STATE", str(BASE_DIR / ".state"))).resolve()


def secret(name: str) -> str:
    """A secret from the environment; outside production a known one that production refuses."""
    demo = f"demo-{name.lower().replace('_', '-')}-not-for-production-0123456789abcdef"
    if not PRODUCTION:
        return env.str(name, demo)
    value = env.str(name, "")
    if len(value) < 32 or value.startswith("demo-"):
        raise ImproperlyConfigured(f"{name} must be set to a secret of at least 32 characters.")
    return value


SECRET_KEY = secret("SECRET_KEY")
RECEIPT_KEY = secret("RECEIPT_KEY")  # lookups and derivation of receipts; losing it locks every person out
LINK_KEYS = env.dict("LINK_KEYS", default={}) or {"1": secret("LINK_KEY")}  # key id -> secret, newest last

APPEAL_WINDOW_MONTHS = env.int("APPEAL_WINDOW_MONTHS", 6)
if APPEAL_WINDOW_MONTHS < 6:
    raise ImproperlyConfigured(
        "APPEAL_WINDOW_MONTHS must be 6 or more: the law asks for at least six months."
    )
# How many calls one key may make to the statements API.
STATEMENT_CALLS_PER_SECOND = env.int("STATEMENT_CALLS_PER_SECOND", 200)
STATEMENT_CALLS_PER_MINUTE = env.int("STATEMENT_CALLS_PER_MINUTE", 12_000)

INSTALLED_APPS = [
    "modeltranslation",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "drf_spectacular",
    "csp",
    "journal",
    "accounts",
    "rulebook",
    "helpdesk",
    "appeals",
    "config",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# Without DATABASE_URL and VALKEY_URL: the servers that `make run` starts, found by the state folder.
HOME = Home(STATE_DIR)
DATABASES = {"default": read_database_url(env.str("DATABASE_URL", "") or HOME.database_url)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"

VALKEY_URL = env.str("VALKEY_URL", "") or HOME.valkey_url("broker")
VALKEY_CACHE_URL = env.str("VALKEY_CACHE_URL", "") or env.str("VALKEY_URL", "") or HOME.valkey_url("cache")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": read_cache_url(VALKEY_CACHE_URL),
    }
}
CELERY_BROKER_URL = read_broker_url(VALKEY_URL)
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
# Without the last two, kombu looks for messages of a killed worker only every hundred seconds.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_throttle": 1,
    "unacked_restore_interval": 5,
}

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ru", "Русский"), ("fa", "فارسی")]
MODELTRANSLATION_LANGUAGES = ("en", "ru", "fa", "uk", "be", "ar", "zh-hant", "pt-br", "es", "fr")
MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
MODELTRANSLATION_FALLBACK_LANGUAGES = ("en",)
LOCALE_PATHS = [BASE_DIR / "locale"]

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = Path(env.str("RECOURSE_FILES", str(STATE_DIR / "files")))
