#!/usr/bin/env python
"""Django's command line, for the settings of this project."""

import os
import sys

NO_SERVERS = """No database answers at {address}.
Start the servers with `make run` in another terminal (with the same RECOURSE_STATE, if it is set there),
or set DATABASE_URL and VALKEY_URL to servers of your own.
"""


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line
    from django.db import OperationalError, connection

    try:
        execute_from_command_line(sys.argv)
    except OperationalError:
        if connection.connection is not None:
            raise
        place = connection.settings_dict
        sys.exit(
            NO_SERVERS.format(address=f"{place['HOST']}:{place['PORT']}".strip(":") or "the default socket")
        )


if __name__ == "__main__":
    main()
