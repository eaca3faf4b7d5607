"""Django settings of Jinlan: typed environment in, nothing secret in the file.

The application connects as the role in `DATABASE_URL`, which owns nothing. The owner's connection exists only
under the alias ``owner`` and only in the commands that migrate (`JINLAN_OWNER=1`).
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.http.request import validate_host

from jinlan.site.front import networks
from jinlan.site.home import ROOT, home

HOME = home()
JINLAN_HOME = HOME.path
JINLAN_ROOTS = HOME.roots
LIBPQ = (
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "connect_timeout",
    "target_session_attrs",
    "channel_binding",
)
SRC = Path(__file__).resolve().parents[1]


def database(url: str) -> dict[str, Any]:
    """Turn ``postgresql://user:password@host:port/name`` into Django's dictionary; host may be a socket folder."""
    parts = urlsplit(url)
    asked = {name: value for name, value in parse_qsl(parts.query) if name in LIBPQ}
    # The socket folder is percent-encoded, and urlsplit lower-cases what it takes for a host name.
    host = unquote(parts.netloc.rpartition("@")[2].partition(":")[0])
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": asked
        | {
            "options": "-c statement_timeout=30000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000"
        },
    }


def proxies(name: str) -> tuple[Any, ...]:
    """Return the addresses and networks of the bank's proxies from the environment."""
    try:
        return networks(names(name))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}") from None


def scanner(name: str) -> str:
    """Return where the virus scanner listens, ``host:port`` or ``unix:/path``; "" for none."""
    text = os.environ.get(name, "")
    if text and not text.startswith("unix:/") and not re.fullmatch(r"[^\s/]+:\d{1,5}", text):
        raise ImproperlyConfigured(f"{name}={text}: host:port or unix:/path is needed")
    return text


def whole(name: str, default: int, least: int, most: int) -> int:
    """Return a whole number from the environment, between two limits."""
    text = os.environ.get(name, str(default))
    if not text.isdecimal() or not least <= int(text) <= most:
        raise ImproperlyConfigured(f"{name}={text}: a whole number from {least} to {most} is needed")
    return int(text)


def one_of(name: str, *choices: str) -> str:
    """Return one of the choices from the environment, the first one by default."""
    text = os.environ.get(name, choices[0])
    if text not in choices:
        raise ImproperlyConfigured(f"{name}={text}: one of {', '.join(choices)} is needed")
    return text


def own_address(name: str) -> str:
    """Return where people reach this installation, as an origin; "" when it is not set."""
    text = os.environ.get(name, "").rstrip("/")
    parts = urlsplit(text)
    secure = parts.scheme == "https" or (parts.scheme, parts.hostname) == ("http", "localhost")
    if text and (not secure or not parts.hostname or text != f"{parts.scheme}://{parts.netloc}"):
        raise ImproperlyConfigured(f"{name}={text}: https://name[:port] is needed (http for localhost only)")
    return text


def names(name: str) -> frozenset[str]:
    """Return names apart by commas from the environment, in small letters."""
    return frozenset(one.strip().lower() for one in os.environ.get(name, "").split(",") if one.strip())


def portal_host(staff: list[str], base_url: str) -> str:
    """Return the name of the clients' host, "" without a portal; it is never a name of the bank's people's."""
    name = os.environ.get("JINLAN_PORTAL_HOST", "").lower()
    if name and not all(re.fullmatch(r"[a-z0-9-]+", part) for part in name.split(".")):
        raise ImproperlyConfigured(
            f"JINLAN_PORTAL_HOST={name}: a host name without scheme and port is needed"
        )
    if name and (validate_host(name, staff) or name == urlsplit(base_url).hostname):
        raise ImproperlyConfigured(
            f"JINLAN_PORTAL_HOST={name}: the portal needs a host name of its own, which JINLAN_HOSTS and JINLAN_BASE_URL do not say"
        )
    return name


def mail_server() -> tuple[str, int, str, str, bool, bool]:
    """Return host, port, user, password, STARTTLS, TLS of ``JINLAN_SMTP=host[:port]`` and what belongs to it; no host: no mail."""
    host, _colon, port = os.environ.get("JINLAN_SMTP", "").partition(":")
    secure = one_of("JINLAN_SMTP_TLS", "starttls", "tls", "none")
    secret = os.environ.get("JINLAN_SMTP_PASSWORD_FILE", "")
    if port and not port.isdecimal():
        raise ImproperlyConfigured(f"JINLAN_SMTP={host}:{port}: host or host:port is needed")
    return (
        host, int(port) if port else 465 if secure == "tls" else 25, os.environ.get("JINLAN_SMTP_USER", ""),
        Path(secret).read_text("utf-8").strip() if secret else "", secure == "starttls", secure == "tls",
    )  # fmt: skip


