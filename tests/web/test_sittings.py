"""A paper as its sitter meets it over HTTP: the clock is the server's, and nothing typed is lost or given away."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import func, select, update

from app.questions.bank import Bank
from app.questions.markup import spoken
from app.questions.part import ChoicePart, MatchPart, TextPart
from app.questions.variant import variant
from app.quizzes import quiz, sitting
from app.quizzes.blueprint import READY, Blueprint, Feedback, Rules
from app.quizzes.sitting import Answer, Sitting
from app.storage.database import reading, writing
from app.storage.tables import answers, attempts, sittings
from app.web import fields
from tests.web.conftest import Person

NINE, FOUR, THREE = "fcn-parameter-count", "why-gradient-descent", "gradient-descent"
JSON = {"Accept": "application/json"}
RIGHT = {"layers.0": "12", "layers.1": "20", "layers.2": "20", "layers.3": "15", "total": "67"}


class Form(HTMLParser):
    """What the form of a place holds, field by field, in a browser without scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.held: dict[str, list[str]] = {}
        self.select, self.area = "", ""
        self.feed(page[page.index('<form id="paper"') :].partition("</form>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        name, value = has.get("name") or "", has.get("value") or ""
        if tag == "input" and (has.get("type") not in ("checkbox", "radio") or "checked" in has):
            self.held.setdefault(name, []).append(value)
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and ("selected" in has or self.select not in self.held):
            self.held[self.select] = [value]
        elif tag == "textarea":
            self.area, self.held[name] = name, [""]

    def handle_endtag(self, tag: str) -> None:
        if self.area:  # the line break after its tag is none of its text
            self.held[self.area][0] = self.held[self.area][0].removeprefix("\n")
        if tag in ("select", "textarea"):
            self.select = self.area = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.held[self.area][0] += data


@dataclass
class Seated:
    """A browser at a paper."""

    app: FastAPI
    client: TestClient
    number: int

    @property
    def base(self) -> str:
        return f"/sittings/{self.number}"

    @property
    def own(self) -> Sitting:
        with reading(self.app.state.engine) as connection:
            return sitting.found(connection, self.number)

    def answer(self, place: int = 1) -> Answer:
        with reading(self.app.state.engine) as connection:
            return sitting.answer_at(connection, self.number, place)

    def kept(self, place: int = 1) -> dict[str, list[str]]:
        return {name: field.values for name, field in self.answer(place).fields.items()}

    def ends(self, seconds: float) -> None:
        """Move the deadline to so many seconds from now."""
        deadline = datetime.now(UTC) + timedelta(seconds=seconds)
        with writing(self.app.state.engine) as connection:
            connection.execute(update(sittings).where(sittings.c.id == self.number).values(deadline=deadline))

    def send(self, place: int = 1, tab: str = "here", seen: int = 0, age: Any = 0, **typed: str) -> Response:
        """As the script saves; `age` in milliseconds."""
        ages = json.dumps(dict.fromkeys(typed, age))
        data = {**typed, "@ages": ages, "@seen": str(seen), "@tab": tab}
        return self.client.post(f"{self.base}/{place}", data=data, headers=JSON)

    def save(self, place: int = 1, **how: Any) -> dict[str, Any]:
        response = self.send(place, **how)
        assert response.status_code == 200
        return dict(response.json())

    def look(self, place: int = 1) -> dict[str, list[str]]:
        return Form(self.client.get(f"{self.base}/{place}").text).held

    def submit(self, form: Mapping[str, list[str]], place: int = 1, go: str = "stay") -> Response:
        """As a browser without scripts does."""
        return self.client.post(f"{self.base}/{place}", data={**form, "@go": go})


def begun(app: FastAPI, client: TestClient, *slugs: str, feedback: Feedback = "after") -> Seated:
    """A paper of these questions, else the ready-made one, just begun."""
    with writing(app.state.engine) as connection:
        blueprint = Blueprint(kind="chosen", slugs=slugs) if slugs else READY["paper"][0]
        rules = Rules(variants="printed", feedback=feedback)
        made = quiz.create(connection, app.state.library, blueprint, rules, datetime.now(UTC))
    started = client.post(f"/quizzes/{made.code}/start")
    assert started.status_code == 303
    return Seated(app, client, int(started.headers["location"].split("/")[2]))


@pytest.fixture
def ann(app: FastAPI, person: Person) -> Seated:
    return begun(app, person("Ann"), NINE, FOUR, THREE)


# --- the clock is the server's


def test_after_the_deadline_nothing_is_taken(ann: Seated) -> None:
    ann.save(total="6")
    ann.ends(-1)
    refused = ann.send(total="67")
    assert refused.status_code == 409 and refused.json()["over"] == f"{ann.base}?late=1"
    assert ann.kept()["total"] == ["6"]
    assert ann.own.expired and ann.own.handed_in_at == ann.own.deadline


def test_a_form_sent_too_late_leads_to_the_report_which_says_so(ann: Seated) -> None:
    form = ann.look() | {"total": ["67"]}
    ann.ends(-1)
    response = ann.submit(form)
    assert response.status_code == 303 and response.headers["location"] == f"{ann.base}?late=1"
    assert "最后这次改动没有收进去" in ann.client.get(f"{ann.base}?late=1").text
    assert "最后这次改动没有收进去" not in ann.client.get(ann.base).text
    assert "total" not in ann.kept()


def test_turning_a_page_too_late_claims_no_lost_change(ann: Seated) -> None:
    form = ann.look()
    ann.ends(-1)
    assert ann.submit(form, go="next").headers["location"] == ann.base


def test_what_was_saved_is_handed_in_and_graded_by_the_deadline(ann: Seated) -> None:
    ann.save(**RIGHT)
    ann.ends(-1)
    assert ann.client.get(ann.base).status_code == 200
    verdicts = ann.answer().verdicts
    assert [verdicts[part]["verdict"] for part in ("layers", "total")] == ["correct", "correct"]


@pytest.mark.parametrize("age", [-(10**9), -1, 10**300, "1", None, [5], {"a": 1}, True])
def test_nonsense_about_when_something_was_typed_is_taken_as_now(ann: Seated, age: Any) -> None:
    before = datetime.now(UTC).timestamp()
    ann.save(age=age, total="67")
    assert before - 0.01 <= ann.answer().fields["total"].at <= datetime.now(UTC).timestamp()


def test_nothing_was_typed_before_the_paper_began_or_in_the_future(ann: Seated) -> None:
    ann.save(age=10**11, total="1")
    assert ann.answer().fields["total"].at == ann.own.started_at.timestamp()
    ann.save(age=-(10**11), total="2")
    assert ann.answer().fields["total"].at <= datetime.now(UTC).timestamp()
    ann.save(tab="there", total="3")
    assert ann.kept()["total"] == ["3"]


def test_handing_in_again_changes_nothing(ann: Seated) -> None:
    def logged() -> int:
        with reading(ann.app.state.engine) as connection:
            return int(connection.scalar(select(func.count()).select_from(attempts)) or 0)

    ann.save(total="67")
    assert ann.client.post(f"{ann.base}/hand-in").headers["location"] == ann.base
    ann.client.get(ann.base)
    before = ann.own, ann.answer(), logged()
    assert before[2] == 1
    assert ann.client.post(f"{ann.base}/hand-in").status_code == 303
    ann.client.get(ann.base)
    assert (ann.own, ann.answer(), logged()) == before


def test_a_paper_that_is_handed_in_is_not_changed(ann: Seated) -> None:
    form = ann.look() | {"total": ["67"]}
    ann.client.post(f"{ann.base}/hand-in")
    assert ann.send(total="67").status_code == 409
    assert ann.submit(form).headers["location"] == f"{ann.base}?late=1"
    assert ann.kept() == {}


def test_the_pages_tell_the_minutes_left(ann: Seated) -> None:
    ann.ends(86.5 * 60)
    for at in (ann.base, f"{ann.base}/1"):
        assert "还剩 87 分钟" in ann.client.get(at).text
    assert 86 * 60 < ann.save()["left"] <= 86.5 * 60


# --- what is closed, and to whom


CLOSED = [
    ("GET", f"/questions/{NINE}"), ("POST", f"/questions/{NINE}"), ("POST", f"/questions/{NINE}/hint"),
    ("POST", f"/questions/{NINE}/solution"), ("POST", f"/questions/{FOUR}/marks"),
    ("POST", f"/questions/{NINE}/understood?part=total"), ("GET", f"/questions/{NINE}/another"),
    ("GET", f"/questions/{NINE}?variant=3"), ("GET", f"/questions/{NINE}?revision=1"), ("GET", "/questions"),
    ("GET", "/drills"), ("GET", "/questions/drill-convolution-2"), ("GET", "/mistakes"),
    ("GET", "/mistakes/bias_forgotten"), ("GET", "/mistakes/bias_forgotten/drill"), ("GET", "/api/operations"),
    ("POST", "/api/operations/softmax"), ("GET", f"/api/questions/{NINE}"), ("POST", f"/api/questions/{NINE}/grade"),
]  # fmt: skip
BODY = {"variant": 0, "responses": {"total": "67"}, "logits": [1, 2]}


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_a_sitter_is_refused_every_room_with_answers_until_it_is_handed_in(
    ann: Seated, person: Person, method: str, path: str
) -> None:
    def asked(client: TestClient) -> Response:
        more = {"json": BODY} if path.startswith("/api") and method == "POST" else {}
        return client.request(method, path, **more)

    refused = asked(ann.client)
    assert refused.status_code == 403
    assert "你正在考试" in refused.text
    assert asked(person("Bob")).status_code != 403
    ann.client.post(f"{ann.base}/hand-in")
    assert asked(ann.client).status_code != 403


def test_an_instructor_who_sits_a_paper_is_shown_no_question_either(
    app: FastAPI, instructor: TestClient
) -> None:
    begun(app, instructor, NINE)
    for at in (f"/teach/questions/{NINE}", f"/teach/questions/{NINE}/try", "/teach/questions/new"):
        assert instructor.get(at).status_code == 403


def test_the_refusal_leads_back_to_the_paper(app: FastAPI, ann: Seated, person: Person) -> None:
    guest = begun(app, person(), NINE)
    for own in (ann, guest):
        refused = own.client.get("/questions").text
        assert f'href="{own.base}"' in refused and "去登录" not in refused


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "rest", ["", "/1", "/hand-in", "/1/understood?part=total", "/1/cells", "/1/check", "/1/marks"]
)
def test_another_ones_paper_is_neither_read_nor_written(
    ann: Seated, person: Person, method: str, rest: str
) -> None:
    ann.save(total="secret")
    for stranger in (person("Bob"), person()):
        response = stranger.request(method, ann.base + rest, headers=JSON)
        assert response.status_code in (403, 405) and "secret" not in response.text
        assert stranger.post(f"{ann.base}/1", data={"total": "1", "@whole": "1"}).status_code == 403
    ann.client.post(f"{ann.base}/hand-in")
    assert person("Cid").get(f"{ann.base}/1").status_code == 403
    assert ann.kept() == {"total": ["secret"]}


@pytest.mark.parametrize("rest", ["/0", "/4", "/999999999", "/-1", "/one", "/1.0", "/１"])
def test_a_place_that_is_not_there_is_not_found(ann: Seated, rest: str) -> None:
    assert ann.client.get(ann.base + rest).status_code == 404
    assert ann.client.post(ann.base + rest, headers=JSON).status_code == 404


@pytest.mark.parametrize("number", ["0", "77", "999999999999", "one"])
def test_a_paper_that_is_not_there_is_not_found(ann: Seated, number: str) -> None:
    assert ann.client.get(f"/sittings/{number}").status_code == 404
    assert ann.client.post(f"/sittings/{number}/1", headers=JSON).status_code == 404


def given_away(question: Any) -> list[str]:
    """Texts of a question that would answer it, as they are read."""
    found = list(question.hints)
    for part in question.parts:
        found += [part.explanation] if part.explanation else []
        if isinstance(part, TextPart):
            found += [part.model, *(point.text for point in part.key_points)]
        elif isinstance(part, ChoicePart):
            found += [option.why for option in part.options if option.why]
    shown = variant(question, 0)
    return [spoken(shown.text(text)[language]) for text in found for language in ("zh", "en")]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_page_of_an_open_paper_gives_anything_away(
    app: FastAPI, person: Person, bank: Bank, language: str
) -> None:
    own = begun(app, person("Ann"))
    own.client.cookies.set("language", language)
    looked_for = 0
    for place, item in enumerate(own.own.items, start=1):
        page = own.client.get(f"{own.base}/{place}").text
        said = unescape(re.sub(r"<[^>]+>", "", page))
        for answer in given_away(bank.questions[item.slug]):
            looked_for += 1
            assert answer not in said
        for word in ("solution", "verdict", "model", "hints", "/mistakes/"):
            assert not re.search(rf'(class|id|href)="[^"]*{word}', page), (item.slug, word)
    assert looked_for > 300


# --- two tabs


def test_of_two_tabs_the_value_typed_later_stands_and_the_other_is_told(ann: Seated) -> None:
    ann.save(tab="one", total="1")
    assert ann.save(tab="two", seen=1, total="2")["told"] == {}
    told = ann.save(tab="one", seen=1)
    assert told["told"] == {"total": ["2"]}
    assert told["labels"] == {"total": "(2) 总参数量"}
    assert ann.save(tab="one", seen=told["version"])["told"] == {}
    assert ann.kept()["total"] == ["2"]


def test_a_value_typed_long_ago_does_not_overwrite_a_newer_one(ann: Seated) -> None:
    ann.save(tab="phone", total="2")
    told = ann.save(tab="laptop", age=60_000, total="1", **{"layers.0": "12"})
    assert told["told"] == {"total": ["2"]}
    assert ann.kept() == {"total": ["2"], "layers.0": ["12"]}


def test_fields_of_two_tabs_live_side_by_side(ann: Seated) -> None:
    ann.save(tab="one", **{"layers.0": "12"})
    ann.save(tab="two", **{"layers.1": "20"})
    assert ann.kept() == {"layers.0": ["12"], "layers.1": ["20"]}


def test_without_scripts_a_tab_writes_only_what_it_changed_and_is_told_the_rest(ann: Seated) -> None:
    one, two = ann.look(), ann.look()
    ann.submit(one | {"total": ["67"], "layers.0": ["12"]})
    response = ann.submit(two | {"layers.0": ["13"]}, go="next")
    assert response.headers["location"] == f"{ann.base}/1?told=total"
    page = ann.client.get(response.headers["location"]).text
    assert "另一个窗口改过这几格" in page
    assert "总参数量" in page.partition("另一个窗口改过这几格")[2].partition("</p>")[0]
    assert ann.kept() == {"total": ["67"], "layers.0": ["13"]}
    told = ann.submit(one | {"total": ["67"]})
    assert "layers.0" in told.headers["location"]


def test_only_fields_of_the_page_are_said_to_have_changed_elsewhere(ann: Seated) -> None:
    page = ann.client.get(f"{ann.base}/1?told=nothing&told=<b>").text
    assert "另一个窗口改过这几格" not in page


# --- every field, character for character


TYPED = "  １/３ + x_1 \\frac{1}{2} <b>&amp;\"'</b> {{ 7 * 7 }} 𝒙😀 é e\u0301 ‮ "


def of_every_kind(bank: Bank) -> list[str]:
    """Questions that have all response types among them, one with rows of working."""
    found: dict[str, str] = {}
    for question in bank.questions.values():
        for part in question.parts:
            found.setdefault(part.response, question.slug)
    return sorted({*found.values(), NINE})


def filled(question: Any) -> dict[str, list[str]]:
    """Something odd in the fields, every second one of several left empty."""
    found: dict[str, list[str]] = {}
    for part in question.parts:
        names = fields.all_names(part, variant(question, 0))
        if isinstance(part, ChoicePart):
            found[part.id] = [part.options[0].id, part.options[2].id][: 2 if part.several else 1]
        elif part.response == "order":
            found |= {name: [str(n)] if n % 2 else [""] for n, name in enumerate(names, start=1)}
        elif isinstance(part, MatchPart):
            found |= {name: [part.right[0].id] if i % 2 else [""] for i, name in enumerate(names)}
        elif part.response == "layers":
            found |= {name: [part.palette[i % 3]] if i % 3 == 1 else [""] for i, name in enumerate(names)}
        elif isinstance(part, TextPart):
            found[part.id] = [f"\n第一行{TYPED}\n\n\t第三行\n"]
        else:
            found |= {
                name: [f"{TYPED}{i}"] if len(names) == 1 or i % 2 else [""] for i, name in enumerate(names)
            }
    return found


def test_every_response_type_is_kept_and_shown_back_as_typed(
    app: FastAPI, person: Person, bank: Bank
) -> None:
    slugs = of_every_kind(bank)
    own = begun(app, person("Ann"), *slugs)
    assert len({part.response for slug in slugs for part in bank.questions[slug].parts}) == 11
    for place, slug in enumerate(slugs, start=1):
        typed = filled(bank.questions[slug])
        assert own.client.post(f"{own.base}/{place}", data=typed, headers=JSON).status_code == 200
        assert own.kept(place) == typed
        held = own.look(place)
        assert {name: held.get(name, []) for name in typed} == typed


def test_a_form_without_scripts_that_is_sent_back_unchanged_changes_nothing(
    app: FastAPI, person: Person, bank: Bank
) -> None:
    slugs = of_every_kind(bank)
    own = begun(app, person("Ann"), *slugs)
    for place, slug in enumerate(slugs, start=1):
        own.submit(own.look(place), place)
        assert own.kept(place) == {}
        typed = filled(bank.questions[slug])
        own.client.post(f"{own.base}/{place}", data=typed, headers=JSON)
        before, form = own.answer(place).fields, own.look(place)
        as_browsers_send = {
            n: [v.replace("\n", "\r\n") for v in vs] if n in typed else vs for n, vs in form.items()
        }
        own.submit(as_browsers_send, place)
        assert own.answer(place).fields == before, slug


def test_a_box_that_is_emptied_stays_empty(app: FastAPI, person: Person, bank: Bank) -> None:
    slug = "poor-on-training-data"
    own = begun(app, person("Ann"), slug)
    part = next(part for part in bank.questions[slug].parts if isinstance(part, ChoicePart))
    two = [option.id for option in part.options][:2]
    own.submit(own.look() | {"remedies": two, "@flag": ["1"]})
    assert own.kept() == {"remedies": two, "@flag": ["1"]} and own.answer().flagged
    form = own.look()
    del form["remedies"], form["@flag"]
    own.submit(form)
    assert own.kept() == {"remedies": [], "@flag": []} and not own.answer().flagged
    own.save(remedies=two[0], **{"@flag": "1"})
    own.save(remedies="", **{"@flag": ""})
    assert own.kept() == {"remedies": [], "@flag": []}
    assert own.answer().responses == {}


@pytest.mark.parametrize("name", ["@was", "@ages", "@seen", "@tab", "@go"])
@pytest.mark.parametrize(
    "broken", ["", "{", "[]", "7", "null", '{"totals": 5}', "[" * 5000, '{"a": NaN}', "\0"]
)
def test_what_cannot_be_read_beside_the_fields_loses_none_of_them(
    ann: Seated, broken: str, name: str
) -> None:
    data = {"total": "67", "@whole": "1", name: broken}
    assert ann.client.post(f"{ann.base}/1", data=data, headers=JSON).status_code == 200
    assert ann.kept()["total"] == ["67"]


def test_fields_that_the_question_does_not_have_are_left_out(ann: Seated) -> None:
    ann.save(total="67", nothing="1", **{"layers.9": "1", "@checked": "1", "layers.0.0.0": "1"})
    assert ann.kept() == {"total": ["67"]}


def test_the_time_spent_is_counted_to_the_place_looked_at(ann: Seated) -> None:
    def turned(ago: int) -> None:
        moment = datetime.now(UTC) - timedelta(seconds=ago)
        with writing(ann.app.state.engine) as connection:
            connection.execute(update(sittings).where(sittings.c.id == ann.number).values(turned_at=moment))

    ann.look(2)
    turned(900)
    ann.look(3)
    turned(300)
    ann.look(2)
    ann.save(2)
    turned(100)
    ann.client.post(f"{ann.base}/hand-in")
    with reading(ann.app.state.engine) as connection:
        query = select(answers.c.seconds).where(answers.c.sitting_id == ann.number)
        spent = connection.scalars(query.order_by(answers.c.place)).all()
    assert [round(seconds / 100) for seconds in spent] == [0, 10, 3]


# --- the map and the way through


@pytest.mark.parametrize(
    ("place", "go", "to"),
    [(1, "next", "/2"), (2, "previous", "/1"), (3, "next", ""), (3, "map", ""), (2, "stay", "/2"), (2, "else", "/2"), (1, "previous", "")],
)  # fmt: skip
def test_a_button_saves_and_leads_on(ann: Seated, place: int, go: str, to: str) -> None:
    flagged = ann.look(place) | {"@flag": ["1"]}
    assert ann.submit(flagged, place, go).headers["location"] == ann.base + to
    assert ann.answer(place).flagged


def test_the_map_tells_what_is_empty_partly_answered_and_flagged(ann: Seated) -> None:
    ann.save(1, total="67")
    ann.save(2, **{"@flag": "1"})
    for page in (ann.client.get(ann.base).text, ann.client.get(f"{ann.base}/3").text):
        assert 'aria-label="第 1 题：答了一部分"' in page
        assert 'aria-label="第 2 题：没答，已标记"' in page
        assert 'aria-label="第 3 题：没答"' in page
    ann.save(1, **RIGHT)
    page = ann.client.get(ann.base).text
    assert 'aria-label="第 1 题：已答"' in page
    assert "没答的有 2 题" in page and "标记过的有 1 题" in page and "答了一部分的有" not in page


def test_beside_a_question_of_a_long_paper_is_the_map_around_it(app: FastAPI, person: Person) -> None:
    own = begun(app, person("Ann"), *([NINE] * 100))
    for place, first, last in ((1, 1, 60), (50, 21, 80), (100, 41, 100)):
        page = own.client.get(f"{own.base}/{place}").text
        found = [int(n) for n in re.findall(r'class="spot[^"]*" href="/sittings/\d+/(\d+)"', page)]
        assert found == list(range(first, last + 1))
        assert f'<a href="{own.base}">' in page
    assert own.client.get(own.base).text.count('class="spot ') == 200  # on the map, and as empty


# --- feedback at once


@pytest.fixture
def cat(app: FastAPI, person: Person) -> Seated:
    return begun(app, person("Cat"), NINE, FOUR, THREE, feedback="at_once")


def check(own: Seated, place: int = 1, **typed: str) -> Response:
    form = own.look(place) | {name: [value] for name, value in typed.items()}
    return own.client.post(f"{own.base}/{place}/check", data=form)


def test_a_place_that_is_marked_at_once_shows_its_solution_and_is_closed(cat: Seated) -> None:
    assert check(cat, **(RIGHT | {"total": "52"})).headers["location"] == f"{cat.base}/1"
    page = cat.client.get(f"{cat.base}/1").text
    assert 'class="solution"' in page and "漏了偏置" in page and "本题得" in page
    assert 'href="/mistakes' not in page  # whose pages are closed
    before = cat.answer()
    assert before.checked_at is not None
    late = f"{cat.base}/1?late=1"
    assert cat.send(total="67").json()["over"] == late
    sent = {"total": "67", "@whole": "1"}
    assert cat.client.post(f"{cat.base}/1", data=sent).headers["location"] == late
    assert "最后这次改动没有收进去" in cat.client.get(late).text
    assert cat.client.post(f"{cat.base}/1/check", data=sent).headers["location"] == f"{cat.base}/1"
    assert cat.save()["told"] == {}  # its open page goes on asking how much time is left
    assert (cat.answer().fields, cat.answer().verdicts) == (before.fields, before.verdicts)


def test_the_other_places_and_rooms_stay_closed_after_one_was_marked(cat: Seated) -> None:
    check(cat, **RIGHT)
    for place in (2, 3):
        assert 'class="solution"' not in cat.client.get(f"{cat.base}/{place}").text
    assert cat.client.get(f"/questions/{NINE}").status_code == 403


@pytest.mark.parametrize(
    "typed", [{}, {"total": ""}, {"total": "1 2 3"}, {"total": "67", "layers.0": "1 2 3"}]
)
def test_an_empty_or_unreadable_place_is_not_marked_and_loses_nothing(
    cat: Seated, typed: dict[str, str]
) -> None:
    response = check(cat, **typed)
    assert response.status_code == 422
    assert ("读不懂" in response.text) == any(typed.values())
    assert typed.items() <= {n: v[0] for n, v in Form(response.text).held.items()}.items()
    assert cat.answer().checked_at is None and 'class="solution"' not in response.text
    assert check(cat, **RIGHT).status_code == 303


def test_a_text_marked_at_once_shows_its_model_answer_and_waits_to_be_judged(cat: Seated, bank: Bank) -> None:
    part = bank.questions[FOUR].parts[0]
    assert isinstance(part, TextPart)
    assert check(cat, 2, **{part.id: "参数太多，没有解析解，只能沿负梯度一步步更新。"}).status_code == 303
    page = cat.client.get(f"{cat.base}/2").text
    assert 'class="model"' in page and "分待评" in page


def test_marks_given_at_once_are_those_of_the_report(cat: Seated) -> None:
    check(cat, **RIGHT)
    before = cat.answer()
    cat.client.post(f"{cat.base}/hand-in")
    assert cat.client.get(cat.base).status_code == 200
    assert cat.answer().verdicts == before.verdicts


def test_nothing_is_marked_before_handing_in_where_the_rules_say_so(ann: Seated) -> None:
    assert check(ann, **RIGHT).status_code == 404
    assert "批改这一题" not in ann.client.get(f"{ann.base}/1").text
    assert ann.answer().checked_at is None and ann.kept() == {}


def test_nothing_is_marked_at_once_after_the_deadline(cat: Seated) -> None:
    form = cat.look() | {"total": ["67"]}
    cat.ends(-1)
    assert cat.client.post(f"{cat.base}/1/check", data=form).headers["location"] == f"{cat.base}?late=1"
    assert "total" not in cat.kept()


def test_a_guest_sits_too(app: FastAPI, device: Callable[[], TestClient]) -> None:
    own = begun(app, device(), NINE)
    own.save(total="67")
    assert own.look()["total"] == ["67"]
    assert own.client.post(f"{own.base}/hand-in").headers["location"] == own.base
    assert own.client.get(own.base).status_code == 200
