"""Files that people send: known by their content, freed of what gives away, or refused with a reason."""

import json
import subprocess
import sys
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from journal.errors import Refused

EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
    "application/pdf": "pdf",
    "text/plain": "txt",
}
ACCEPT = ",".join(EXTENSIONS)  # for the form's `accept`
PATIENCE = 40  # seconds of waiting for a process that has 20 of computing
LONGEST_NAME = 80
HOME = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Accepted:
    """A file as we keep it: checked, cleaned and named neutrally."""

    name: str
    content_type: str
    content: bytes
    sha256: str


def accept_all(uploads: Iterable[Any]) -> list[Accepted]:
    """The files of one form. Raises Refused for the first that cannot be taken."""
    uploads = list(uploads)
    if len(uploads) > settings.ATTACHMENTS_AT_ONCE:
        raise _refused(
            "too_many_files",
            _("Send at most %(most)d files at once. You can send more afterwards.")
            % {"most": settings.ATTACHMENTS_AT_ONCE},
        )
    return [accept(upload) for upload in uploads]


def accept(upload: Any) -> Accepted:
    """An uploaded file (`name`, `size`, `read()`) in its harmless form. Costs a process.

    Raises Refused with a reason that says what to do.
    """
    if upload.size > settings.ATTACHMENT_BYTES:
        raise _refused(
            "file_too_big",
            _("This file is larger than %(most)s MB. Send a smaller one, or only the part that matters.")
            % {"most": settings.ATTACHMENT_BYTES // (1024 * 1024)},
        )
    content = upload.read()
    if not content:
        raise _refused("file_empty", _("This file is empty. Choose another one."))
    content_type, cleaned = _cleaned(content)
    name = neutral_name(upload.name or "", content_type)
    return Accepted(name, content_type, cleaned, sha256(cleaned).hexdigest())


def _cleaned(content: bytes) -> tuple[str, bytes]:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "helpdesk.cleaning"],
            input=content,
            capture_output=True,
            cwd=HOME,
            timeout=PATIENCE,
            env={},
        )
    except subprocess.TimeoutExpired:
        raise _why_not("damaged") from None
    head, _newline, cleaned = done.stdout.partition(b"\n")
    if done.returncode or not head:
        raise _why_not("damaged")
    answer = json.loads(head)
    if "refused" in answer:
        raise _why_not(answer["refused"])
    return answer["type"], cleaned


def _why_not(code: str) -> Refused:
    messages = {
        "unknown_type": _(
            "We take pictures (JPEG, PNG, WebP, GIF), PDF and plain text. "
            "Send a screenshot, or save the file as PDF."
        ),
        "is_heic": _("This picture is in a format of phones that we cannot check. Send a screenshot of it."),
        "damaged": _("This file is damaged or made in an unusual way. Send a screenshot, or save it anew."),
        "too_large_a_picture": _("This picture has too many pixels. Send a smaller copy or a screenshot."),
        "locked_pdf": _("This PDF is protected by a password. Save it without one and send it again."),
    }
    return _refused(code, messages[code])


def _refused(code: str, message: str) -> Refused:
    return Refused(code, message, field="attachments")


def neutral_name(given: str, content_type: str) -> str:
    """A name that shows what it is: no folders, no invisible or turning marks, the extension by type."""
    name = unicodedata.normalize("NFC", given.replace("\\", "/").rpartition("/")[2])
    name = "".join(each for each in name if unicodedata.category(each)[0] != "C" or each == "\u200c")
    name = "".join("-" if each in '<>:"|?*%;' or each in "\u2028\u2029" else each for each in name)
    stem = name.rpartition(".")[0] or name
    stem = " ".join(stem.split()).strip(". -\u200c")[:LONGEST_NAME].strip()
    return f"{stem or 'file'}.{EXTENSIONS[content_type]}"
