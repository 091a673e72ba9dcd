"""Where the files of cases lie: a folder outside the web root, or a bucket of any S3 store."""

from typing import Any

from config.environment import Environment

Store = dict[str, Any]
FOLDER: Store = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {"allow_overwrite": True, "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
}


def read_store(env: Environment) -> Store:
    """The value of STORAGES["default"]: the bucket where one is named, else MEDIA_ROOT."""
    bucket = env.str("FILES_BUCKET", "")
    return _bucket(env, bucket) if bucket else FOLDER


def _bucket(env: Environment, name: str) -> Store:
    from botocore.config import Config  # large, and for who has a bucket only

    # Stores other than Amazon's often refuse the checksums that Amazon's program sends unasked. A store that
    # hangs must not hold its worker for minutes: what could not be moved stays in the database until it can.
    config = Config(
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        connect_timeout=5,
        read_timeout=20,
        retries={"total_max_attempts": 2},
    )
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": name,
            "endpoint_url": env.web_address("FILES_ENDPOINT") or None,
            "region_name": env.str("FILES_REGION", "") or None,
            "access_key": env.str("FILES_ACCESS_KEY", "") or None,
            "secret_key": env.str("FILES_SECRET_KEY", "") or None,
            "default_acl": None,
            "file_overwrite": True,
            "client_config": config,
        },
    }
