"""The children of one machine."""

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BEAT = "import django; django.setup(); from config import programs; programs._beat()"


def test_process_whose_beat_fails_ends_so_that_it_is_started_again(tmp_path):
    (tmp_path / "beat").write_text("where the folder of the schedule should be")
    environment = os.environ | {
        "RECOURSE_STATE": str(tmp_path),
        "RECOURSE_STAGE": "test",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    ended = subprocess.run([sys.executable, "-c", BEAT], cwd=ROOT, env=environment, timeout=60)
    assert ended.returncode == -signal.SIGTERM
