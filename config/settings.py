"""Settings, read from the environment alone. docs/operating.md lists every name."""

from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured

from config.addresses import read_broker_url, read_cache_url, read_database_url, read_mail_url
from config.embedded import Home
from config.environment import Environment, push_key, refuse_weak
from config.logs import logging_config
from config.stores import read_store

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()

# demo: one machine, known secrets, demo data. production: everything from the environment. test: the suite.
STAGE = env.one_of("RECOURSE_STAGE", "demo", "demo", "production", "test")
PRODUCTION = STAGE == "production"
DEBUG = False
STATE_DIR = Path(env.str("RECOURSE_STATE", str(BASE_DIR / ".state"))).resolve()


def secret(name: str) -> str:
    """A secret from the environment; outside production a known one that production refuses."""
    demo = f"demo-{name.lower().replace('_', '-')}-not-for-production-0123456789abcdef"
    return refuse_weak(name, env.str(name, "")) if PRODUCTION else env.str(name, demo)


def required(name: str, demo: str) -> str:
    """A value that production must set; outside it there is one that works."""
    value = env.str(name, "" if PRODUCTION else demo)
    if not value:
        raise ImproperlyConfigured(f"{name} must be set.")
    return value


SECRET_KEY = secret("SECRET_KEY")
RECEIPT_KEY = secret("RECEIPT_KEY")  # lookups and derivation of receipts; losing it locks every person out
LINK_KEYS = env.dict("LINK_KEYS", default={}) or {"1": secret("LINK_KEY")}  # key id -> secret, newest last
if PRODUCTION:
    for secret_of_link in LINK_KEYS.values():
        refuse_weak("LINK_KEYS", secret_of_link)

APPEAL_WINDOW_MONTHS = env.between("APPEAL_WINDOW_MONTHS", 6, 6, 120)  # the law asks for six at least
# How many calls one key may make to the statements API.
STATEMENT_CALLS_PER_SECOND = env.between("STATEMENT_CALLS_PER_SECOND", 200, 1, 1_000_000)
STATEMENT_CALLS_PER_MINUTE = env.between("STATEMENT_CALLS_PER_MINUTE", 12_000, 1, 60_000_000)
# How much one stream may bring before it is told to go on in another call; a worker has only so much time.
STATEMENT_STREAM_LINES = env.between("STATEMENT_STREAM_LINES", 200_000, 1, 10_000_000)
STATEMENT_STREAM_SECONDS = env.between("STATEMENT_STREAM_SECONDS", 20, 1, 3600)

# Where we listen, and the address under which people reach us; links in mail begin with it.
HOST = env.str("HOST", "127.0.0.1")
PORT = env.between("PORT", 8000, 1, 65535)
BASE_URL = env.web_address("BASE_URL", f"http://localhost:{PORT}")
if PRODUCTION and not BASE_URL.startswith("https://"):
    raise ImproperlyConfigured("BASE_URL must be set, and begin with https://.")
# A health check on the machine itself asks for localhost.
ALLOWED_HOSTS = [
    "localhost",
    "127.0.0.1",
    "[::1]",
    urlsplit(BASE_URL).hostname,
    *env.list("ALLOWED_HOSTS", default=[]),
]
METRICS_TOKEN = env.str("METRICS_TOKEN", "")  # without one, /metrics does not exist
if PRODUCTION and METRICS_TOKEN:
    refuse_weak("METRICS_TOKEN", METRICS_TOKEN)
DEAD_MAN_URL = env.web_address("DEAD_MAN_URL")  # called each minute; its silence is an alarm
LOGGING = logging_config(env.one_of("LOG_LEVEL", "INFO", "DEBUG", "INFO", "WARNING", "ERROR"))

