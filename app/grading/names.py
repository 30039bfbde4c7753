"""Names asked for by number: so many different things, whatever they are called."""

import re
import unicodedata
from dataclasses import dataclass

from app.grading.verdict import (
    CORRECT,
    EMPTY,
    INCORRECT,
    Cells,
    Outcome,
    Unreadable,
    Verdict,
    scored,
    unreadable,
)
from app.questions.part import NamesPart
from app.text import Text, text

MOST_NAMES = 20
MOST_CHARACTERS = 60

NUMBERING = re.compile(r"^\s*(?:[(（]?[0-9０-９]{1,2}[.．、)）](?![0-9])|[①-⑳•*\-])\s*", re.MULTILINE)
LISTED = re.compile(r"[,，、;；\n]")
JOINED = re.compile(r"[,，、;；/／&＆+\n和与及]|\s(?:and|or)\s", re.IGNORECASE)
BRACKETED = re.compile(r"[(（\[［【]([^)）\]］】]*)[)）\]］】]")
BESIDES = re.compile(  # what may follow a name: a version, or the kind of thing it is
    r"\s+v?\d+(?:\.\d+)*$|\s*(?:(?:激活|损失)?函数|损失|框架|平台|(?:activation |loss )?function|loss|framework)$",
    re.IGNORECASE,
)
LATIN = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class Found:
    """A known name: the group it belongs to, and how it is spelled when it was misspelled."""

    group: str
    typed: str
    spelling: str | None = None


def grade(part: NamesPart, response: object) -> Verdict:
    """Score different things named / number asked for, at most 1; an unknown name takes nothing away."""
    try:
        entries = read(part, response)
    except Unreadable as problem:
        return unreadable(problem)
    named: dict[str, str] = {}  # group: the first name that was typed for it
    notes: list[Text] = []
    cells: Cells = [judge(part, entry, named, notes) if entry else None for entry in entries]
    score = min(len(named), part.at_least) / part.at_least
    if score == 1:
        said = CORRECT
    elif named:
        said = text(
            f"对了 {len(named)} 种，要 {part.at_least} 种。", f"{len(named)} found, {part.at_least} wanted."
        )
    else:
        said = INCORRECT
    for note in notes:
        said += note
    return scored(score, said, cells=cells)


def read(part: NamesPart, response: object) -> list[str]:
    """The names as typed, "" where left empty. Unreadable when there are too many, or one is too long."""
    entries = listed(response) if isinstance(response, str) else response
    if not entries:
        raise Unreadable(EMPTY)
    if not isinstance(entries, list) or not all(isinstance(e, str) or e is None for e in entries):
        raise Unreadable(text("格式不对：这里要名称的列表。", "Wrong type: a list of names is wanted."))
    names = [NUMBERING.sub("", e).strip() if e else "" for e in entries]
    if not any(names):
        raise Unreadable(EMPTY)
    most = min(4 * part.at_least, MOST_NAMES)
    if sum(map(bool, names)) > most:
        raise Unreadable(text(f"写得太多了：最多 {most} 个。", f"Too many: at most {most} names."))
    for name in names:
        if len(name) > MOST_CHARACTERS:
            raise Unreadable(
                text(
                    f"“{name[:20]}…”太长：这里只写名称。",
                    f"“{name[:20]}…” is too long: only names belong here.",
                )
            )
    return names


def listed(typed: str) -> list[str]:
    return [name for name in LISTED.split(NUMBERING.sub("", typed)) if name.strip()]


def judge(part: NamesPart, entry: str, named: dict[str, str], notes: list[Text]) -> Outcome:
    """The verdict of one entry: right when it names something new, partly when only what was named before."""
    found = [f for name in names_in(part, entry) if (f := find(part, name))]
    new = False
    for f in found:
        if f.group in named:
            first = named[f.group]
            notes.append(
                text(f"“{first}”和“{f.typed}”算同一个。", f"“{first}” and “{f.typed}” count as one.")
            )
        else:
            named[f.group] = f.typed
            new = True
        if f.spelling:
            notes.append(text(f"“{f.typed}”应写作 {f.spelling}。", f"“{f.typed}” is spelled {f.spelling}."))
    if not found:
        notes.append(text(f"没认出“{entry}”。", f"“{entry}” is not known here."))
    return "correct" if new else "partly" if found else "incorrect"


def names_in(part: NamesPart, entry: str) -> list[str]:
    """An entry that is no name itself may hold several: "PyTorch 和 TensorFlow"."""
    if find(part, entry):
        return [entry]
    return [name.strip() for name in JOINED.split(entry) if name and name.strip()]


def find(part: NamesPart, typed: str) -> Found | None:
    """What is named: exactly, then by a word beside it in brackets or another script, then misspelled once."""
    known = {normalise(name): (group.id, name) for group in part.groups for name in group.names}
    outside, inside = BRACKETED.sub("", typed), " ".join(BRACKETED.findall(typed))
    whole = normalise(typed)
    latin, rest = "".join(LATIN.findall(whole)), LATIN.sub("", whole)
    for name in (whole, *map(normalise, (outside, inside, BESIDES.sub("", typed.strip())))):
        if name in known:
            return Found(known[name][0], typed)
    if latin in known and rest in known and known[latin][0] == known[rest][0]:
        return Found(known[latin][0], typed)
    close = [known[name] for name in known if len(name) >= 5 and one_slip(whole, name)]
    if re.fullmatch("[a-z]+", whole) and len({group for group, _ in close}) == 1:
        return Found(close[0][0], typed, close[0][1])
    return None


def normalise(name: str) -> str:
    """Letters and digits only, in one case and width."""
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())


def one_slip(a: str, b: str) -> bool:
    """Whether one letter was added, left out, changed, or swapped with its neighbour."""
    while a and b and a[0] == b[0]:
        a, b = a[1:], b[1:]
    while a and b and a[-1] == b[-1]:
        a, b = a[:-1], b[:-1]
    return max(len(a), len(b)) == 1 or (len(a) == 2 and a == b[::-1])
