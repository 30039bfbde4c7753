"""Images: what is taken is small, upright and bare; anything else is refused by name."""

import struct
import zlib
from datetime import UTC, datetime, timedelta
from io import BytesIO
from zipfile import ZipFile

import numpy as np
import pytest
from PIL import Image as Pillow
from sqlalchemy import Engine, func, select

from app.accounts import users
from app.errors import Invalid, NotFound
from app.storage.database import reading, writing
from app.storage.tables import images as table
from app.teaching import images
from app.teaching.encoding import LONGEST_SIDE, MOST_ENCODED, encoded
from tests.teaching.pictures import diagram, noise, written

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def opened(data: bytes) -> Pillow.Image:
    image = Pillow.open(BytesIO(data))
    image.load()
    return image


def png(width: int, height: int, body: bytes = b"") -> bytes:
    """A PNG that claims this size."""
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", body),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_each_kind_is_taken_with_its_colours(kind: str) -> None:
    image = encoded(written(diagram(), kind))
    shown = np.asarray(opened(image.data).convert("RGB"), dtype=int)
    assert (image.width, image.height) == (300, 200) == opened(image.data).size
    assert np.abs(shown - np.asarray(diagram(), dtype=int)).mean() < 3
    assert image.media_type == f"image/{opened(image.data).format}".lower()


def test_a_photo_is_turned_upright_and_says_nothing_of_where_it_was_taken() -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6  # held upright
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (39.0, 54.0, 20.0)
    exif[0x010F] = "PHONE-MAKER"
    photo = written(noise(400, 300), "JPEG", exif=exif, comment=b"A-COMMENT")
    assert b"PHONE-MAKER" in photo and b"A-COMMENT" in photo
    assert Pillow.open(BytesIO(photo)).getexif().get_ifd(0x8825)
    image = encoded(photo)
    assert (image.width, image.height) == (300, 400)
    assert (
        not opened(image.data).getexif() and not {"exif", "comment", "xmp"} & opened(image.data).info.keys()
    )
    assert b"PHONE-MAKER" not in image.data and b"A-COMMENT" not in image.data


def test_a_png_with_words_beside_its_pixels_loses_them() -> None:
    from PIL.PngImagePlugin import PngInfo

    said = PngInfo()
    said.add_text("Author", "SOMEBODY")
    data = written(diagram(), "PNG", pnginfo=said)
    assert b"SOMEBODY" in data and b"SOMEBODY" not in encoded(data).data


def test_what_is_large_becomes_small() -> None:
    image = encoded(written(noise(2600, 1300), "JPEG", quality=60))
    assert len(image.data) <= MOST_ENCODED and max(image.width, image.height) <= LONGEST_SIDE
    assert image.width == pytest.approx(2 * image.height, abs=2)


def test_transparency_stays() -> None:
    clear = Pillow.new("RGBA", (50, 40), (255, 0, 0, 0))
    clear.paste((0, 0, 255, 255), (0, 0, 20, 20))
    for data in (written(clear), written(clear, "WEBP"), written(clear.convert("P"), "GIF", transparency=0)):
        assert opened(encoded(data).data).convert("RGBA").getchannel("A").getextrema()[0] == 0


def test_sixteen_bits_of_grey_are_scaled_not_cut_off() -> None:
    ramp = Pillow.fromarray(np.linspace(0, 65535, 1700 * 4, dtype=np.uint16).reshape(4, 1700))
    shown = np.asarray(opened(encoded(written(ramp)).data).convert("L"), dtype=int)
    assert shown.min() <= 2 and shown.max() >= 253 and 120 < shown.mean() < 136


