"""Before and after a sitting in a real browser: list, cover, report, review and grading one's own texts."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import Page, expect

from app.accounts import sessions, users
from app.questions.question import Question
from app.questions.variant import variant
from app.storage.database import writing
from app.web.fields import all_names
from tests.browser.conftest import Opened, serving
from tests.browser.test_accounts import look
from tests.web.papers import LOSS, NINE, RIGHT, WROTE, begin, drawn, sit

pytestmark = pytest.mark.browser
POINTS = 5  # of the text


@dataclass
class Place:
    app: FastAPI
    address: str
    tokens: dict[str, str] = field(default_factory=dict)

    def arrive(self, name: str) -> TestClient:
        """A browser without a screen, signed in under a name of its own."""
        now = datetime.now(UTC)
        with writing(self.app.state.engine) as connection:
            user = users.register(connection, name, None, "a hash", now)
            self.tokens[name] = sessions.start(connection, user, now)
        return TestClient(self.app, cookies={"session": self.tokens[name]}, follow_redirects=False)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with serving(tmp_path_factory.mktemp("reports")) as (app, address):
        yield Place(app, address)


@pytest.fixture(scope="module")
def address(room: Place) -> str:
    return room.address


Entered = Callable[..., Page]


@pytest.fixture
def entered(opened: Opened, room: Place) -> Entered:
    def entered(name: str, path: str, **more: object) -> Page:
        page = opened("/healthz", **more)
        page.context.add_cookies([{"name": "session", "value": room.tokens[name], "url": room.address}])
        page.goto(path)
        return page

    return entered


def filled(question: Question) -> dict[str, str]:
    """Something in every field of a question, mostly wrong."""
    found = {}
    for part in question.parts:
        for name in all_names(part, variant(question)):
            found[name] = WROTE if part.response == "text" else "3"
        if part.response == "choice":
            found[part.id] = part.options[0].id
        elif part.response == "match":
            found |= {f"{part.id}.{pair.id}": part.right[0].id for pair in part.left}
        elif part.response == "layers":
            found |= {f"{part.id}.{i}": kind for i, kind in enumerate(part.example)}
        elif part.response == "expression":
            found[part.id] = "x+1"
        elif part.response == "order":
            found |= {f"{part.id}.{each.id}": str(i) for i, each in enumerate(part.items, start=1)}
    return found


@pytest.fixture(scope="module")
def whole(room: Place) -> tuple[str, str]:
    """Where the cover and the report of a whole paper are, sat twice by 李思涵."""
    client = room.arrive("李思涵")
    paper = [question for question in room.app.state.library.bank.listed if question.number]
    at = str(client.post("/quizzes", data={"kind": "paper"}).headers["location"])
    sit(client, at, {9: RIGHT})
    return at, sit(client, at, {q.number or 0: filled(q) for q in paper if (q.number or 0) % 7})


@pytest.mark.parametrize(
    ("width", "language", "theme"),
    [(390, "zh", "light"), (390, "en", "dark"), (1280, "zh", "dark"), (1280, "en", "light")],
)
def test_pages_before_and_after_a_sitting_are_accessible_and_fit(
    entered: Entered, whole: tuple[str, str], width: int, language: str, theme: str
) -> None:
    cover, report = whole
    page = entered("李思涵", "/quizzes", width=width, theme=theme, language=language)
    paths = {
        "list": "/quizzes", "cover": cover, "report": report, "review-text": f"{report}/1", "review-order": f"{report}/2",
        "review-formula": f"{report}/3", "review-empty": f"{report}/7", "review-numbers": f"{report}/9",
        "review-matrix": f"{report}/29", "review-rubric": f"{report}/27",
    }  # fmt: skip
    for name, path in paths.items():
        page.goto(path)
        look(page, f"after-{name}-{width}-{language}-{theme}")


@pytest.mark.parametrize("javascript", [True, False], ids=["htmx", "without scripts"])
def test_the_total_follows_as_texts_are_graded(room: Place, entered: Entered, javascript: bool) -> None:
    name = f"同学{javascript}"
    client = room.arrive(name)
    last = {part.id: WROTE for part in room.app.state.library.bank.questions["dropout"].parts}
    own = sit(client, drawn(room.app, NINE, LOSS, "dropout"), {1: RIGHT, 2: {"role": WROTE}, 3: last})
    page = entered(name, own, javascript=javascript)
    expect(page.locator(".total")).to_have_text("4 / 9")
    page.get_by_role("link", name="去自评").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("损失函数的作用")
    expect(page.get_by_role("status").first).to_contain_text("已得 4 / 9，还有 5 分待评。")
    address = page.url.partition("#")[0]
    boxes = page.locator(".points input")
    assert boxes.count() == POINTS
    for i in range(POINTS):
        boxes.nth(i).check()
    if javascript:
        page.evaluate("window.same = true")
    page.get_by_role("button", name="记下自评").click()
    expect(page.get_by_role("status").first).to_contain_text("已得 6 / 9，还有 3 分待评。")
    expect(page.locator(".dots [aria-current]")).to_contain_text("✓")
    assert page.url.partition("#")[0] == address
    if javascript:
        assert page.evaluate("window.same")  # in place
    page.get_by_role("link", name="下一个待自评").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("dropout")
    page.get_by_role("button", name="记下自评").click()  # nothing ticked: none
    expect(page.get_by_role("status").first).to_contain_text("总分 6 / 9")
    expect(page.get_by_role("link", name="下一个待自评")).to_have_count(0)
    page.get_by_role("link", name="成绩单").click()
    expect(page.locator(".total")).to_have_text("6 / 9")
    expect(page.get_by_text("得分率 67%。")).to_be_visible()
    page.reload()
    expect(page.locator(".total")).to_have_text("6 / 9")


def test_from_the_list_to_an_open_paper_and_back(room: Place, entered: Entered) -> None:
    client = room.arrive("周子轩")
    page = entered("周子轩", "/quizzes", javascript=False)
    page.get_by_role("button", name="出卷 计算冲刺").click()
    code = page.locator(".code").inner_text()
    page.get_by_role("button", name="开始").click()
    assert re.search(r"/sittings/\d+/1$", page.url)
    page.goto("/quizzes")
    expect(page.get_by_role("heading", name="正在考：计算冲刺")).to_be_visible()
    page.get_by_role("link", name="接着考").click()
    assert re.search(r"/sittings/\d+/1$", page.url)
    assert client.post(f"{page.url.rsplit('/', 1)[0]}/hand-in").status_code == 303
    page.goto("/quizzes")
    page.get_by_role("textbox", name="代码").fill(f"{code[:4]} {code[4:].lower()}")
    page.get_by_role("button", name="打开").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("计算冲刺")
    expect(page.get_by_role("button", name="再考一次")).to_be_visible()


def test_a_form_that_cannot_be_keeps_what_was_chosen(room: Place, entered: Entered) -> None:
    room.arrive("吴迪")
    page = entered("吴迪", "/quizzes", troubles=True)
    page.get_by_label("卷积神经网络").check()
    page.get_by_label("题数").fill("一百")
    page.get_by_label("数字", exact=True).select_option("each")
    page.locator(".fields").get_by_role("button", name="出卷").click()
    expect(page.get_by_label("题数")).to_have_value("一百")
    expect(page.get_by_label("题数")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("卷积神经网络")).to_be_checked()
    expect(page.get_by_label("数字", exact=True)).to_have_value("each")
    look(page, "after-list-problem")


def test_a_report_prints_without_the_machinery(entered: Entered, whole: tuple[str, str]) -> None:
    page = entered("李思涵", whole[1])
    page.emulate_media(media="print")
    assert not page.get_by_role("link", name="去自评").is_visible()
    assert page.locator(".total").is_visible() and page.locator(".places").is_visible()
    assert len(page.pdf()) > 20_000


def test_while_a_paper_is_open_an_older_review_leads_back_to_it(room: Place, entered: Entered) -> None:
    client = room.arrive("徐敏")
    own = sit(client, drawn(room.app, LOSS), {1: {"role": WROTE}})
    begun = begin(client, drawn(room.app, NINE))
    page = entered("徐敏", f"{own}/1", troubles=True)
    expect(page.get_by_text("你正在考试")).to_be_visible()
    page.locator(f'main a[href="{begun}"]').click()
    assert page.url.endswith(begun)
