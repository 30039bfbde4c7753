"""Tables as CSV and XLSX. What people typed stays text: never a formula, in whichever program it is opened."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from unicodedata import normalize

from xlsxwriter import Workbook

Value = str | int | float | None
FORMULA = ("=", "+", "-", "@", "\t", "\r")
QUOTES = "\"'`‘’“”「」«»"
LONGEST = 32_767  # characters of a cell


@dataclass(frozen=True)
class Sheet:
    """A table with its heading in the first row."""

    name: str
    rows: Sequence[Sequence[Value]]


def as_csv(sheet: Sheet) -> bytes:
    """UTF-8 with its mark, so that Excel opens Chinese; every text in quotes."""
    out = StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerows([guarded(value) for value in row] for row in sheet.rows)
    return out.getvalue().encode("utf-8-sig")


def guarded(value: Value) -> Value:
    """A text that a spreadsheet could take for a formula begins with an apostrophe."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    begins = normalize("NFKC", value[:100]).lstrip(QUOTES + " \n")
    return f"'{value}" if begins.startswith(FORMULA) else value


def as_xlsx(sheets: Iterable[Sheet]) -> bytes:
    """A workbook of text and numbers only, headings fixed."""
    out = BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            page.freeze_panes(1, 1)
            page.set_column(0, 0, 24)
            for r, row in enumerate(sheet.rows):
                for c, value in enumerate(row):
                    if isinstance(value, str):
                        page.write_string(r, c, value[:LONGEST], None if r else heading)
                    elif value is not None:
                        page.write_number(r, c, value)
    return out.getvalue()
