"""What compose.env.example describes works: compose.yaml parses, `check --deploy` is silent."""

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def example() -> dict[str, str]:
    """The names of compose.env.example, with secrets in place of its blanks."""
    lines = (ROOT / "compose.env.example").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("=", 1) for line in lines if "=" in line and not line.startswith("#")]
    return {name: value or secrets.token_urlsafe(48) for name, value in pairs}


COMPOSE = [str(Path(sys.executable).parent / "docker-compose"), "config", "--format", "json"]
CHECK = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "DEBUG"]


def words_of(argv: list[str], environment: dict[str, str], *, cwd: Path = ROOT) -> str:
    """What a program prints. Whatever it complains about ends this check."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    done = subprocess.run(argv, cwd=cwd, env=kept | environment, capture_output=True, text=True, check=False)
    if done.returncode or done.stderr.strip():
        raise SystemExit(f"{' '.join(argv)}:\n{done.stdout}{done.stderr}")
    return done.stdout


def environment_of_web(named: dict[str, str]) -> dict[str, str]:
    """What compose.yaml makes of a filled-in .env, as the web process would be given it."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        shutil.copy(ROOT / "compose.yaml", place)
        (place / ".env").write_text("".join(f"{name}='{value}'\n" for name, value in named.items()))
        services = json.loads(words_of(COMPOSE, {}, cwd=place))["services"]
    return {name: value or "" for name, value in services["web"]["environment"].items()}


def main() -> int:
    words_of(CHECK, environment_of_web(example()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
