"""A pasted list or an uploaded file of students, as spreadsheets write them, to its lines. Pure."""

import codecs
import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from unicodedata import category, normalize

from app.errors import Invalid
from app.text import text

MOST_LINES = 1000
DELIMITERS = ",\t;，；"
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx, .xls
COLUMNS = {
    "name": {"name", "fullname", "student", "studentname", "姓名", "名字", "学生", "学生姓名"},
    "email": {"email", "mail", "emailaddress", "邮箱", "电子邮箱", "邮件", "电子邮件", "邮箱地址"},
    "number": {"number", "no", "no.", "id", "studentid", "studentnumber", "studentno", "学号", "学生学号"},
}

WORKBOOK = text(
    "这是 Excel 工作簿：请另存为 CSV 再传，或者在 Excel 里选中、复制，粘贴到下面。",
    "This is an Excel workbook: save it as CSV and send that, or copy the cells and paste them below.",
)
NOT_TEXT = text(
    "这个文件读不出文字：请另存为“CSV UTF-8”再传，或者直接粘贴。",
    "This file cannot be read as text: save it as “CSV UTF-8” and send that, or paste the list.",
)
EMPTY = text(
    "名单是空的：每行写一位同学，至少有姓名。",
    "The list is empty: write one student a line, with a name at least.",
)
TOO_LONG = text(
    f"一次最多 {MOST_LINES} 行，请分几次。", f"At most {MOST_LINES} lines at a time; split the list."
)
NO_NAMES = text("表头里没有“姓名”一列，请补上。", "The heading has no column “name”; add one.")


@dataclass(frozen=True)
class Line:
    """What one line of the list says, as it was typed; `at` counts the lines of the text from 1."""

    at: int
    name: str = ""
    email: str = ""
    number: str = ""


def decoded(data: bytes) -> str:
    """The text of a file: UTF-8, UTF-16, or GB18030 as Excel writes it in China. Invalid for anything else."""
    if data.startswith(WORKBOOKS):
        raise Invalid(WORKBOOK, "file")
    for encoding in encodings(data):
        try:
            found = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if all(category(c) != "Cc" or c in "\t\r\n" for c in found):
            return found
    raise Invalid(NOT_TEXT, "file")


def encodings(data: bytes) -> Sequence[str]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    if b"\0" in data:  # the upper half of commas and digits
        return ("utf-16-be",) if data[::2].count(0) > data[1::2].count(0) else ("utf-16-le",)
    return ("utf-8-sig", "gb18030")


def lines(pasted: str) -> list[Line]:
    """The students of a list; Invalid where it is empty, too long, or its quotes do not close."""
    rows = cells(pasted.removeprefix("\ufeff").replace("\0", " "))
    heading = columns(rows[0][1]) if rows else {}
    if heading and "name" not in heading:
        raise Invalid(NO_NAMES, "list")
    rows = rows[1:] if heading else rows
    if not rows:
        raise Invalid(EMPTY, "list")
    if len(rows) > MOST_LINES:
        raise Invalid(TOO_LONG, "list")
    return [named(at, row, heading) if heading else guessed(at, row) for at, row in rows]


def cells(pasted: str) -> list[tuple[int, list[str]]]:
    """The rows that hold anything, each with its line."""
    reader = csv.reader(pasted.splitlines(keepends=True), delimiter=delimiter(pasted), strict=True)
    found = []
    at = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                found.append((at, [cell.strip() for cell in row]))
            at = reader.line_num + 1
    except csv.Error as error:
        unclosed = text(f"第 {at} 行的引号没有配对。", f"The quotes on line {at} do not match.")
        raise Invalid(unclosed, "list") from error
    return found


def delimiter(pasted: str) -> str:
    """What separates the columns on most lines; the comma for a list of mere names."""
    first = pasted.splitlines()[:200]
    return max(DELIMITERS, key=lambda sign: sum(sign in line for line in first))


def columns(row: Iterable[str]) -> dict[str, int]:
    """Where the columns are, when this row is a heading; else nothing."""
    words = [re.sub(r"[\s_\-]", "", normalize("NFKC", cell).casefold()) for cell in row]
    return {
        column: next(i for i, word in enumerate(words) if word in known)
        for column, known in COLUMNS.items()
        if known & set(words)
    }


def named(at: int, row: Sequence[str], heading: dict[str, int]) -> Line:
    return Line(at, **{column: row[i] for column, i in heading.items() if i < len(row)})


def guessed(at: int, row: Sequence[str]) -> Line:
    """Without a heading: what has an @ is the e-mail; beside a name, the longest with digits is the number."""
    email = next((cell for cell in row if "@" in cell), "")
    rest = [cell for cell in row if cell and cell != email]
    name = next((cell for cell in rest if not any(map(str.isdigit, cell))), rest[0] if rest else "")
    numbers = [cell for cell in rest if cell != name and any(map(str.isdigit, cell))]
    return Line(at, name, email, max(numbers, key=len, default=""))
