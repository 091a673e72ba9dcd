"""Makes a stranger's file harmless: its kind from its content, then written anew without what gives away.

Runs in a process of its own with little memory and little time (`python -m helpdesk.cleaning`), so that a
file that is a bomb, or breaks a library, takes nothing with it. So nothing here knows Django.

Accepted are JPEG, PNG, WebP, GIF, PDF and plain text. Pictures are encoded anew, which drops EXIF, XMP,
profiles, comments and anything behind the picture. A PDF loses its metadata, attachments, scripts, actions,
forms' XFA and the metadata of pictures in it; what is not reachable from its pages is not written.
"""

import json
import resource
import struct
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf
import puremagic
from PIL import Image, ImageCms, ImageOps, ImageSequence

PIXELS = 60_000_000  # in a picture, all frames together
FRAMES = 200
MEMORY = 1024 * 1024 * 1024
SECONDS = 20
PICTURES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}
PDF, TEXT = "application/pdf", "text/plain"


class Unclean(Exception):  # noqa: N818 - a refusal, worded by attachments.py
    """Why a file is not taken: `unknown_type`, `damaged`, `too_large_a_picture`, `locked_pdf`, `is_heic`."""

    def __init__(self, code: str):
        self.code = code
        super().__init__(code)


def clean(content: bytes) -> tuple[str, bytes]:
    """The file's type and its harmless form."""
    kind = kind_of(content)
    if kind in PICTURES:
        return kind, clean_picture(content, PICTURES[kind])
    if kind == PDF:
        return kind, clean_pdf(content)
    return kind, clean_text(content)


def kind_of(content: bytes) -> str:
    """The type by content alone; the name and what the browser says count for nothing."""
    try:
        guesses = {guess.mime_type for guess in puremagic.magic_string(content[:65536])}
    except (puremagic.PureError, ValueError):
        guesses = set()
    for kind in (*PICTURES, PDF):
        if kind in guesses and _begins_like(content, kind):
            return kind
    if content[4:8] == b"ftyp" and content[8:12] in {b"heic", b"heix", b"mif1", b"avif", b"heim", b"msf1"}:
        raise Unclean("is_heic")
    if _is_text(content):
        return TEXT
    raise Unclean("unknown_type")


def _begins_like(content: bytes, kind: str) -> bool:
    begins = {
        "image/jpeg": content.startswith(b"\xff\xd8\xff"),
        "image/png": content.startswith(b"\x89PNG\r\n\x1a\n"),
        "image/webp": content[:4] == b"RIFF" and content[8:12] == b"WEBP",
        "image/gif": content[:6] in {b"GIF87a", b"GIF89a"},
        PDF: content.startswith(b"%PDF-"),
    }
    return begins[kind]


def _decoded(content: bytes) -> str | None:
    encoding = "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_text(content: bytes) -> bool:
    text = _decoded(content)
    return text is not None and not any(each < " " and each not in "\t\n\r\f" for each in text)


def clean_text(content: bytes) -> bytes:
    """UTF-8, without a mark of byte order."""
    text = _decoded(content)
    if text is None:
        raise Unclean("unknown_type")
    return text.encode()


# Pictures


def clean_picture(content: bytes, name: str) -> bytes:
    """The same picture, encoded anew from its pixels alone."""
    Image.MAX_IMAGE_PIXELS = PIXELS
    try:
        with Image.open(BytesIO(content), formats=[name]) as picture:
            frames = _frames(picture)
            return _encoded(frames, name, picture)
    except Unclean:
        raise
    except (Image.DecompressionBombError, MemoryError):
        raise Unclean("too_large_a_picture") from None
    except Exception:
        raise Unclean("damaged") from None


def _frames(picture: Any) -> list[Any]:
    size = picture.width * picture.height
    count = getattr(picture, "n_frames", 1)
    if size * count > PIXELS or count > FRAMES:
        raise Unclean("too_large_a_picture")
    return [_fresh(frame, picture) for frame in ImageSequence.Iterator(picture)]


def _fresh(frame: Any, picture: Any) -> Any:
    """Pixels in plain colours, turned the right way up, and nothing else."""
    frame = ImageOps.exif_transpose(frame)
    mode = "RGBA" if frame.has_transparency_data else "RGB"
    frame = _in_plain_colours(frame, picture.info.get("icc_profile")).convert(mode)
    fresh = Image.new(mode, frame.size)
    fresh.paste(frame)
    return fresh


def _in_plain_colours(frame: Any, profile: bytes | None) -> Any:
    """The colours as the picture's own profile means them, since the profile does not stay."""
    if not profile or frame.mode not in {"RGB", "CMYK"}:
        return frame
    try:
        given = ImageCms.ImageCmsProfile(BytesIO(profile))
        plain = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(frame, given, plain, outputMode="RGB") or frame
    except (ImageCms.PyCMSError, OSError, ValueError):
        return frame


def _encoded(frames: list[Any], name: str, picture: Any) -> bytes:
    first, *others = frames
    options: dict[str, Any] = {"JPEG": {"quality": 90}, "WEBP": {"quality": 90}}.get(name, {})
    if name == "JPEG":
        first = first.convert("RGB")
    elif others:
        pause = int(picture.info.get("duration") or 100)
        options = {**options, "save_all": True, "append_images": others, "duration": pause, "loop": 0}
    written = BytesIO()
    first.save(written, name, **options)
    return written.getvalue()


# PDF

