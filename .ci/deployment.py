"""What compose.env.example describes works: compose.yaml parses, `check --deploy` is silent."""

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


COMPOSE = [str(Path(sys.executable).parent / "docker-compose"), "config", "--quiet"]
CHECK = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "DEBUG"]
SERVERS = {
    "RECOURSE_STAGE": "production",
    "DATABASE_URL": "postgres://recourse:secret@database/recourse",
    "VALKEY_URL": "valkey://broker:6379/0",
    "VALKEY_CACHE_URL": "valkey://cache:6379/0",
}


def is_silent(argv: list[str], environment: dict[str, str]) -> bool:
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    done = subprocess.run(argv, cwd=ROOT, env=kept | environment, capture_output=True, text=True, check=False)
    sys.stderr.write(done.stderr)
    return not done.returncode and not done.stderr.strip()


def main() -> int:
    named = example()
    return not (is_silent(COMPOSE, named) and is_silent(CHECK, named | SERVERS))


if __name__ == "__main__":
    sys.exit(main())
