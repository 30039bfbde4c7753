"""Files of questions with their pictures: from a zip, a folder or a paste, and into them. No entry is trusted."""

import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import Path, PurePosixPath
from stat import S_ISLNK
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from app.questions.source import Problem
from app.text import Text, text

MOST_ENTRIES = 20_000
MOST_UNPACKED = 64 * 1024 * 1024
MOST_RATIO = 100  # a text or picture is never packed this well; checked from 1 MB on
TEXTS = (".yaml", ".yml")
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif")
SKIPPED = {"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"}
ENCRYPTED, IN_UTF8 = 0x1, 0x800  # flags of an entry
BEGINS = re.compile(r"^(?:---[ \t]*\n?)?#[ \t]*(\S+\.ya?ml)[ \t]*$\n?", re.MULTILINE)
ABSOLUTE = re.compile(r"/|[A-Za-z]:")


@dataclass
class Files:
    """Texts and pictures by path, with what was wrong with the rest."""

    texts: dict[str, bytes] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def take(self, path: str, data: bytes) -> None:
        ending = PurePosixPath(path).suffix.lower()
        kept = self.texts if ending in TEXTS else self.pictures if ending in PICTURES else None
        if kept is None:
            self.refuse(path, OTHER_KIND)
        elif path in kept:
            self.refuse(path, text("出现了两次。", "It is there twice."))
        else:
            kept[path] = data

    def refuse(self, path: str, message: Text) -> None:
        self.problems.append(problem(path, None, "", message))


OTHER_KIND = text(
    "只收题目（.yaml）和图片（.png、.jpg、.webp、.gif），请把这个文件拿掉。",
    "Only questions (.yaml) and pictures (.png, .jpg, .webp, .gif) are taken; leave this file out.",
)
NO_ZIP = text(
    "这个压缩包读不出来，请重新打包成 zip。", "This archive cannot be read; pack it again as a zip."
)
TOO_MANY = text(f"超过 {MOST_ENTRIES} 个文件，请分几次导入。", f"Over {MOST_ENTRIES} files; import them in parts.")  # fmt: skip
TOO_MUCH = text(
    f"解开后超过 {MOST_UNPACKED // 1024**2} MB，请分几次导入。",
    f"Over {MOST_UNPACKED // 1024**2} MB unpacked; import it in parts.",
)
BOMB = text("压缩得过分小，像是压缩炸弹，不打开。", "It is packed suspiciously small, as a zip bomb is; it is not opened.")  # fmt: skip
LOCKED = text("有密码，打不开；请不加密地打包。", "It is encrypted; pack it without a password.")
LINK = text("是个链接，请放真正的文件。", "It is a link; put the file itself there.")
OUTSIDE = text(
    "路径指到压缩包外面（.. 、盘符、反斜杠或以 / 开头），不打开。",
    "Its path leads out of the archive (.., a drive letter, a backslash or a leading /); it is not opened.",
)
UNNAMED = text(
    "每道题前请加一行“# 文件名.yaml”，文件名就是题目地址，例如 `# my-question.yaml`。",
    "Begin each question with a line that names its file, which is its address: `# my-question.yaml`.",
)


def problem(file: str, line: int | None, field_name: str, message: Text) -> Problem:
    return Problem(file, line, field_name, message)


# --- coming in


def opened(name: str, data: bytes) -> Files:
    """What an uploaded file holds: itself, or the entries of a zip."""
    if PurePosixPath(name).suffix.lower() in TEXTS:
        files = Files()
        files.take(re.split(r"[/\\]", name)[-1], data)
        return files
    return unpacked(data, name)


def unpacked(data: bytes, name: str = "zip") -> Files:
    files = Files()
    try:
        with ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_ENTRIES:
                files.refuse(name, TOO_MANY)
                return files
            left = MOST_UNPACKED
            for entry in entries:
                left -= unpack(archive, entry, files, left)
                if left < 0:
                    files.refuse(name, TOO_MUCH)
                    break
    except (BadZipFile, ValueError, OverflowError, EOFError, OSError, NotImplementedError):
        files.refuse(name, NO_ZIP)
    return files


