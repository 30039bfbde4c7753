"""What the buttons of a form do to a question: add, remove, move, choose another kind, fill in an example."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.operations import OPERATIONS
from app.questions.part import Computed
from app.questions.question import Drill
from app.teaching.blanks import new_drill, new_entry, new_part, new_record, new_row
from app.teaching.options import results_of
from app.teaching.shapes import QUESTION, Field, Named, OneOf, Record, Repeated, Shape, fields_of


@dataclass(frozen=True)
class Place:
    """Where an action is to happen: an entry of a container, and what the format says of it."""

    container: Any
    key: Any
    shape: Shape
    field: Field
    around: tuple[dict[str, Any], ...]

    @property
    def value(self) -> Any:
        if isinstance(self.container, Mapping):
            return self.container.get(self.key)
        return self.container[self.key]


def changed(content: Mapping[str, Any], action: str) -> dict[str, Any]:
    """The content after a button was pressed; as it was, where there is nothing that the action could be done to."""
    verb, path, what = (*action.split(":", 2), "", "")[:3]
    copy: dict[str, Any] = copied(content)
    try:
        place = place_of(copy, path.split("."))
        ACTIONS[verb](place, what, copy)
    except (KeyError, IndexError, ValueError, TypeError, AttributeError):
        return dict(content)
    return copy


def copied(value: Any) -> Any:
    """Deeply, so that nothing in it is the same thing twice."""
    if isinstance(value, Mapping):
        return {name: copied(entry) for name, entry in value.items()}
    return [copied(entry) for entry in value] if isinstance(value, list) else value


def place_of(content: dict[str, Any], steps: list[str]) -> Place:
    """KeyError, IndexError, ValueError or TypeError where there is no such place."""
    field = fields_of(QUESTION.model)[steps[0]]
    place = Place(content, steps[0], field.shape, field, (content,))
    for step in steps[1:]:
        value, shape = place.value, place.shape
        if isinstance(shape, Repeated):
            place = Place(value, index(step), shape.entry, place.field, place.around)
        elif isinstance(shape, Named):
            place = Place(value, list(value)[index(step)], shape.value, place.field, place.around)
        elif isinstance(shape, Record | OneOf):
            record = shape if isinstance(shape, Record) else shape.record(value)
            field = fields_of(record.model)[step]
            place = Place(value, step, field.shape, field, (value, *place.around))
        else:
            raise KeyError(step)
    return place


def index(step: str) -> int:
    if not (step.isascii() and step.isdigit()):
        raise ValueError(step)
    return int(step)


def exercise_around(place: Place) -> dict[str, Any]:
    """The question or drill that a place is in, whose given numbers it goes by."""
    return next(record for record in place.around if "parts" in record)


def add(place: Place, what: str, question: dict[str, Any]) -> None:
    shape, value = place.shape, place.value
    if isinstance(shape, Repeated):
        entries = value or []
        if isinstance(shape.entry, OneOf):
            made, given = new_part(what, place.container)
            if given:
                place.container["given"] = {**(place.container.get("given") or {}), **given}
        else:
            made = new_entry(place.field, shape.entry, entries, place.around)
        place.container[place.key] = [*entries, made]
    elif isinstance(shape, Named):
        name, made = new_row(place.field, value or {}, place.around)
        place.container[place.key] = {**(value or {}), name: made}
    elif isinstance(shape, Record) and value is None:
        drill = shape.model is Drill
        place.container[place.key] = new_drill(question) if drill else new_record(shape, [], place.around)


def remove(place: Place, what: str, question: dict[str, Any]) -> None:
    del place.container[place.key]


def move(place: Place, by: int) -> None:
    entries, i = place.container, place.key
    if isinstance(entries, list) and 0 <= i + by < len(entries):
        entries[i], entries[i + by] = entries[i + by], entries[i]


def turn(place: Place, what: str, question: dict[str, Any]) -> None:
    """Another kind of record in the place."""
    if isinstance(place.shape, OneOf):
        model = place.shape.models[what]
        if model is Computed:
            exercise = exercise_around(place)
            part, given = new_part(place.container["response"], exercise)
            exercise["given"] = {**(exercise.get("given") or {}), **given}
            place.container[place.key] = part["answer"]
        else:
            place.container[place.key] = new_record(Record(model), [], place.around)


def fill(place: Place, what: str, question: dict[str, Any]) -> None:
    """What the operation of an answer needs and is not given; and a result that it has."""
    answer, operation = place.value, OPERATIONS[place.value["operation"]]
    exercise = exercise_around(place)
    given = exercise.get("given") or {}
    own = answer.get("inputs") or {}
    missing = {n: copied(v) for n, v in operation.example.items() if n not in given and n not in own}
    if missing:
        exercise["given"] = {**given, **missing}
    if answer.get("result") not in results_of(answer["operation"]):
        answer["result"] = results_of(answer["operation"])[-1]


ACTIONS = {
    "add": add,
    "remove": remove,
    "up": lambda place, what, question: move(place, -1),
    "down": lambda place, what, question: move(place, 1),
    "turn": turn,
    "fill": fill,
}
