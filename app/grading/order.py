"""Items put in order: credit for what stands in the right order relative to the rest."""

from app.grading.verdict import CORRECT, EMPTY, INCORRECT, Cells, Unreadable, Verdict, scored, unreadable
from app.questions.part import OrderPart
from app.text import text


def grade(part: OrderPart, response: object) -> Verdict:
    """Score (L − 1) / (n − 1) with L the longest run of n items in order, by the accepted order that fits best."""
    try:
        order = read(part, response)
    except Unreadable as problem:
        return unreadable(problem)
    accepted = [[item.id for item in part.items], *part.accept]
    in_order = max((longest_common(order, right) for right in accepted), key=len)
    cells: Cells = ["correct" if item in in_order else "incorrect" for item in order]
    if order in accepted:
        return scored(1, CORRECT, cells=cells)
    score = (len(in_order) - 1) / (len(order) - 1)
    said = text(
        f"有 {len(in_order)} 项的先后是对的，共 {len(order)} 项。",
        f"{len(in_order)} of {len(order)} are in the right order.",
    )
    return scored(score, said if score else INCORRECT, cells=cells)


def read(part: OrderPart, response: object) -> list[str]:
    """All items' ids, each once. Unreadable when one is missing, repeated or unknown."""
    if not response:
        raise Unreadable(EMPTY)
    if not isinstance(response, list):
        raise Unreadable(text("格式不对：这里要一个列表。", "Wrong type: a list is wanted here."))
    texts = {item.id: item.text for item in part.items}
    seen: set[str] = set()
    for item_id in response:
        if not isinstance(item_id, str) or item_id not in texts:
            shown = str(item_id)[:40]
            raise Unreadable(text(f"没有“{shown}”这一项。", f"There is no item “{shown}”."))
        if item_id in seen:
            twice = texts[item_id]
            raise Unreadable(text(f"“{twice.zh}”出现了两次。", f"“{twice.en}” stands there twice."))
        seen.add(item_id)
    if missing := [words for item_id, words in texts.items() if item_id not in seen]:
        zh, en = "”“".join(words.zh for words in missing), "”, “".join(words.en for words in missing)
        raise Unreadable(text(f"还没有排：“{zh}”。", f"Not yet placed: “{en}”."))
    return response


def longest_common(order: list[str], right: list[str]) -> list[str]:
    """A longest subsequence of `order` whose items stand in the order of `right`."""
    place = {item: i for i, item in enumerate(right)}
    best: list[list[str]] = []  # the longest that ends with each item
    for item in order:
        if item in place:
            before = [run for run in best if place[run[-1]] < place[item]]
            best.append([*max(before, key=len, default=[]), item])
    return max(best, key=len, default=[])