def identity_provider(base_url: str) -> dict[str, Any] | None:
    """Return the bank's OpenID provider as it was configured, None without one."""
    said = {
        name: os.environ.get(f"JINLAN_OIDC_{name}", "")
        for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET_FILE", "CLAIM", "MFA")
    }
    if not said["ISSUER"]:
        return None
    parts = urlsplit(said["ISSUER"])
    if parts.scheme != "https" and (parts.scheme, parts.hostname) not in {
        ("http", "localhost"),
        ("http", "127.0.0.1"),
    }:
        raise ImproperlyConfigured("JINLAN_OIDC_ISSUER: https is needed")
    if not said["CLIENT_ID"] or not base_url:
        raise ImproperlyConfigured("JINLAN_OIDC_ISSUER needs JINLAN_OIDC_CLIENT_ID and JINLAN_BASE_URL")
    return {
        "issuer": said["ISSUER"], "client": said["CLIENT_ID"], "secret_file": said["CLIENT_SECRET_FILE"],
        "claim": said["CLAIM"] or "preferred_username", "mfa": frozenset(filter(None, said["MFA"].split(","))),
    }  # fmt: skip


DATABASES: dict[str, dict[str, Any]] = {
    "default": database(os.environ.get("DATABASE_URL", "postgresql://jl_app@localhost/jinlan")),
}
if os.environ.get("JINLAN_OWNER") == "1":
    owner = database(os.environ.get("DATABASE_OWNER_URL", ""))
    # A migration that waits for a lock makes everybody behind it wait: it gives way soon and comes again (kernel `migrate`).
    owner["OPTIONS"]["options"] = "-c lock_timeout=400"
    DATABASES["default"] = owner

DEBUG = False
SECRET_KEY = HOME.key("django").hex()
JINLAN_SEAL_KEY = HOME.key("seal")
HOME.key("vault")  # made with the others; the vault looks at its files again and again
JINLAN_KEYS = HOME.keys
JINLAN_VAULT_CIPHER = one_of("JINLAN_VAULT_CIPHER", "aes-256-gcm", "sm4-gcm")
JINLAN_HASH_KEY = HOME.key("hash")
JINLAN_READER_SOCKET = HOME.reader_socket
JINLAN_ENTITY = os.environ.get("JINLAN_ENTITY", "")
JINLAN_BANK_NAME = os.environ.get("JINLAN_BANK_NAME", "金澜银行")
JINLAN_PAPER_FONT = os.environ.get(
    "JINLAN_PAPER_FONT", ""
)  # a TrueType font with Chinese letters, embedded in PDFs
JINLAN_DEMO = os.environ.get("JINLAN_DEMO", "1") == "1"
JINLAN_BASE_URL = own_address("JINLAN_BASE_URL")
JINLAN_OIDC = identity_provider(JINLAN_BASE_URL)
JINLAN_OUTGOING_HOSTS = names("JINLAN_OUTGOING_HOSTS")  # host or host:port that webhooks may go to
# A language model for briefs: the address of its chat completions (OpenAI's form), at a host of the list above; empty is off.
JINLAN_MODEL_URL = os.environ.get("JINLAN_MODEL_URL", "")
JINLAN_MODEL_NAME = os.environ.get("JINLAN_MODEL_NAME", "")
JINLAN_MODEL_KEY_FILE = os.environ.get(
    "JINLAN_MODEL_KEY_FILE", ""
)  # a file that holds its key, never the key
JINLAN_MAIL_FROM = os.environ.get("JINLAN_MAIL_FROM", "")
JINLAN_MAIL_DOMAINS = names("JINLAN_MAIL_DOMAINS")  # of addresses that notices may be mailed to
EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD, EMAIL_USE_TLS, EMAIL_USE_SSL = mail_server()
EMAIL_TIMEOUT = 10
LAKE_DIR = HOME.lake
LAKE_SOCKET = JINLAN_READER_SOCKET
ALLOWED_HOSTS = os.environ.get("JINLAN_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
JINLAN_PORTAL_HOST = portal_host(ALLOWED_HOSTS, JINLAN_BASE_URL)
ALLOWED_HOSTS += filter(None, [JINLAN_PORTAL_HOST])

AUTH_USER_MODEL = "kernel.Person"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "django_filters",
    "csp",
    "axes",
    "jinlan.kernel",
    "jinlan.serving",
    "jinlan.clients",
    "jinlan.work",
    "jinlan.domains.strategy",
    "jinlan.domains.compliance",
    "jinlan.domains.engagement",
    "jinlan.workspace",
    "jinlan.portal",
    "jinlan.site",
    *filter(None, os.environ.get("JINLAN_ROOMS", "").split(",")),  # rooms of the bank's own
]
MIDDLEWARE = [
    "jinlan.portal.door.PortalHost",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "jinlan.kernel.middleware.ActorMiddleware",
    "jinlan.kernel.pages.ReferenceMiddleware",
    "axes.middleware.AxesMiddleware",
    "jinlan.portal.door.Principals",
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "jinlan.kernel.views.locked_out"
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "email", "ip_address"]  # not kept of what was typed
AXES_ENABLE_ADMIN = False