GONE = (  # keys of any object
    "/Metadata /PieceInfo /LastModified /AA /AF /OpenAction /Collection /Thumb /SpiderInfo /XFA /JS"
    " /JavaScript /EmbeddedFiles /Renditions /Perms /Legal /DSS /Requirements /M /CreationDate /ModDate"
).split()
UNWANTED = "/FileAttachment /RichMedia /Screen /Movie /Sound /3D /Widget /Popup".split()
BLANK = "/T /NM /Subj".split()  # of a remark: who made it


def clean_pdf(content: bytes) -> bytes:
    """The pages, and nothing that runs, hides or tells who made them."""
    try:
        with pikepdf.open(BytesIO(content)) as pdf:
            if not len(pdf.pages):
                raise Unclean("damaged")
            _strip(pdf)
            written = BytesIO()
            pdf.save(written, object_stream_mode=pikepdf.ObjectStreamMode.generate)
            return written.getvalue()
    except pikepdf.PasswordError:
        raise Unclean("locked_pdf") from None
    except Unclean:
        raise
    except Exception:
        raise Unclean("damaged") from None


def _strip(pdf: pikepdf.Pdf) -> None:
    for key in ("/Info", "/ID"):
        if key in pdf.trailer:
            del pdf.trailer[key]
    for key in ("/AcroForm", "/Names"):
        if key in pdf.Root:
            _keep_destinations(pdf.Root, key)
    for page in pdf.pages:
        _strip_remarks(page.obj)
    for each in pdf.objects:
        if isinstance(each, pikepdf.Dictionary | pikepdf.Stream | pikepdf.Array):
            _strip_keys(each)
        if isinstance(each, pikepdf.Stream):
            _strip_picture(each)


def _keep_destinations(root: Any, key: str) -> None:
    """Of the tables of names, only the places in the document stay; forms go whole."""
    kept = root[key].get("/Dests") if key == "/Names" else None
    del root[key]
    if kept is not None:
        root[key] = pikepdf.Dictionary({"/Dests": kept})


def _strip_keys(each: Any) -> None:
    """This object and what stands directly in it; what it points to gets its own turn."""
    if isinstance(each, pikepdf.Array):
        inner = list(each)
    else:
        for key in GONE:
            if key in each:
                del each[key]
        if each.get("/S") in _ACTIONS:
            for key in list(each.keys()):
                del each[key]
        inner = [each[key] for key in each.keys()]  # noqa: SIM118 - not a mapping
    for value in inner:
        if isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect:
            _strip_keys(value)


_ACTIONS = [
    pikepdf.Name(f"/{name}")
    for name in (
        "JavaScript Launch URI SubmitForm ImportData GoToR GoToE Rendition Sound Movie RichMediaExecute "
        "ResetForm Hide Trans SetOCGState Thread GoTo3DView"
    ).split()
]


def _strip_remarks(page: Any) -> None:
    remarks = page.get("/Annots")
    if remarks is None:
        return
    kept = [each for each in remarks if str(each.get("/Subtype", "")) not in UNWANTED]
    for each in kept:
        for key in (*BLANK, "/A", "/PA", "/FS", "/Popup"):
            if key in each and not (key == "/A" and each[key].get("/S") == pikepdf.Name.GoTo):
                del each[key]
    page["/Annots"] = pikepdf.Array(kept)


def _strip_picture(stream: Any) -> None:
    """Metadata inside a picture on a page: where and when it was taken."""
    filters = stream.get("/Filter")
    names = [str(each) for each in filters] if isinstance(filters, pikepdf.Array) else [str(filters)]
    if names not in (["/DCTDecode"], ["/JPXDecode"]):
        return
    raw = stream.read_raw_bytes()
    stripped = _without_segments(raw) if names == ["/DCTDecode"] else _without_boxes(raw)
    if stripped != raw:
        stream.write(stripped, filter=stream["/Filter"], decode_parms=stream.get("/DecodeParms"))


def _without_segments(jpeg: bytes) -> bytes:
    """A JPEG without the segments for applications and comments; Adobe's, which says the colours, stays."""
    kept, place = [jpeg[:2]], 2
    while place + 4 <= len(jpeg) and jpeg[place] == 0xFF and jpeg[place + 1] != 0xDA:
        marker, end = jpeg[place + 1], place + 2 + struct.unpack(">H", jpeg[place + 2 : place + 4])[0]
        if not (0xE1 <= marker <= 0xEF and marker != 0xEE) and marker != 0xFE:
            kept.append(jpeg[place:end])
        place = end
    return b"".join([*kept, jpeg[place:]])


def _without_boxes(jpx: bytes) -> bytes:
    """A JPEG 2000 without its boxes of metadata."""
    if jpx[4:8] != b"jP  ":
        return jpx
    return b"".join(box for kind, box in _boxes(jpx) if kind not in {b"uuid", b"xml ", b"uinf"})


def _boxes(jpx: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 0
    while place + 8 <= len(jpx):
        length = struct.unpack(">I", jpx[place : place + 4])[0]
        if length == 1:
            length = struct.unpack(">Q", jpx[place + 8 : place + 16])[0]
        end = place + length if length >= 8 else len(jpx)
        yield jpx[place + 4 : place + 8], jpx[place:end]
        place = end


def main() -> None:
    """Standard input to standard output: a line of JSON, then the bytes."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        kind, content = clean(sys.stdin.buffer.read())
        head = {"type": kind}
    except Unclean as refusal:
        head, content = {"refused": refusal.code}, b""
    except MemoryError:
        head, content = {"refused": "too_large_a_picture"}, b""
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + content)


if __name__ == "__main__":
    main()
