"""One option, or several: a wrong tick takes back what a right one earned."""

from app.grading.verdict import CORRECT, EMPTY, INCORRECT, Cells, Unreadable, Verdict, scored, unreadable
from app.questions.part import ChoicePart
from app.text import Text, text


def grade(part: ChoicePart, response: object) -> Verdict:
    """Score (right − wrong ticks) / right options, at least 0; says why each wrong tick is wrong."""
    try:
        ticked = read(part, response)
    except Unreadable as problem:
        return unreadable(problem)
    wanted = sum(option.right for option in part.options)
    right = sum(option.right for option in part.options if option.id in ticked)
    wrong = len(ticked) - right
    cells: Cells = [
        None if option.id not in ticked else "correct" if option.right else "incorrect"
        for option in part.options
    ]
    if right == wanted and not wrong:
        return scored(1, CORRECT, cells=cells)
    return scored(max(0, right - wrong) / wanted, feedback(part, ticked, wanted - right), cells=cells)


def read(part: ChoicePart, response: object) -> set[str]:
    """The ids that were ticked. Unreadable when one is unknown, or several where one is asked for."""
    if not response:
        raise Unreadable(EMPTY)
    ids = response if isinstance(response, list) else [response]
    known = {option.id for option in part.options}
    for option_id in ids:
        if not isinstance(option_id, str) or option_id not in known:
            shown = str(option_id)[:40]
            raise Unreadable(text(f"没有“{shown}”这个选项。", f"There is no option “{shown}”."))
    if not part.several and len(set(ids)) > 1:
        raise Unreadable(text("这里只能选一个。", "Choose only one here."))
    return set(ids)


def feedback(part: ChoicePart, ticked: set[str], missing: int) -> Text:
    said = [option.why for option in part.options if option.id in ticked and not option.right and option.why]
    if part.several and missing:
        said.append(text(f"还漏了 {missing} 个。", f"Still missing: {missing}."))
    whole = said[0] if said else INCORRECT
    for more in said[1:]:
        whole += more
    return whole