# In production everything goes through TLS; a proxy of ours before us says so in X-Forwarded-Proto.
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
TRUSTED_PROXIES = env.between(
    "TRUSTED_PROXIES", 0, 0, 20
)  # proxies of ours before us, which name the visitor
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if PRODUCTION else 0
# Whether every other name under this domain speaks TLS, only the operator can say.
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env.bool("HSTS_WHOLE_DOMAIN", False)
# W003 looks for Django's own CSRF middleware; ours is a subclass of it.
SILENCED_SYSTEM_CHECKS = ["security.W003", "security.W005", "security.W021"]
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True

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
    "config.middleware.browser_rules",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "config.middleware.SameOriginCsrf",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.SignedInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.middleware.no_store",
    "config.middleware.WithoutNul",
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
                "config.pages.service",
                "config.watch.clock_alarm",
            ]
        },
    }
]

# Without DATABASE_URL and VALKEY_URL: the servers that `make run` starts, found by the state folder.
HOME = Home(STATE_DIR)
if PRODUCTION and not (env.str("DATABASE_URL", "") and env.str("VALKEY_URL", "")):
    raise ImproperlyConfigured("DATABASE_URL and VALKEY_URL must be set: production brings its own servers.")
DATABASES = {"default": read_database_url(env.str("DATABASE_URL", "") or HOME.database_url)}
BEHIND_PGBOUNCER = env.bool("DATABASE_BEHIND_PGBOUNCER", False)
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = BEHIND_PGBOUNCER
# journal/prepared.py: a statement seen so often on a connection is planned once. Not where each transaction
# may get another connection, which does not know the plan.
DATABASES["default"]["OPTIONS"]["prepare_threshold"] = None if BEHIND_PGBOUNCER else 5
# Long-running processes keep this many connections open; a command of manage.py opens one and closes it.
POOL = env.between("RECOURSE_POOL", 0, 0, 100)
# A connection is tried before a request has it: after the database was away, each of those that died would
# cost somebody a failed request.
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if POOL:
    # A pool waits longer after each failure, so that a server away for a minute would cost another one; one
    # that soon gives up tries again with the next request.
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": POOL,
        "timeout": 10,
        "reconnect_timeout": 2,
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"