def test_only_the_first_frame_of_an_animation_is_kept() -> None:
    frames = [Pillow.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    for kind in ("GIF", "WEBP", "PNG"):
        image = opened(encoded(written(frames[0], kind, save_all=True, append_images=frames[1:])).data)
        red, _, blue = image.convert("RGB").getpixel((5, 5))  # type: ignore[misc]
        assert getattr(image, "n_frames", 1) == 1 and red > 200 > 50 > blue


@pytest.mark.parametrize("data", [written(noise(800, 600), "JPEG"), written(diagram(), "GIF")])
def test_what_was_encoded_here_stays_byte_for_byte(data: bytes) -> None:
    image = encoded(data)
    assert encoded(image.data) == image


REFUSED = {
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "an SVG picture"),
    "page": (b"<!doctype html><script>alert(1)</script>", "a web page"),
    "pdf": (b"%PDF-1.7 ...", "a PDF file"),
    "heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a HEIC or AVIF picture"),
    "bmp": (written(diagram(), "BMP"), "a BMP picture"),
    "nothing": (b"", "Choose a picture"),
    "text": (b"hello", "not a picture that can be used"),
    "half a JPEG": (written(noise(300, 300), "JPEG")[:9000], "incomplete or damaged"),
    "half a PNG": (written(noise(300, 300))[:9000], "incomplete or damaged"),
    "a PNG by its first bytes": (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "incomplete or damaged"),
    "page behind a PNG": (written(diagram()) + b"<HTML><body>", "carries something else"),
    "script in a GIF": (written(diagram(), "GIF", comment=b"<script>"), "carries something else"),
    "a bomb": (png(60_000, 60_000, zlib.compress(b"\0" * 100_000)), "over 40 megapixels"),
    "a smaller bomb": (png(7_000, 6_000, zlib.compress(b"\0" * 100_000)), "over 40 megapixels"),
    "9 MB": (b"\x89PNG" + b"\0" * 9 * 1024**2, "over 8 MB"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_anything_else_is_refused_by_name(name: str) -> None:
    data, sentence = REFUSED[name]
    with pytest.raises(Invalid) as refused:
        encoded(data)
    assert sentence in refused.value.message.en and refused.value.message.zh != refused.value.message.en
    assert refused.value.field == "file"


def test_an_archive_behind_a_picture_is_refused() -> None:
    buffer = BytesIO(written(diagram()))
    with ZipFile(buffer, "a") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(Invalid, match="carries something else"):
        encoded(buffer.getvalue())


def instructor(engine: Engine, name: str = "Ann") -> int:
    with writing(engine) as connection:
        return users.register(connection, name, None, "a hash", NOW, "instructor").id


def test_the_same_image_twice_is_one_row_of_whoever_brought_it_first(engine: Engine) -> None:
    ann, bob = instructor(engine), instructor(engine, "Bob")
    with writing(engine) as connection:
        first = images.keep(connection, written(diagram()), ann, NOW)
        assert images.keep(connection, written(diagram()), bob, NOW) == first
        assert connection.scalar(select(func.count()).select_from(table)) == 1
    with reading(engine) as connection:
        media_type, data = images.find(connection, first.hash)
        assert media_type == first.media_type and opened(data).size == (first.width, first.height)
        assert [len(images.of_owner(connection, owner)[0]) for owner in (ann, bob)] == [1, 0]
        for missing in ("0" * 64, "../etc", "", first.hash.upper()):
            with pytest.raises(NotFound):
                images.find(connection, missing)


def test_pages_of_images_hold_each_once_the_newest_first(engine: Engine) -> None:
    ann, hashes = instructor(engine), []
    with writing(engine) as connection:
        for i in range(50):  # two by two in one instant
            picture = diagram(40 + i)
            hashes.append(
                images.keep(connection, written(picture), ann, NOW + timedelta(seconds=i // 2)).hash
            )
    seen, after = [], ""
    with reading(engine) as connection:
        while True:
            page, after = images.of_owner(connection, ann, after)
            seen += page
            if not after:
                break
        assert len(images.of_owner(connection, ann, "nonsense")[0]) == images.PAGE
    assert sorted(image.hash for image, _ in seen) == sorted(hashes)
    assert [made for _, made in seen] == sorted((made for _, made in seen), reverse=True)


@pytest.mark.parametrize("alt", ["a [b] c", "{{ 9 }} {% x %}", "\\", "$5 and $6", "`a` *b* _c_ <i>"])
def test_the_words_for_an_image_are_no_markup(alt: str) -> None:
    from markdown_it import MarkdownIt

    from app.questions.template import fill

    shown = images.Image("0" * 64, "image/png", 1, 1).markdown(alt)
    (token,) = MarkdownIt().parseInline(fill(shown, {}))
    assert token.children and [child.type for child in token.children] == ["image"]
    assert token.children[0].content and MarkdownIt().renderInline(shown).count("<") == 1
