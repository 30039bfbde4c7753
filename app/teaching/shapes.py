"""What the fields of the file format hold, read off its pydantic models."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import MinLen
from pydantic import BaseModel, Discriminator, Tag

from app.questions.question import QuestionFile
from app.teaching.house import in_order
from app.text import Text

Kind = Literal[
    "line", "prose", "number", "yes_no", "choice", "ticks", "value", "lines", "words", "names"
]  # words: a text, or texts in brackets; names: a list on one line


# fields whose values are chosen from what there is, though the format takes any
CHOSEN: Mapping[tuple[str, str], Kind] = {
    ("QuestionFile", "topics"): "ticks",
    ("LayersPart", "palette"): "ticks",
    ("LayerRule", "last"): "ticks",
    ("Exercise", "picture"): "choice",
    ("Computed", "operation"): "choice",
    ("Computed", "result"): "choice",
    ("Pair", "match"): "choice",
}


@dataclass(frozen=True)
class Leaf:
    kind: Kind
    options: tuple[str, ...] = ()
    optional: bool = False


@dataclass(frozen=True)
class Both:
    """A text in both languages."""


@dataclass(frozen=True)
class Record:
    model: type[BaseModel]


@dataclass(frozen=True)
class OneOf:
    """A record of one of several models, by name; `tag` says which."""

    models: Mapping[str, type[BaseModel]]
    tag: Callable[[Any], str | None]

    def name(self, value: Any) -> str | None:
        name = self.tag(value) if isinstance(value, Mapping) else None
        return name if isinstance(name, str) and name in self.models else None

    def record(self, value: Any) -> Record:
        """The one that a value is; what all of them have where it is none."""
        if name := self.name(value):
            return Record(self.models[name])
        first, *others = self.models.values()
        return Record(next(base for base in first.__mro__ if all(issubclass(m, base) for m in others)))


@dataclass(frozen=True)
class Repeated:
    entry: "Record | OneOf | Both"


@dataclass(frozen=True)
class Named:
    """Values by names that the author chooses."""

    value: Leaf


Shape = Leaf | Both | Record | OneOf | Repeated | Named


@dataclass(frozen=True)
class Field:
    """A field of a model: what it holds, and what is meant where it is left out."""

    name: str
    model: str  # that declares it
    shape: Shape
    required: bool
    default: Any
    fewest: int  # entries that there must be


@cache
def fields_of(model: type[BaseModel]) -> Mapping[str, Field]:
    """In the order of the house."""
    return {name: field_of(model, name) for name in in_order(model.model_fields)}


def field_of(model: type[BaseModel], name: str) -> Field:
    info, declared = model.model_fields[name], owner(model, name).__name__
    told_by = [rule for rule in info.metadata if isinstance(rule, Discriminator)]
    shape = shape_of(info.annotation, told_by[0] if told_by else info.discriminator)
    if isinstance(shape, Leaf):
        shape = replace(shape, kind=CHOSEN.get((declared, name), shape.kind))
    fewest = max((rule.min_length for rule in info.metadata if isinstance(rule, MinLen)), default=0)
    return Field(name, declared, shape, info.is_required(), info.get_default(), fewest)


def owner(model: type[BaseModel], name: str) -> type[BaseModel]:
    """The class that declares the field."""
    return next(base for base in reversed(model.__mro__) if name in getattr(base, "model_fields", {}))


def shape_of(annotation: Any, discriminator: Any = None) -> Shape:
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        found = [getattr(m, "discriminator", None) for m in args[1:]]
        return shape_of(args[0], next(filter(None, found), discriminator))
    if origin in (Union, UnionType):
        return shape_of_union([arg for arg in args if arg is not NoneType], NoneType in args, discriminator)
    if origin is Literal:
        return Leaf("choice", args)
    if origin is list:
        return shape_of_list(shape_of(args[0]))
    if origin is dict:
        inner = shape_of(args[1])
        return Named(inner if isinstance(inner, Leaf) and inner.kind != "lines" else Leaf("names"))
    if annotation is Text:
        return Both()
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Record(annotation)
    plain: dict[Any, Kind] = {bool: "yes_no", int: "number", float: "number", str: "line"}
    return Leaf(plain.get(annotation, "value"))


def shape_of_union(members: list[Any], optional: bool, discriminator: Any) -> Shape:
    if len(members) == 1:
        shape = shape_of(members[0])
        return Leaf(shape.kind, shape.options, optional) if isinstance(shape, Leaf) else shape
    if discriminator:
        return one_of(members, discriminator)
    texts = all(shape_of(member) in (Leaf("line"), Leaf("lines")) for member in members)
    return Leaf("words" if texts else "value", optional=optional)


def shape_of_list(entry: Shape) -> Shape:
    if isinstance(entry, Record | OneOf | Both):
        return Repeated(entry)
    if isinstance(entry, Leaf) and entry.kind in ("line", "choice"):
        return Leaf("lines", entry.options)
    return Leaf("value")


def one_of(members: list[Any], discriminator: Any) -> OneOf:
    if isinstance(discriminator, Discriminator):
        tag: Any = discriminator.discriminator
        tagged = {
            m.tag: get_args(member)[0] for member in members for m in get_args(member) if isinstance(m, Tag)
        }
        return OneOf(tagged, tag)
    by_name = {get_args(member.model_fields[discriminator].annotation)[0]: member for member in members}
    return OneOf(by_name, lambda value: value.get(discriminator))


QUESTION = Record(QuestionFile)
