"""Files: known by content, cleaned, refused with a reason, and stored without orphans or losses."""

import zlib
from hashlib import sha256
from io import BytesIO

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from helpdesk.attachments import accept, accept_all, neutral_name
from helpdesk.cleaning import clean
from tests.factories import refused

SECRET = b"Rita Home 52.5200"


def upload(content, name="photo.jpg"):
    return SimpleUploadedFile(name, content, "application/x-lies")


def picture(kind="JPEG", size=(40, 30), **options):
    written = BytesIO()
    Image.new("RGB", size, "teal").save(written, kind, **options)
    return written.getvalue()


def exif():
    data = Image.Exif()
    data[0x010E] = SECRET.decode()  # description
    data[0x0112] = 6  # lies on its side
    return data


def png_info():
    info = PngInfo()
    info.add_text("Author", SECRET.decode())
    return info


def pdf(**changes):
    made = pikepdf.new()
    made.add_blank_page()
    made.docinfo["/Author"] = SECRET.decode()
    with made.open_metadata() as metadata:
        metadata["dc:creator"] = [SECRET.decode()]
    made.attachments["home.txt"] = SECRET
    made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('run')")
    made.pages[0]["/Annots"] = made.make_indirect([_remark(made), _link()])
    made.pages[0]["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=_photo(made)))
    written = BytesIO()
    made.save(written, **changes)
    return written.getvalue()


def _remark(made):
    return made.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, T=SECRET.decode(), Contents="Hi"
        )
    )


def _link():
    action = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://track.example/run")
    return pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, A=action)


def _photo(made):
    stream = pikepdf.Stream(made, picture(exif=exif()))
    stream.stream_dict = pikepdf.Dictionary(
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=40,
        Height=30,
        ColorSpace=pikepdf.Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode,
    )
    return made.make_indirect(stream)


def plain(content):
    """The PDF with every stream opened, so that a search finds what hides in them."""
    written = BytesIO()
    with pikepdf.open(BytesIO(content)) as opened:
        opened.save(
            written,
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "kind", "extension"),
    [
        (picture("JPEG", exif=exif(), comment=SECRET), "image/jpeg", "jpg"),
        (picture("PNG", pnginfo=png_info(), exif=exif()), "image/png", "png"),
        (picture("WEBP", exif=exif(), xmp=SECRET), "image/webp", "webp"),
        (picture("GIF", comment=SECRET), "image/gif", "gif"),
    ],
)
def test_picture_loses_what_gives_away(content, kind, extension):
    assert SECRET in content
    accepted = accept(upload(content + b"hidden behind"))
    assert (accepted.content_type, accepted.name) == (kind, f"photo.{extension}")
    assert SECRET not in accepted.content
    assert b"hidden behind" not in accepted.content
    assert accepted.sha256 == sha256(accepted.content).hexdigest()
    with Image.open(BytesIO(accepted.content)) as shown:
        assert not shown.getexif()
        assert shown.size in {(30, 40), (40, 30)}


def test_picture_on_its_side_is_turned():
    with Image.open(BytesIO(clean(picture(exif=exif()))[1])) as shown:
        assert shown.size == (30, 40)


def test_moving_picture_keeps_its_frames():
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "green", "blue")]
    written = BytesIO()
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:], duration=80)
    with Image.open(BytesIO(clean(written.getvalue())[1])) as shown:
        assert shown.n_frames == 3


def test_pdf_loses_metadata_files_scripts_and_the_photos_place():
    before = pdf()
    assert SECRET in plain(before)
    accepted = accept(upload(before, "letter.docx"))
    after = plain(accepted.content)
    assert accepted.name == "letter.pdf"
    for word in (SECRET, b"app.alert", b"track.example", b"JavaScript", b"EmbeddedFile", b"/Info"):
        assert word not in after
    with pikepdf.open(BytesIO(accepted.content)) as opened:
        assert len(opened.pages) == 1
        assert str(opened.pages[0].Annots[0].Contents) == "Hi"


def test_text_becomes_plain_unicode():
    assert accept(upload("سلام".encode("utf-16"), "note")).content == "سلام".encode()
    page = accept(upload(b"<script>alert(1)</script>", "page.html"))
    assert (page.name, page.content_type) == ("page.txt", "text/plain")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"MZ\x90\x00\x03" + bytes(100), "unknown_type"),
        (b"PK\x03\x04" + bytes(100), "unknown_type"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(100), "is_heic"),
        (picture("PNG")[:60], "damaged"),
        (b"%PDF-1.7\nnothing", "damaged"),
        (pdf(encryption=pikepdf.Encryption(owner="o", user="u")), "locked_pdf"),
    ],
)
def test_what_cannot_be_checked_is_refused_with_a_reason(content, code):
    with refused(code):
        accept(upload(content))


def test_bombs_are_refused():
    head = picture("PNG", size=(1, 1))
    bomb = bytearray(head)
    bomb[16:24] = (60_000).to_bytes(4, "big") * 2
    bomb[29:33] = zlib.crc32(bytes(bomb[12:29])).to_bytes(4, "big")
    with refused("too_large_a_picture"):
        accept(upload(bytes(bomb)))
    with refused("damaged"):
        accept(upload(pdf_bomb()))


def pdf_bomb():
    """A stream of objects that would fill more memory than a file may."""
    packer = zlib.compressobj(1)
    packed = b"".join(packer.compress(bytes(1 << 24)) for _each in range(80)) + packer.flush()
    body = b"%PDF-1.5\n" + stream(1, b"/Type/ObjStm/N 1/First 4", packed)
    table = zlib.compress(bytes([0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 9, 0, 2, 0, 0, 0, 1, 0]))
    xref = stream(3, b"/Type/XRef/Size 3/W[1 4 1]/Root 2 0 R", table)
    return body + xref + b"startxref\n%d\n%%%%EOF" % len(body)


def stream(number, keys, packed):
    head = b"%d 0 obj\n<<%b/Filter/FlateDecode/Length %d>>\nstream\n" % (number, keys, len(packed))
    return head + packed + b"\nendstream\nendobj\n"


def test_too_big_and_too_many_are_refused(settings):
    settings.ATTACHMENT_BYTES, settings.ATTACHMENTS_AT_ONCE = 10, 1
    with refused("file_too_big"):
        accept(upload(b"x" * 11))
    with refused("too_many_files"):
        accept_all([upload(b"x"), upload(b"y")])


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd", "passwd.txt"),
        ("C:\\Users\\Rita\\proof.exe", "proof.txt"),
        ("invoice\u202etxt.exe", "invoicetxt.txt"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie- x.txt"),
        (".htaccess", "htaccess.txt"),
        ("", "file.txt"),
        ("доказ.pdf", "доказ.txt"),
        ("x" * 300 + ".txt", "x" * 80 + ".txt"),
    ],
)
def test_name_is_made_neutral(given, name):
    assert neutral_name(given, "text/plain") == name
