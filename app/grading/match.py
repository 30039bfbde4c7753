"""Pairs matched: every right pair earns its share."""

from app.grading.verdict import CORRECT, EMPTY, INCORRECT, Cells, Unreadable, Verdict, scored, unreadable
from app.questions.part import MatchPart
from app.text import text


def grade(part: MatchPart, response: object) -> Verdict:
    """Score right pairs / all pairs; a pair left empty is neither right nor wrong."""
    try:
        chosen = read(part, response)
    except Unreadable as problem:
        return unreadable(problem)
    cells: Cells = [
        None if pair.id not in chosen else "correct" if chosen[pair.id] == pair.match else "incorrect"
        for pair in part.left
    ]
    right, total = cells.count("correct"), len(cells)
    if right == total:
        return scored(1, CORRECT, cells=cells)
    said = text(f"对了 {right} 个，共 {total} 个。", f"{right} of {total} are right.")
    return scored(right / total, said if right else INCORRECT, cells=cells)


def read(part: MatchPart, response: object) -> dict[str, str]:
    """The right-hand id chosen for each left one, without the empty. Unreadable when an id is unknown."""
    if response is None or response in ("", [], {}):
        raise Unreadable(EMPTY)
    if not isinstance(response, dict):
        raise Unreadable(
            text("格式不对：这里要“左 → 右”的对应。", "Wrong type: a mapping of left to right is wanted.")
        )
    chosen = {left: right for left, right in response.items() if right is not None and right != ""}
    known = {pair.id for pair in part.left}, {item.id for item in part.right}
    for entry in chosen.items():
        for side, ids in zip(entry, known, strict=True):
            if not isinstance(side, str) or side not in ids:
                shown = str(side)[:40]
                raise Unreadable(text(f"没有“{shown}”这一项。", f"There is no item “{shown}”."))
    if not chosen:
        raise Unreadable(EMPTY)
    return chosen
