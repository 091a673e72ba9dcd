"""`manage.py check --deploy` is silent about an installation set up as compose.env.example describes."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def example() -> dict[str, str]:
    """The names of compose.env.example, with secrets in place of its blanks."""
    lines = (ROOT / "compose.env.example").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("=", 1) for line in lines if "=" in line and not line.startswith("#")]
    return {name: value or secrets.token_urlsafe(48) for name, value in pairs}


def main() -> int:
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    servers = {
        "RECOURSE_STAGE": "production",
        "DATABASE_URL": "postgres://recourse:secret@database/recourse",
        "VALKEY_URL": "valkey://broker:6379/0",
        "VALKEY_CACHE_URL": "valkey://cache:6379/0",
    }
    argv = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "DEBUG"]
    done = subprocess.run(
        argv, cwd=ROOT, env=kept | example() | servers, capture_output=True, text=True, check=False
    )
    said = [line for line in done.stderr.splitlines() if line.strip()]
    if done.returncode or said:
        sys.stderr.write(done.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
