"""Quizzes on paper: sheets without an answer, keys that fit them, and who may see which."""

import json
import re
from collections.abc import Iterator
from html import unescape
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.questions import markup
from app.questions.part import ChoicePart, ExpressionPart, TextPart, precision
from app.questions.variant import Variant
from app.quizzes import printing, quiz, sitting
from app.quizzes.blueprint import READY, Blueprint, Rules
from app.quizzes.printing import Copy
from app.quizzes.quiz import Quiz
from app.storage.database import reading, writing
from tests.quizzes.exam import NOW, STUDENT, exam
from tests.web.conftest import Person
from tests.web.teachers import Device, signed_in

NINE = Blueprint(kind="chosen", slugs=("fcn-parameter-count",))


@pytest.fixture
def teacher(app: FastAPI, device: Device) -> TestClient:
    browser = device()
    signed_in(app, browser, "王老师")
    return browser


def drawn(app: FastAPI, blueprint: Blueprint, rules: Rules | None = None, **whose: int) -> Quiz:
    with writing(app.state.engine) as connection:
        return quiz.create(connection, app.state.library, blueprint, rules or Rules(), NOW, **whose)


def every_drill(app: FastAPI) -> Blueprint:
    bank = app.state.library.bank
    return Blueprint(kind="chosen", slugs=tuple(q.slug for drills in bank.drills.values() for q in drills))


def sheet(app: FastAPI, made: Quiz, version: str) -> tuple[Variant, ...]:
    with reading(app.state.engine) as connection:
        return tuple(printing.sheet(connection, app.state.library, made, Copy(version)).shown)


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def plainly(section: str) -> str:
    """What a question says, its marks left out: they could be an answer by chance."""
    return words(re.sub(r'<span class="marks">.*?</span>', "", section))


def flat(value: Any) -> list[float]:
    return [float(x) for x in np.ravel(np.array(value, dtype=float))]


def said(shown: Variant) -> Iterator[str]:
    """Whatever gives an answer away, as a page would say it."""
    question = shown.question
    yield from (words(markup.block(shown.text(hint).zh)) for hint in question.hints)
    for part in question.parts:
        if part.explanation:
            yield words(markup.block(shown.text(part.explanation).zh))
        if isinstance(part, TextPart):
            yield words(markup.block(part.model.zh))
            yield from (words(markup.inline(point.text.zh)) for point in part.key_points)
        elif isinstance(part, ChoicePart):
            yield from (words(markup.inline(option.why.zh)) for option in part.options if option.why)
        elif isinstance(part, ExpressionPart):
            yield part.answer.formula
        elif part.id in shown.answers:
            given = re.findall(r"-?\d+(?:\.\d+)?", json.dumps(dict(shown.given)))
            values = [f"{x:.6g}" for x in flat(shown.answers[part.id].value)]
            yield from (x for x in values if len(x.strip("-")) > 3 and x not in given)


@pytest.mark.parametrize("kind", ["paper", "drills"])
def test_no_answer_is_on_a_sheet(app: FastAPI, client: TestClient, kind: str) -> None:
    made = drawn(app, READY["paper"][0] if kind == "paper" else every_drill(app))
    for version in ("", "B"):
        page = client.get(f"/quizzes/{made.code}/print?version={version}")
        papers = sheet(app, made, version)
        assert page.status_code == 200 and len(papers) >= 30
        sections = page.text.split('<section class="item"')[1:]
        found = [
            (secret, each)
            for shown, each in zip(papers, map(plainly, sections), strict=True)
            for secret in said(shown)
        ]
        assert len(found) > 100
        assert [
            secret for secret, text in found if re.search(rf"(?<![\d.]){re.escape(secret)}(?!\d)", text)
        ] == []
        assert "correct" not in page.text and "✓" not in page.text