ROOT_URLCONF = "jinlan.site.urls"
WSGI_APPLICATION = "jinlan.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "jinlan.kernel.pages.page_context",
                "jinlan.workspace.phone.phone_context",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "jinlan.kernel.templatetags.ui",
                "jinlan.kernel.templatetags.figures",
            ],
        },
    },
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [SRC / "locale"]
LANGUAGE_COOKIE_NAME = "jl_lang"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

LOGIN_URL = "signin"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "signin"
SESSION_ENGINE = "jinlan.kernel.sessions"
JINLAN_IDLE_SECONDS = 60 * whole("JINLAN_IDLE_MINUTES", 15, 2, 12 * 60)
JINLAN_SESSION_SECONDS = 3600 * whole("JINLAN_SESSION_HOURS", 12, 1, 24)
JINLAN_SECOND_FACTOR = one_of("JINLAN_SECOND_FACTOR", "offered", "required")
JINLAN_DEMO_PASSWORD = "jinlan-demo"  # noqa: S105  public: it opens nothing where no demo runs
JINLAN_PASSWORD_POLICY = one_of("JINLAN_PASSWORD_POLICY", "ASVS", "GB")
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = JINLAN_SESSION_SECONDS + 3600  # the middleware says why; the cookie outlives it
SESSION_COOKIE_NAME = "jl_session"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_NAME = "jl_csrf"
JINLAN_PORTAL_COOKIE, JINLAN_PORTAL_CSRF_COOKIE = "jl_portal", "jl_portal_csrf"
CSRF_FAILURE_VIEW = "jinlan.kernel.views.csrf_failure"
JINLAN_PROXIES = proxies("JINLAN_PROXIES")  # whose X-Forwarded-For and X-Forwarded-Proto are believed
JINLAN_HTTPS = os.environ.get("JINLAN_HTTPS") == "1" or JINLAN_BASE_URL.startswith("https:")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = JINLAN_HTTPS
if JINLAN_HTTPS:  # a browser takes such a cookie from this very host over TLS only, never from a neighbour or a page without
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, LANGUAGE_COOKIE_NAME = (
        "__Host-jl_session",
        "__Host-jl_csrf",
        "__Host-jl_lang",
    )
    JINLAN_PORTAL_COOKIE, JINLAN_PORTAL_CSRF_COOKIE = "__Host-jl_portal", "__Host-jl_portal_csrf"
    LANGUAGE_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS, SECURE_HSTS_INCLUDE_SUBDOMAINS = 365 * 24 * 3600, False
if JINLAN_BASE_URL:
    CSRF_TRUSTED_ORIGINS = [JINLAN_BASE_URL]
FILE_UPLOAD_HANDLERS = ["jinlan.kernel.intake.door.Door"]
JINLAN_SCANNER = scanner(
    "JINLAN_SCANNER"
)  # clamd that is asked about files that come in: host:port or unix:/path
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
        "worker-src": [SELF],  # the one service worker, which keeps nothing of anybody (workspace/phone.py)
    },
}

STATIC_URL = "/static/"
STATIC_ROOT = HOME.path / "static"
_MANIFEST = os.environ.get("JINLAN_STATIC") == "manifest"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _MANIFEST
        else "django.contrib.staticfiles.storage.StaticFilesStorage",
    },
}
WHITENOISE_USE_FINDERS = not _MANIFEST

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "reference": {"()": "jinlan.kernel.references.Referenced"},
        "unsaid": {"()": "jinlan.kernel.references.Unsaid"},
    },
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s [%(reference)s] %(message)s"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["reference", "unsaid"]}
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    # What a stranger's file made a reader stumble over is told to who handed it in, not to the log.
    "loggers": {"jinlan": {"level": "INFO"}, "pypdf": {"level": "CRITICAL"}, "PIL": {"level": "CRITICAL"}},
}
SILENCED_SYSTEM_CHECKS = ["axes.W003"]
BASE_DIR = ROOT