def unpack(archive: ZipFile, entry: ZipInfo, files: Files, most: int) -> int:
    """Take one entry, read only as far as it may be long; returns how long it was."""
    path = name_of(entry)
    if is_skipped(path):
        return 0
    if refusal := unsafe(path, entry):
        files.refuse(path, refusal)
        return 0
    try:
        with archive.open(entry) as packed:
            content = packed.read(most + 1)  # what the header says of its length may be untrue
    except (BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
        files.refuse(path, text("已损坏，请重新打包。", "It is damaged; pack it again."))
        return 0
    if len(content) > max(1024**2, MOST_RATIO * entry.compress_size):
        files.refuse(path, BOMB)
    elif len(content) <= most:
        files.take(path, content)
    return len(content)


def name_of(entry: ZipInfo) -> str:
    """The name as it was written: zips made on Chinese Windows hold GB18030 without saying so."""
    name = entry.orig_filename
    if entry.flag_bits & IN_UTF8:
        return name
    for encoding in ("utf-8", "gb18030"):
        try:
            return name.encode("cp437").decode(encoding)
        except UnicodeError:
            continue
    return name


def is_skipped(path: str) -> bool:
    """Folders, and what file managers leave behind."""
    return path.endswith("/") or not SKIPPED.isdisjoint(path.split("/"))


def unsafe(path: str, entry: ZipInfo) -> Text | None:
    if "\\" in path or "\0" in path or ".." in path.split("/") or ABSOLUTE.match(path):
        return OUTSIDE
    if entry.flag_bits & ENCRYPTED:
        return LOCKED
    if S_ISLNK(entry.external_attr >> 16):
        return LINK
    return None if entry.compress_type in (ZIP_STORED, ZIP_DEFLATED) else NO_ZIP


def pasted(typed: str) -> Files:
    """Texts one after the other, each after a line `# name.yaml`."""
    pieces = BEGINS.split(typed.replace("\r\n", "\n"))
    files = Files()
    if pieces[0].strip().strip("-"):
        files.refuse("paste", UNNAMED)
    for name, source in zip(pieces[1::2], pieces[2::2], strict=True):
        files.take(name, source.encode())
    return files


def in_folder(folder: Path) -> Files:
    """The files below a folder; hidden ones are left out."""
    files, left = Files(), MOST_UNPACKED
    paths = [path for path in sorted(folder.rglob("*")) if not path.is_dir() or path.is_symlink()]
    if len(paths) > MOST_ENTRIES:
        files.refuse(str(folder), TOO_MANY)
        return files
    for path in paths:
        name = path.relative_to(folder).as_posix()
        if is_skipped(name) or any(step.startswith(".") for step in name.split("/")):
            continue
        if path.is_symlink():
            files.refuse(name, LINK)
            continue
        left -= path.stat().st_size
        if left < 0:
            files.refuse(str(folder), TOO_MUCH)
            break
        files.take(name, path.read_bytes())
    return files


# --- going out

Written = Iterable[tuple[str, bytes]]  # path and content


def pack(files: Written, into: IO[bytes], now: datetime) -> Iterator[str]:
    """Write the files into a zip; yields each path."""
    with ZipFile(into, "w", ZIP_DEFLATED) as archive:
        for path, data in files:
            entry = ZipInfo(path, now.timetuple()[:6])
            entry.external_attr = 0o644 << 16
            entry.compress_type = ZIP_DEFLATED if path.endswith(TEXTS) else ZIP_STORED
            archive.writestr(entry, data)
            yield path


def unfold(files: Written, folder: Path) -> Iterator[str]:
    """Write the files below a folder; yields each path."""
    for path, data in files:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
        yield path
