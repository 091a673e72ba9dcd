"""How gunicorn serves: `gunicorn -c python:config.gunicorn config.wsgi`."""

import gc
import os
from typing import Any

from gunicorn.glogging import Logger as GunicornLogger

from config.environment import Environment

env = Environment()
bind = [f"0.0.0.0:{env.between('PORT', 8000, 1, 65535)}"]
workers = env.between("WEB_WORKERS", 2, 1, 1000)
threads = env.between("WEB_THREADS", 4, 1, 1000)
worker_class = "config.patient.PatientWorker"  # threads, and slow senders hold none of them
preload_app = True  # the code is read once and shared
control_socket_disable = True
accesslog = None  # no address of a visitor, no path of a signed link
loglevel = "warning"
timeout = 60
graceful_timeout = 20
keepalive = 5
max_requests = 10_000
max_requests_jitter = 1_000
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108


class Logger(GunicornLogger):
    """gunicorn's words through our own log, which leaves paths and addresses out."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


logger_class = Logger


def post_worker_init(worker: object) -> None:
    from config.watch import watch_beat  # the apps are loaded by now

    watch_beat()
    # What is loaded now lives as long as the worker: looking through it again and again for garbage costs a
    # third of the time of a call with many statements.
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
