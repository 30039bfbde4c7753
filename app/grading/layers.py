"""A network laid out layer by layer, judged by declared rules; several networks may be right."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.grading.verdict import CORRECT, EMPTY, Cells, Unreadable, Verdict, scored, unreadable
from app.questions.part import LayerRule, LayersPart
from app.text import text

MOST_LAYERS = 40


@dataclass(frozen=True)
class Finding:
    """What one condition says of a network: whether it concerns it at all, and which layers break it."""

    applies: bool = True
    broken: bool = False
    layers: Sequence[int] = ()


NOTHING = Finding(applies=False)


def grade(part: LayersPart, response: object) -> Verdict:
    """Score kept rules / rules that concern this network; says why each broken rule matters."""
    try:
        kinds = read(part, response)
    except Unreadable as problem:
        return unreadable(problem)
    found = [(rule, [condition(rule, kinds) for condition in CONDITIONS]) for rule in part.rules]
    applying = [(rule, all_of) for rule, all_of in found if any(f.applies for f in all_of)]
    broken = [(rule, all_of) for rule, all_of in applying if any(f.broken for f in all_of)]
    blamed = {i for _, all_of in broken for f in all_of for i in f.layers}
    cells: Cells = ["incorrect" if i in blamed else "correct" for i in range(len(kinds))]
    if not broken:
        return scored(1, CORRECT, cells=cells)
    said = broken[0][0].why
    for rule, _ in broken[1:]:
        said += rule.why
    return scored(1 - len(broken) / len(applying), said, cells=cells)


def read(part: LayersPart, response: object) -> list[str]:
    """The kind of each layer. Unreadable when one is not offered, or there are too many."""
    if not response:
        raise Unreadable(EMPTY)
    if not isinstance(response, list):
        raise Unreadable(text("格式不对：这里要各层的列表。", "Wrong type: a list of layers is wanted."))
    if len(response) > MOST_LAYERS:
        raise Unreadable(text(f"层太多：最多 {MOST_LAYERS} 层。", f"Too many layers: at most {MOST_LAYERS}."))
    kinds = [kind_of(layer, i) for i, layer in enumerate(response, start=1)]
    for i, kind in enumerate(kinds, start=1):
        if kind not in part.palette:
            shown = kind[:40]
            raise Unreadable(
                text(f"第 {i} 层：没有“{shown}”这种层。", f"Layer {i}: there is no “{shown}” layer.")
            )
    return kinds


def kind_of(layer: object, i: int) -> str:
    plain = (str, int, float, list, type(None))
    if isinstance(layer, dict) and all(isinstance(value, plain) for value in layer.values()):
        layer = layer.get("kind")
    if not isinstance(layer, str):
        raise Unreadable(text(f"第 {i} 层没有写明种类。", f"Layer {i} does not say its kind."))
    return layer


# --- one function a condition of LayerRule -----------------------------------------------------------------


def needs(rule: LayerRule, kinds: list[str]) -> Finding:
    if not rule.needs:
        return NOTHING
    return Finding(broken=any(kinds.count(kind) < least for kind, least in rule.needs.items()))


def first(rule: LayerRule, kinds: list[str]) -> Finding:
    if rule.first is None:
        return NOTHING
    return Finding(broken=kinds[0] != rule.first, layers=[0] if kinds[0] != rule.first else [])


def last(rule: LayerRule, kinds: list[str]) -> Finding:
    if not rule.last:
        return NOTHING
    wrong = kinds[-1] not in rule.last
    return Finding(broken=wrong, layers=[len(kinds) - 1] if wrong else [])


def before(rule: LayerRule, kinds: list[str]) -> Finding:
    """Every layer of the one kind stands before any of the other."""
    if not rule.before or not set(rule.before) <= set(kinds):
        return NOTHING
    earlier, later = rule.before
    late = [i for i, kind in enumerate(kinds) if kind == earlier and i > kinds.index(later)]
    return Finding(broken=bool(late), layers=late)


def after(rule: LayerRule, kinds: list[str]) -> Finding:
    """Each such layer directly follows one of these."""
    allowed: dict[str, set[str]] = {kind: set(those) for kind, those in rule.after.items()}
    concerned = [i for i, kind in enumerate(kinds) if kind in allowed]
    wrong = [i for i in concerned if i == 0 or kinds[i - 1] not in allowed[kinds[i]]]
    return Finding(bool(concerned), bool(wrong), wrong)


def between(rule: LayerRule, kinds: list[str]) -> Finding:
    """Two layers of these kinds with none of them in between need one of the third kinds there."""
    if rule.between is None:
        return NOTHING
    one, other, wanted = rule.between
    ends = [i for i, kind in enumerate(kinds) if kind in (one, other)]
    couples = [(i, j) for i, j in pairwise(ends) if (kinds[i], kinds[j]) == (one, other)]
    wrong = [j for i, j in couples if not set(kinds[i + 1 : j]) & set(wanted)]
    return Finding(bool(couples), bool(wrong), wrong)


CONDITIONS: tuple[Callable[[LayerRule, list[str]], Finding], ...] = (
    needs,
    first,
    last,
    before,
    after,
    between,
)