VALKEY_URL = env.str("VALKEY_URL", "") or HOME.valkey_url("broker")
CELERY_BROKER_URL = read_broker_url(VALKEY_URL)
VALKEY_CACHE_URL = env.str("VALKEY_CACHE_URL", "") or env.str("VALKEY_URL", "") or HOME.valkey_url("cache")
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "config.limits.LimitsCache",
        "LOCATION": read_cache_url(VALKEY_CACHE_URL),
        # Seconds. Counts are not worth a longer wait: see config/limits.py for what counts then.
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    }
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_REDIRECT_STDOUTS = False
# Without the last two, kombu looks for messages of a killed worker only every hundred seconds.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_throttle": 1,
    "unacked_restore_interval": 5,
}
# What no lane is for; the lanes `page`, `case` and `bulk` are named where a delivery is made.
CELERY_TASK_DEFAULT_QUEUE = "clock"
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "journal.tasks.sweep", "schedule": 5, "options": {"expires": 5}},
    "beat": {"task": "journal.tasks.beat", "schedule": 10, "options": {"expires": 10}},
    "empty-deliveries": {"task": "journal.tasks.empty_deliveries", "schedule": crontab(minute=20)},
    "fold-history": {"task": "journal.tasks.fold_history", "schedule": crontab(minute=10)},
    "nag-measures": {"task": "appeals.tasks.nag_measures", "schedule": crontab(minute="*/10")},
    "lapse-remits": {"task": "appeals.tasks.lapse_remits", "schedule": crontab(minute=5)},
    "empty-people": {"task": "appeals.tasks.empty_people_due", "schedule": crontab(minute=40)},
    "move-files": {"task": "helpdesk.tasks.move_files", "schedule": 30, "options": {"expires": 30}},
    "free-left-cases": {"task": "helpdesk.tasks.free_left_cases", "schedule": crontab(minute="*/5")},
    "keep-promises": {"task": "helpdesk.tasks.keep_promises", "schedule": 20, "options": {"expires": 20}},
    "take-steps": {"task": "helpdesk.tasks.take_steps", "schedule": 10, "options": {"expires": 10}},
    # In the worker of pages: nothing that takes long in the clock's own may hold up a page.
    "ring": {"task": "helpdesk.tasks.ring", "schedule": 10, "options": {"queue": "page", "expires": 10}},
    "watch-rotas": {"task": "helpdesk.tasks.watch_rotas", "schedule": crontab(minute="*/5")},
    "end-silence": {
        "task": "helpdesk.tasks.end_silence",
        "schedule": crontab(minute="*/10"),
        "options": {"expires": 600},
    },
    "wake-snoozed": {"task": "helpdesk.tasks.wake_snoozed", "schedule": 60, "options": {"expires": 60}},
    "index-old-cases": {
        "task": "helpdesk.tasks.index_old_cases",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "purge-cases": {"task": "helpdesk.tasks.purge", "schedule": crontab(minute=50)},
    "count-intakes": {"task": "appeals.tasks.count_intakes", "schedule": 60, "options": {"expires": 60}},
    "count-numbers": {"task": "helpdesk.tasks.count_numbers", "schedule": crontab(minute=15)},
    "forget-intakes": {"task": "appeals.tasks.forget_intakes", "schedule": crontab(hour=3, minute=20)},
    "forget-api-answers": {"task": "helpdesk.tasks.forget_api_answers", "schedule": crontab(minute=55)},
    "make-months": {"task": "appeals.tasks.make_months", "schedule": crontab(hour=3, minute=0)},
    "forget-devices": {"task": "accounts.tasks.forget", "schedule": crontab(hour=3, minute=30)},
    "dead-man": {"task": "config.tasks.call_dead_man", "schedule": 60, "options": {"expires": 60}},
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.KeyAuthentication", "accounts.api.StaffSession"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["accounts.renderers.ProblemRenderer"],
    "DEFAULT_PARSER_CLASSES": ["accounts.parsers.JsonParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "accounts.problems.answer_problem",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Recourse",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "MeasureKind": "appeals.models.measures.MeasureKind",
        "QueueKind": "helpdesk.models.queues.QueueKind",
    },
}

# Outside production, mail lands as files in the state folder unless EMAIL_URL names a server.
vars().update(read_mail_url(required("EMAIL_URL", f"file://{quote(str(STATE_DIR))}/mail")))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = required("MAIL_FROM", "recourse@localhost")
# Browser push: off unless a key is set, as it tells the maker of a browser when its user is paged.
WEB_PUSH_KEY = push_key("WEB_PUSH_KEY", env.str("WEB_PUSH_KEY", ""))
WEB_PUSH_CONTACT = env.str("WEB_PUSH_CONTACT", "") or parseaddr(DEFAULT_FROM_EMAIL)[1]
EXECUTIVE_CONTACT = env.str("EXECUTIVE_CONTACT", "")  # an address; who is told when all below were
MAIL_DOMAIN = env.str("MAIL_DOMAIN", "") or DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
# Webhooks to plain http and to private networks: on one machine and in tests, never in production.
WEBHOOKS_TO_PRIVATE_NETWORKS = not PRODUCTION and env.bool("WEBHOOKS_TO_PRIVATE_NETWORKS", True)

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ru", "Русский"), ("fa", "فارسی")]
MODELTRANSLATION_LANGUAGES = ("en", "ru", "fa", "uk", "be", "ar", "zh-hant", "pt-br", "es", "fr")
MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
MODELTRANSLATION_FALLBACK_LANGUAGES = MODELTRANSLATION_LANGUAGES  # a name in another language beats none
FORMAT_MODULE_PATH = ["config.formats"]
LOCALE_PATHS = [BASE_DIR / "locale"]

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [("dist", BASE_DIR / "static" / "dist")]
HASHED = "whitenoise.storage.CompressedManifestStaticFilesStorage"
PLAIN = "django.contrib.staticfiles.storage.StaticFilesStorage"
MEDIA_ROOT = Path(env.str("RECOURSE_FILES", str(STATE_DIR / "files")))

