"""An uploaded picture to the bytes we serve: checked by its content, upright, small, without metadata (pure)."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from struct import unpack_from
from zipfile import is_zipfile

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from app.errors import Invalid
from app.text import Text, text

MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 1600
MOST_ENCODED = 400 * 1024
QUALITY = 85
FEW_COLOURS = 256
ENDINGS = {"image/png": "png", "image/webp": "webp"}
READ = ("PNG", "JPEG", "WEBP", "GIF")
PLAIN_PNG = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
PLAIN_WEBP = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH"}
SCRIPTED = (b"<script", b"<html", b"<!doctype", b"<?php", b"%pdf-")
FOREIGN = (  # what a file that is no picture of ours begins with
    ((b"%PDF-",), text(" PDF 文件", "a PDF file")),
    ((b"PK\x03\x04", b"PK\x05\x06"), text("压缩包", "a zip archive")),
    ((b"BM",), text(" BMP 图片", "a BMP picture")),
    ((b"II*\0", b"MM\0*"), text(" TIFF 图片", "a TIFF picture")),
)
WILL_DO = text("请存成 PNG、JPEG、WebP 或 GIF 再上传。", "Save it as PNG, JPEG, WebP or GIF and upload that.")
BROKEN = text(
    "图片不完整或已损坏。请重新导出或截图后再上传。",
    "The picture is incomplete or damaged. Export it again, or take a screenshot, and upload that.",
)
Image.MAX_IMAGE_PIXELS = MOST_PIXELS
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


@dataclass(frozen=True)
class Encoded:
    """A picture as it is kept; its address is the hash of its bytes."""

    hash: str
    media_type: str
    width: int
    height: int
    data: bytes


def encoded(data: bytes) -> Encoded:
    """PNG or WebP of at most 1600 px and 400 KB; bytes that already are just that stay as they are.

    Invalid, with a sentence that names what would do, for anything but a whole PNG, JPEG, WebP or GIF."""
    refuse_foreign(data)
    try:
        with Image.open(BytesIO(data), formats=READ) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise too_many_pixels()
            if is_plain(data, opened):
                opened.load()
                return kept(data, f"image/{str(opened.format).lower()}", opened.size)
            return small_enough(upright(opened))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise too_many_pixels() from None
    except UnidentifiedImageError:
        raise Invalid(BROKEN if starts_as_picture(data) else not_a_picture(data), "file") from None
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, KeyError):
        # what Pillow raises for damaged files differs by format
        raise Invalid(BROKEN, "file") from None


def kept(data: bytes, media_type: str, size: tuple[int, int]) -> Encoded:
    return Encoded(sha256(data).hexdigest(), media_type, *size, data)


# --- what is refused


def refuse_foreign(data: bytes) -> None:
    """Refuse what is too large, and what is also something else: a page, a script, an archive."""
    if not data:
        raise Invalid(text("请选一张图片。", "Choose a picture."), "file")
    if len(data) > MOST_BYTES:
        most = MOST_BYTES // 1024**2
        message = text(
            f"图片超过 {most} MB，请缩小后再上传。", f"The picture is over {most} MB; make it smaller first."
        )
        raise Invalid(message, "file")
    lowered = data.lower()
    if starts_as_picture(data) and (is_zipfile(BytesIO(data)) or any(sign in lowered for sign in SCRIPTED)):
        message = text(
            "图片里还夹着别的内容（网页、脚本或压缩包）。请截图或另存为新的 PNG、JPEG 再上传。",
            "The picture carries something else (a page, a script or an archive). Take a screenshot, or save it anew as PNG or JPEG, and upload that.",
        )
        raise Invalid(message, "file")


def starts_as_picture(data: bytes) -> bool:
    return data.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8")) or (
        data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    )


def not_a_picture(data: bytes) -> Text:
    start = data[:1024].lower()
    named = next((name for signs, name in FOREIGN if data.startswith(signs)), None)
    if data[4:8] == b"ftyp":
        named = text(" HEIC、AVIF 图片或视频", "a HEIC or AVIF picture, or a video")
    elif b"<svg" in start:
        named = text(" SVG 图片", "an SVG picture")
    elif b"<html" in start or b"<!doctype html" in start or b"<script" in start:
        named = text("网页", "a web page")
    if named is None:
        return text("这不是能用的图片。", "This is not a picture that can be used.") + WILL_DO
    return text(f"这是{named.zh}，不能用。", f"This is {named.en}, which cannot be used.") + WILL_DO


def too_many_pixels() -> Invalid:
    most = MOST_PIXELS // 1_000_000
    message = text(
        f"图片超过 {most}00 万像素，请缩小后再上传。",
        f"The picture has over {most} megapixels; make it smaller first.",
    )
    return Invalid(message, "file")


# --- bytes that may stay


def is_plain(data: bytes, opened: Image.Image) -> bool:
    """Whether the bytes are within the limits and nothing but one picture, without metadata."""
    if len(data) > MOST_ENCODED or max(opened.size) > LONGEST_SIDE:
        return False
    if opened.format == "PNG":
        return {*png_chunks(data)} <= PLAIN_PNG
    return opened.format == "WEBP" and {*webp_chunks(data)} <= PLAIN_WEBP


def png_chunks(data: bytes) -> Iterator[bytes]:
    at = 8
    while at + 12 <= len(data):
        (length,) = unpack_from(">I", data, at)
        name = data[at + 4 : at + 8]
        yield name
        at += 12 + length
        if name == b"IEND":
            break
    if at != len(data):
        yield b""  # cut short, or followed by something


def webp_chunks(data: bytes) -> Iterator[bytes]:
    (length,) = unpack_from("<I", data, 4)
    if length + 8 != len(data):
        yield b""
    at = 12
    while at + 8 <= len(data):
        (length,) = unpack_from("<I", data, at + 4)
        yield data[at : at + 4]
        at += 8 + length + length % 2
    if at != len(data):
        yield b""


# --- encoding anew


def upright(opened: Image.Image) -> Image.Image:
    """The first frame as RGB or RGBA in sRGB, turned as its camera was held, without its metadata."""
    opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG need not be decoded in full
    opened.load()
    turned = ImageOps.exif_transpose(opened)
    if turned.mode in ("RGB", "L"):  # early, since less is then to be done
        turned.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    if turned.mode.startswith("I"):  # 16 bits: converting would cut off, not scale
        turned = turned.point(lambda value: value / 256).convert("L")
    image = in_srgb(turned)
    return image if image.mode == "RGBA" and is_transparent(image) else image.convert("RGB")


def in_srgb(image: Image.Image) -> Image.Image:
    mode = "RGBA" if image.has_transparency_data else "RGB"
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(
                image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            return (converted or image).convert(mode)
        except (ImageCms.PyCMSError, OSError):
            pass  # a profile that cannot be read says nothing about the colours
    return image.convert(mode)


def is_transparent(image: Image.Image) -> bool:
    return bool(image.getchannel("A").getextrema()[0] != 255)


def small_enough(image: Image.Image) -> Encoded:
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    while True:
        best = min(candidates(image), key=lambda candidate: len(candidate.data))
        if len(best.data) <= MOST_ENCODED:
            return best
        image = image.resize((max(1, image.width * 4 // 5), max(1, image.height * 4 // 5)))


def candidates(image: Image.Image) -> Iterator[Encoded]:
    yield written(image, "WEBP")
    if image.mode == "RGBA" or image.getcolors(FEW_COLOURS):
        yield written(image, "PNG")


def written(image: Image.Image, kind: str) -> Encoded:
    buffer, bare = BytesIO(), Image.frombytes(image.mode, image.size, image.tobytes())
    bare.save(buffer, kind, **({"optimize": True} if kind == "PNG" else {"quality": QUALITY, "method": 4}))
    return kept(buffer.getvalue(), f"image/{kind.lower()}", image.size)
