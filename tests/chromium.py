"""A Chromium for the browser tests: the one named in CHROMIUM, the system's, or one that we get.

`python -m tests.chromium` gets one where there is none (`make test` calls it) and prints its path. A test
run without a browser fails; it never leaves tests out.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OWN = ROOT / ".state" / "chromium"  # where npm puts one
PACKAGE = "@sparticuz/chromium@153.0.0"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
# Keep the browser from looking anything up that no test asked for.
QUIET = ["--disable-gpu", "--disable-quic", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync", "--no-default-browser-check"]
UNPACK = "import('@sparticuz/chromium').then(async (m) => console.log(await m.default.executablePath()))"


def find() -> str | None:
    named = os.environ.get("CHROMIUM")
    if named:
        if not Path(named).exists():
            raise SystemExit(f"CHROMIUM names {named}, which does not exist.")
        return named
    found = [path for path in (*map(shutil.which, NAMES), *PLACES) if path and Path(path).exists()]
    link = OWN / "browser"
    return found[0] if found else str(link.resolve()) if link.exists() else None


def fetch() -> None:
    """Get one by the system's packages where we are root, else by npm."""
    if sys.platform == "linux" and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, "stdout": subprocess.DEVNULL}
        wanted = ["chromium", "fonts-dejavu-core"]
        for words in (["update"], ["install", "-y", "--no-install-recommends", *wanted]):
            if subprocess.run(["apt-get", "-q", *words], **quiet).returncode:
                break
        else:
            return
    fetch_by_npm()


def fetch_by_npm() -> None:
    OWN.mkdir(parents=True, exist_ok=True)
    node, npm = programs_of_node()
    (OWN / "package.json").write_text('{"private": true}\n')
    subprocess.run([npm, "install", "--silent", "--ignore-scripts", PACKAGE], cwd=OWN, check=True)
    # It unpacks into the temporary folder, which is everybody's: what lies there already it would take.
    ours = os.environ | {"TMPDIR": str(OWN)}
    said = subprocess.run([node, "-e", UNPACK], cwd=OWN, env=ours, check=True, capture_output=True, text=True)
    link = OWN / "browser"
    link.unlink(missing_ok=True)
    link.symlink_to(said.stdout.strip().splitlines()[-1])


def programs_of_node() -> tuple[str, str]:
    """The system's node and npm, else those of the wheel."""
    beside = Path(sys.executable).parent
    return tuple(shutil.which(name) or str(beside / name) for name in ("node", "npm"))


def require() -> str:
    path = find()
    if path is None:
        fetch()
        path = find()
    if path is None:
        raise SystemExit("No Chromium. Debian: apt install chromium. macOS: brew install --cask chromium. "
                         "Or name one: CHROMIUM=/path/to/chromium make test")  # fmt: skip
    return path


if __name__ == "__main__":
    sys.stdout.write(f"{require()}\n")
