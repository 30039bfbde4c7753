"""The parts of a question in the file format: one class a response type, and the answers they expect."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from app.operations import OPERATIONS
from app.questions.precision import EXACT, Precision
from app.text import Text

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Share = Annotated[float, Field(gt=0, le=100)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Item(Strict):
    id: Id
    text: Text


# --- answers -----------------------------------------------------------------------------------------


class Computed(Strict):
    """An answer that an operation computes; inputs not named here come from `given` by name."""

    operation: str
    result: str
    index: int | list[int] = []  # one entry of a list of results, or of a nested list
    inputs: dict[str, Any] = {}  # a literal, "{{ expression over given }}", or "@earlier_part"

    @model_validator(mode="after")
    def known_operation(self) -> "Computed":
        if self.operation not in OPERATIONS:
            raise refuse(f"there is no operation “{self.operation}”; there are: {', '.join(OPERATIONS)}")
        return self

    @property
    def uses(self) -> dict[str, str]:
        """Which inputs are the results of earlier parts."""
        return {
            name: value[1:]
            for name, value in self.inputs.items()
            if isinstance(value, str) and value.startswith("@")
        }


class FreeChoice(Strict):
    """Any whole number in the range is right."""

    minimum: int
    maximum: int = 1_000_000


class NamedFormula(Strict):
    name: Id
    title: Text
    hint: Text
    formula: str


class FormulaAnswer(Strict):
    """An expression, right when it equals `formula` at random real points of the domain."""

    formula: str
    accept: list[str] = []
    variables: dict[str, tuple[float, float]] = {}  # symbol: lowest and highest value tried
    vectors: dict[str, tuple[float, float]] = {}  # symbol indexed from 1 to `length`
    length: str | None = None  # the symbol of the number of entries, such as N
    index: str | None = None  # a free index, such as i
    aliases: dict[str, list[str]] = {}  # symbol: other names a student may use
    mistakes: list[NamedFormula] = []


# --- parts: one class a response type -----------------------------------------------------------------


class PartBase(Strict):
    id: Id
    ask: Text | None = None
    marks: Share = 1
    explanation: Text | None = None  # shown with the worked solution


class RealPart(PartBase):
    """A part whose answer may be real: `decimals` or `figures` says how far it is to be right."""

    decimals: int | None = Field(None, ge=0, le=10)
    figures: int | None = Field(None, ge=1, le=10)

    @model_validator(mode="after")
    def one_precision(self) -> "RealPart":
        if self.decimals is not None and self.figures is not None:
            raise refuse("give `decimals` or `figures`, not both")
        return self

    @property
    def precision(self) -> Precision:
        return Precision(self.decimals, self.figures)


def is_free(answer: Any) -> bool:
    return isinstance(answer, FreeChoice) or (isinstance(answer, Mapping) and "minimum" in answer)


class NumberPart(RealPart):
    response: Literal["number"]
    answer: Annotated[
        Annotated[Computed, Tag("computed")] | Annotated[FreeChoice, Tag("free")],
        Discriminator(lambda answer: "free" if is_free(answer) else "computed"),
    ]
    unit: Text | None = None


class NumbersPart(RealPart):
    response: Literal["numbers"]
    answer: Computed
    labels: list[Text]
    rows: str | None = None  # working of row i, such as "{{ widths[i] }} × {{ widths[i + 1] }}"


class ShapePart(PartBase):
    response: Literal["shape"]
    answer: Computed


class MatrixPart(RealPart):
    response: Literal["matrix"]
    answer: Computed


class ExpressionPart(PartBase):
    response: Literal["expression"]
    answer: FormulaAnswer
    left: str  # LaTeX of the left-hand side, without the equals sign


class Option(Item):
    right: bool = False
    why: Text | None = None


class ChoicePart(PartBase):
    response: Literal["choice"]
    options: list[Option] = Field(min_length=2)
    several: bool = False

    @model_validator(mode="after")
    def has_right_options(self) -> "ChoicePart":
        right = sum(option.right for option in self.options)
        if right == 0 or (right > 1 and not self.several):
            raise refuse("one option must be right, or several with `several: true`")
        return self


class OrderPart(PartBase):
    response: Literal["order"]
    items: list[Item] = Field(min_length=2)  # in the right order
    accept: list[list[Id]] = []  # other right orders


class Pair(Item):
    match: Id


class MatchPart(PartBase):
    response: Literal["match"]
    left: list[Pair] = Field(min_length=2)
    right: list[Item] = Field(min_length=2)

    @model_validator(mode="after")
    def matches_exist(self) -> "MatchPart":
        known = {item.id for item in self.right}
        for pair in self.left:
            if pair.match not in known:
                raise refuse(f"“{pair.id}” matches “{pair.match}”, which is not on the right")
        return self


class NameGroup(Strict):
    """One thing with all the names by which it goes; two of its names count once."""

    id: Id
    names: list[str] = Field(min_length=1)


class NamesPart(PartBase):
    response: Literal["names"]
    at_least: int = Field(ge=1)
    groups: list[NameGroup] = Field(min_length=1)


LayerKind = Literal[
    "input",
    "convolution",
    "pooling",
    "activation",
    "batch_norm",
    "dropout",
    "flatten",
    "dense",
    "softmax",
    "output",
]


class LayerRule(Strict):
    """One thing the network must satisfy, and what is said when it does not."""

    id: Id
    why: Text
    needs: dict[LayerKind, int] = {}  # at least so many of each
    first: LayerKind | None = None
    last: list[LayerKind] = []  # the last layer is one of these
    before: tuple[LayerKind, LayerKind] | None = None  # every first comes before any second
    after: dict[LayerKind, list[LayerKind]] = {}  # each such layer directly follows one of these
    between: tuple[LayerKind, LayerKind, list[LayerKind]] | None = (
        None  # two firsts need one of these between
    )


class LayersPart(PartBase):
    response: Literal["layers"]
    palette: list[LayerKind] = Field(min_length=2)
    rules: list[LayerRule] = Field(min_length=1)
    example: list[LayerKind]  # one right network, shown with the solution


class KeyPoint(Item):
    """One thing a good answer says. With `levels` (weakest first) it is graded by degree, else ticked."""

    marks: Share = 1
    levels: list[Text] = []
    accept: list[str] = []  # phrasings that say it: "a|b & c|d" needs one of each group in one sentence
    reject: list[str] = []  # phrasings, of the same form, that contradict it
    yes: list[str] = []  # answers that say it, and that do not: the tests try both
    no: list[str] = []


class TextPart(PartBase):
    response: Literal["text"]
    key_points: list[KeyPoint] = Field(min_length=1)
    model: Text  # an answer a student could write in an exam


Part = Annotated[
    NumberPart
    | NumbersPart
    | ShapePart
    | MatrixPart
    | ExpressionPart
    | ChoicePart
    | OrderPart
    | MatchPart
    | NamesPart
    | LayersPart
    | TextPart,
    Field(discriminator="response"),
]


RESPONSES: tuple[str, ...] = tuple(
    get_args(kind.model_fields["response"].annotation)[0] for kind in get_args(get_args(Part)[0])
)


def computed(part: Part) -> Computed | None:
    answer = getattr(part, "answer", None)
    return answer if isinstance(answer, Computed) else None


def precision(part: Part) -> Precision:
    return part.precision if isinstance(part, RealPart) else EXACT


def used_parts(part: Part) -> list[str]:
    answer = computed(part)
    return list(answer.uses.values()) if answer else []


def repeated_ids(part: Part) -> Iterator[str]:
    for name in ("options", "items", "left", "right", "groups", "rules", "key_points"):
        entries = getattr(part, name, None)  # an expression's `left` is a formula
        ids = [entry.id for entry in entries] if isinstance(entries, list) else []
        yield from {i for i in ids if ids.count(i) > 1}


def refuse(sentence: str) -> PydanticCustomError:
    return PydanticCustomError("invalid_question", "{sentence}", {"sentence": sentence})