# Signing in: by invitation only; whoever is signed in without a second factor sees nothing.
AUTHENTICATION_BACKENDS = ["accounts.backends.ByAddress"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.passwords.LongEnough", "OPTIONS": {"min_length": 12}},
    {"NAME": "accounts.passwords.Uncommon"},
    {"NAME": "accounts.passwords.UnlikeTheUser", "OPTIONS": {"user_attributes": ["name", "email"]}},
]
if STAGE == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "accounts:own"
SESSION_COOKIE_AGE = 14 * 24 * 60 * 60  # seconds
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # the invitation proved the address
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = False  # accounts tells of changes itself, in their transaction
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "reset_password": "accounts.forms.ForgottenForm",
    "reset_password_from_key": "accounts.forms.NewPasswordForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "reauthenticate": "accounts.forms.ShowAgainForm",
}
# Wrong tries are slowed by accounts/waits.py; these key on the visitor of the hour.
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "", "reset_password": "20/m/ip"}
MFA_ADAPTER = "accounts.adapter.FactorAdapter"
MFA_FORMS = {
    "activate_totp": "accounts.forms.AppForm",
    "add_webauthn": "accounts.forms.PasskeyForm",
    "edit_webauthn": "accounts.forms.PasskeyNameForm",
    "login_webauthn": "accounts.forms.SignInByKeyForm",
    "authenticate_webauthn": "accounts.forms.KeyAsFactorForm",
    "reauthenticate_webauthn": "accounts.forms.KeyAgainForm",
    "authenticate": "accounts.forms.CodeForm",
    "reauthenticate": "accounts.forms.CodeAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
MFA_TOTP_TOLERANCE = 1
STORAGES: dict[str, dict[str, Any]] = {
    "default": read_store(env),
    "staticfiles": {"BACKEND": PLAIN if STAGE == "test" else HASHED},
}
ATTACHMENT_BYTES = env.between("ATTACHMENT_BYTES", 10 * 1024 * 1024, 1, 1024**3)  # in one file
ATTACHMENTS_AT_ONCE = env.between("ATTACHMENTS_AT_ONCE", 5, 0, 100)
ATTACHMENTS_IN_A_CASE = env.between("ATTACHMENTS_IN_A_CASE", 30, 0, 10_000)
# What a browser may do on our pages: load from us, run from us, tell nobody where the reader came from.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
SECURE_REFERRER_POLICY = "no-referrer"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "config.pages.stale_form"

# Who runs this service and how to reach them (/contact/, DSA articles 11 to 13).
SERVICE = {
    "name": env.str("SERVICE_NAME", "Recourse"),
    "operator": required("SERVICE_OPERATOR", "Recourse Demo"),
    "address": required("SERVICE_ADDRESS", "1 Example Street, Exampleton"),
    "people_email": required("CONTACT_PEOPLE_EMAIL", "people@recourse.example"),
    "authorities_email": required("CONTACT_AUTHORITIES_EMAIL", "authorities@recourse.example"),
    "representative": env.str("LEGAL_REPRESENTATIVE", ""),
    "security_contact": required("SECURITY_CONTACT", "mailto:security@recourse.example"),
    "languages": env.list("CONTACT_LANGUAGES", default=["en", "ru", "fa"]),
}
# How many forms without proof of work may wait to be screened in an hour; what is beyond is not screened.
WAITS_PER_HOUR = env.between("WAITS_PER_HOUR", 0 if STAGE == "test" else 600, 0, 1_000_000)
QUICK_EXIT_URL = env.web_address("QUICK_EXIT_URL", "https://www.wikipedia.org/")