def numbers(html: str) -> list[float]:
    """The numbers of the first formula."""
    plain = words("<math" + html.partition("<math")[2].partition("</math>")[0]).replace("\u2212", "-")
    plain = re.sub(r"- (?=\d)", "-", plain)
    plain = re.sub(r"(\S+) × 10 (-?\d+)", r"\1e\2", plain)
    return [float(x) for x in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", plain)]


@pytest.mark.parametrize("kind", ["paper", "drills"])
def test_every_numeric_answer_of_the_key_is_its_variants(app: FastAPI, client: TestClient, kind: str) -> None:
    made = drawn(app, READY["paper"][0] if kind == "paper" else every_drill(app))
    page = client.get(f"/quizzes/{made.code}/print?key=1&version=C")
    sections = page.text.split('<section class="item"')[1:]
    checked = 0
    for section, shown in zip(sections, sheet(app, made, "C"), strict=True):
        for part_html in section.split('data-part="')[1:]:
            part = shown.question.part(part_html.partition('"')[0])
            assert part
            if part.id not in shown.answers:
                continue
            result = part_html.partition('class="wide result">')[2]
            expected = flat(shown.answers[part.id].value)
            asked = precision(part)
            tolerance = 0.5000001 * 10.0**-asked.decimals if asked.decimals is not None else 1e-9
            found = numbers(result)
            assert found == pytest.approx(expected, abs=tolerance, rel=1e-3 if asked.figures else 1e-9)
            checked += 1
    assert checked >= (9 if kind == "paper" else 30)


def widths_on(sheet: str) -> list[int]:
    """What a sheet says of question 9's network."""
    said = words(sheet.partition('class="prompt"')[2])
    found = re.search(r"有 (\d+) 个输入、(\d+) 个输出.*?依次有 ([\d、 ]+?) 个神经元", said)
    assert found
    return [int(found[1]), *(int(n) for n in re.findall(r"\d+", found[3])), int(found[2])]


def test_sheet_and_key_of_a_version_have_the_same_numbers_and_each_version_its_own(
    app: FastAPI, client: TestClient
) -> None:
    made = drawn(app, NINE, Rules(variants="printed"))
    at = f"/quizzes/{made.code}/print"
    sheets = client.get(f"{at}?copies=3").text.split('<article class="exam"')[1:]
    keys = client.get(f"{at}?copies=3&key=1").text.split('<article class="exam key"')[1:]
    assert len(sheets) == len(keys) == 3
    seen = []
    for letter, printed, key in zip("ABC", sheets, keys, strict=True):
        assert f"{made.code}-{letter}" in printed and f"{made.code}-{letter}" in key
        widths = widths_on(printed)
        total = sum((before + 1) * after for before, after in pairwise(widths))
        results = re.findall(r'class="wide result">(.*?)</div>', key, re.S)
        assert numbers(results[-1]) == [total]
        assert widths_on(client.get(f"{at}?version={letter}").text) == widths  # printed again, the same
        seen.append(tuple(widths))
    assert len(set(seen)) == 3
    assert widths_on(client.get(at).text) == [2, 4, 4, 4, 3]  # the paper as it was drawn


def test_letters_of_the_key_are_those_of_the_sheet(app: FastAPI, client: TestClient) -> None:
    made = drawn(app, READY["paper"][0], Rules(variants="printed"))
    printed, key = (client.get(f"/quizzes/{made.code}/print?version=A{more}").text for more in ("", "&key=1"))
    letters = set(re.findall(r"<li>□ ([A-Z]\. .*?)</li>", printed))
    right = re.findall(r"<li><b>([A-Z])</b>(\. .*?)</li>", key)
    assert len(right) >= 6 and all(letter + rest in letters for letter, rest in right)
    matches = re.findall(r"→ <b>([A-Z])</b>(\. .*?)</li>", key)
    assert len(matches) >= 10 and all(f"<li>{letter}{rest}</li>" in printed for letter, rest in matches)


def test_a_class_gets_a_sheet_each_with_names_and_numbers_of_their_own(
    app: FastAPI, teacher: TestClient
) -> None:
    owner = signed_in(app, teacher, "王老师")
    with writing(app.state.engine) as connection:
        sat = exam(connection, app.state.library, owner, NINE.slugs, [{}, {}, {}])
    at = f"/quizzes/{sat.quiz.code}/print?class={sat.assignment.class_id}"
    sheets = teacher.get(f"{at}&numbers=each").text.split('<article class="exam"')[1:]
    keys = teacher.get(f"{at}&numbers=each&key=1").text
    assert len(sheets) == 3 and len({tuple(widths_on(each)) for each in sheets}) > 1
    for i, (student, printed) in enumerate(zip(sat.students, sheets, strict=True), start=1):
        assert STUDENT.format(i) in printed and f"77{i:04}" in printed
        assert f"{sat.quiz.code}-S{student.id}" in printed and f"{sat.quiz.code}-S{student.id}" in keys
    same = teacher.get(at).text.split('<article class="exam"')[1:]
    assert len(same) == 3 and len({tuple(widths_on(each)) for each in same}) == 1
    turns = teacher.get(f"{at}&copies=2").text.split('<article class="exam"')[1:]
    assert [re.search(r"-([AB])\b", each)[1] for each in turns] == ["A", "B", "A"]  # type: ignore[index]
    assert (
        teacher.get(f"{at}&copies=2&key=1").text.count('<article class="exam key" aria-label="评分标准 ') == 2
    )


def test_another_instructors_class_is_not_printed(app: FastAPI, teacher: TestClient, person: Person) -> None:
    other = person("Mr Zhao", "instructor")
    number = other.post("/teach/classes", data={"name": "别人的班"}).headers["location"].rsplit("/", 1)[1]
    made = drawn(app, NINE, owner_id=signed_in(app, teacher, "王老师"))
    assert teacher.get(f"/quizzes/{made.code}/print?class={number}").status_code == 403


def test_an_instructors_sheet_and_key_are_the_owners_until_a_member_has_the_marks(
    app: FastAPI, teacher: TestClient, person: Person, device: Device
) -> None:
    owner = signed_in(app, teacher, "王老师")
    with writing(app.state.engine) as connection:
        sat = exam(connection, app.state.library, owner, NINE.slugs, [{}])
    at = f"/quizzes/{sat.quiz.code}/print"
    assert teacher.get(at).status_code == teacher.get(f"{at}?key=1").status_code == 200
    for stranger in (person(), person("Li Lei"), person("Mr Zhao", "instructor")):
        for path in (at, f"{at}?copies=2", f"{at}?version=S1", f"{at}?key=1", f"{at}?key=1&version=A"):
            assert stranger.get(path).status_code == 403
    member = device()
    signed_in(app, member, STUDENT.format(1))
    assert member.get(at).status_code == 200  # handed in, so the marks are out
    assert member.get(f"{at}?key=1").status_code == 403
    assert "key=1" not in member.get(at).text and 'name="class"' not in member.get(at).text
    with writing(app.state.engine) as connection:
        closing = sat.quiz.rules.model_copy(update={"feedback": "closing"})
        quiz.change(connection, sat.quiz, rules=closing)
    teacher.post("/teach/assignments/1/times", data={"opens_at": "", "closes_at": "2199-01-01T00:00"})
    assert member.get(at).status_code == 403


def test_a_quiz_of_ones_own_is_printed_by_who_has_the_code_its_key_by_who_drew_it(
    app: FastAPI, person: Person
) -> None:
    learner = person("Li Lei")
    code = learner.post("/quizzes", data={"kind": "sprint"}).headers["location"].rsplit("/", 1)[1]
    at = f"/quizzes/{code}/print"
    assert learner.get(f"{at}?key=1").status_code == 200
    for other in (person(), person("Han Meimei")):
        assert other.get(at).status_code == 200
        assert other.get(f"{at}?key=1").status_code == 403
    nobodys = drawn(app, NINE)
    assert person().get(f"/quizzes/{nobodys.code}/print?key=1").status_code == 200


def test_no_key_while_a_paper_is_open(app: FastAPI, person: Person) -> None:
    learner = person("Li Lei")
    code = learner.post("/quizzes", data={"kind": "sprint"}).headers["location"].rsplit("/", 1)[1]
    nobodys = drawn(app, NINE)
    opened = learner.post(f"/quizzes/{code}/start").headers["location"]
    for key in (f"/quizzes/{code}/print?key=1", f"/quizzes/{nobodys.code}/print?key=1&version=A"):
        refused = learner.get(key)
        assert refused.status_code == 403 and "你正在考试" in refused.text
    assert learner.get(f"/quizzes/{code}/print").status_code == 200
    learner.post(f"{opened.rpartition('/')[0]}/hand-in")
    assert learner.get(f"/quizzes/{code}/print?key=1").status_code == 200


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("copies=many", "版本数是 1 到 26 的整数"),
        ("copies=27", "版本数是 1 到 26 的整数"),
        ("copies=-1", "版本数是 1 到 26 的整数"),
        ("copies=２", "版本数是 1 到 26 的整数"),
        ("numbers=each", "先选一个班"),
    ],
)
def test_what_cannot_be_printed_is_said_and_what_was_typed_stays(
    app: FastAPI, client: TestClient, query: str, said: str
) -> None:
    made = drawn(app, NINE)
    for key in ("", "&key=1"):
        refused = client.get(f"/quizzes/{made.code}/print?{query}{key}")
        assert (
            refused.status_code == 422 and said in refused.text and '<article class="exam' not in refused.text
        )
        if query.startswith("copies"):
            assert f'value="{query.removeprefix("copies=")}"' in refused.text


@pytest.mark.parametrize("version", ["AA", "S0", "1", "S1234567890", "Ａ", "Aé"])
def test_a_version_that_cannot_be_is_not_found(app: FastAPI, client: TestClient, version: str) -> None:
    made = drawn(app, NINE)
    assert client.get(f"/quizzes/{made.code}/print", params={"version": version}).status_code == 404


def test_a_sheet_takes_no_attempt_and_begins_nothing(app: FastAPI, person: Person) -> None:
    guest = person()
    made = drawn(app, NINE)
    assert "set-cookie" not in guest.get(f"/quizzes/{made.code}/print?copies=2").headers
    with reading(app.state.engine) as connection:
        assert sitting.listed(connection, 1) == []


def test_room_grows_with_the_marks(app: FastAPI) -> None:
    questions = app.state.library.bank.questions
    rooms = [
        (printing.worth(q, p), printing.lines(q, p))
        for q in questions.values()
        for p in q.parts
        if p.response == "text"
    ]
    assert len(rooms) > 30
    for (few, fewer), (many, more) in pairwise(sorted(rooms)):
        assert few == many or fewer <= more
