"""An instructor at the quiz of a class in a real browser: its pages, marking by keyboard, sheets of paper."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from app.accounts import sessions, users
from app.quizzes import quiz
from app.quizzes.blueprint import READY, Rules
from app.storage.database import writing
from tests.browser.conftest import Opened, serving
from tests.browser.test_accounts import look
from tests.quizzes.exam import NOW, Exam, exam

pytestmark = pytest.mark.browser
SLUGS = ("role-of-loss", "why-gradient-descent", "essay", "fcn-parameter-count")
SAID = [
    "衡量预测与标签的差距",
    "指导参数更新",
    "监控训练",
    "调参",
    "越小越好",
    "一个函数",
    "不知道",
    "评价模型",
    "反向传播",
    "求和",
]
ROLE = "/teach/assignments/1/marking/role-of-loss/role"
ESSAY = "/teach/assignments/1/marking/essay/ideas"


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, Exam, str]]:
    """Address, session of the teacher, what the class has sat, and the code of a whole paper."""
    with serving(tmp_path_factory.mktemp("marking")) as (app, address):
        library = app.state.library
        with writing(app.state.engine) as connection:
            teacher = users.register(connection, "王老师", None, "a hash", NOW, "instructor")
            token = sessions.start(connection, teacher, datetime.now(UTC))
            texts = [
                {"role": said, "why": said, "ideas": "由多层网络逐层学习特征"} for said in [*SAID, SAID[0]]
            ]
            sat = exam(connection, library, teacher.id, SLUGS, texts, Rules(variants="each", shuffled=True))
            whole = quiz.create(
                connection, library, *READY["paper"], NOW, owner_id=teacher.id, title="期末考试"
            )
        yield address, token, sat, whole.code


@pytest.fixture(scope="module")
def address(school: tuple[str, str, Exam, str]) -> str:
    return school[0]


Entered = Callable[..., Page]


@pytest.fixture
def entered(opened: Opened, school: tuple[str, str, Exam, str]) -> Entered:
    def entered(path: str, **more: object) -> Page:
        page = opened("/healthz", **more)
        page.context.add_cookies([{"name": "session", "value": school[1], "url": school[0]}])
        page.goto(path)
        return page

    return entered


@pytest.mark.parametrize(
    ("width", "language", "theme"),
    [(390, "zh", "light"), (390, "en", "dark"), (1280, "zh", "dark"), (1280, "en", "light")],
)
def test_pages_of_a_class_that_sits_a_quiz_are_accessible_and_fit(
    entered: Entered, school: tuple[str, str, Exam, str], width: int, language: str, theme: str
) -> None:
    _, _, sat, whole = school
    page = entered("/teach/assignments/1/marking", width=width, theme=theme, language=language)
    given, quizzes = "/teach/assignments/1", "/teach/quizzes"
    paths = {
        "quizzes": quizzes, "new": f"{quizzes}/new", "quiz": f"{quizzes}/{sat.quiz.id}", "unsat": f"{quizzes}/{sat.quiz.id + 1}",
        "more": f"{quizzes}/{sat.quiz.id + 1}/questions", "live": given, "gradebook": f"{given}/gradebook",
        "paper": f"{given}/sittings/{sat.sittings[0]}", "class": "/teach/classes/1", "teach": "/teach",
        "marking": "/teach/assignments/1/marking", "role": ROLE, "rubric": ESSAY,
        "sheet": f"/quizzes/{whole}/print", "sheets": f"/quizzes/{sat.quiz.code}/print?class=1&numbers=each",
        "key": f"/quizzes/{sat.quiz.code}/print?copies=2&key=1", "refused": f"/quizzes/{whole}/print?copies=x",
    }  # fmt: skip
    for name, path in paths.items():
        page.goto(path)
        look(page, f"marking-{name}-{width}-{language}-{theme}")


@pytest.mark.parametrize(
    ("javascript", "title", "point"),
    [(True, "损失函数的作用", "quantify"), (False, "为什么需要梯度下降", "params")],
    ids=["htmx", "plain"],
)
def test_ten_answers_are_marked_by_keyboard_alone(
    entered: Entered, javascript: bool, title: str, point: str
) -> None:
    page = entered("/teach/assignments/1/marking", javascript=javascript)
    page.get_by_role("link", name=title).focus()
    page.keyboard.press("Enter")
    first = page.locator(f"[name='point.{point}']")
    for number in range(1, 11):
        expect(page.locator("main nav")).to_contain_text(f"第 {number} 种，共 10 种")
        expect(first).to_be_focused()
        page.keyboard.press("Space")
        if number % 2:
            page.keyboard.press("Tab")
            page.keyboard.press("Space")
        page.keyboard.press("Enter")
    page.wait_for_url("**/marking")
    expect(page.locator("tr", has_text=title)).to_contain_text("11/11")
    page.go_back()
    expect(page.locator("main nav")).to_contain_text("第 10 种")
    expect(first).to_be_checked()
    expect(page.locator("#points")).to_contain_text("11/11 份有")


def test_two_tabs_of_a_marker_do_not_overwrite_each_other(entered: Entered) -> None:
    first, second = entered(ESSAY), entered(ESSAY)
    for page, level in ((first, "2"), (second, "1")):
        for group in page.locator("#points fieldset").all():
            group.locator(f"[value='{level}']").check()
        page.get_by_role("button", name="记下，下一份").click()
        if page is first:
            page.wait_for_url("**/marking")
    expect(second.get_by_role("alert")).to_contain_text("刚刚在另一处评过")
    assert all(box.is_checked() for box in second.locator("#points [value='1'][type=radio]").all())
    second.get_by_role("button", name="记下，下一份").click()
    second.wait_for_url("**/marking")
    second.goto(ESSAY)
    expect(second.locator("#points [value='1']").first).to_be_checked()


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_sheets_and_keys_come_out_as_pages(
    entered: Entered, school: tuple[str, str, Exam, str], language: str
) -> None:
    _, _, sat, whole = school
    page = entered(f"/quizzes/{whole}/print", language=language, theme="dark")
    paper = page.pdf(prefer_css_page_size=True)
    assert 10 <= pages(paper) <= 24
    assert b"/MediaBox [0 0 594.95996 841.91998]" in paper or b"/MediaBox [0 0 595" in paper  # A4
    page.goto(f"/quizzes/{sat.quiz.code}/print?class=1")
    for_class = pages(page.pdf(prefer_css_page_size=True))
    page.goto(f"/quizzes/{sat.quiz.code}/print")
    assert for_class == len(sat.students) * pages(page.pdf(prefer_css_page_size=True))
    page.goto(f"/quizzes/{whole}/print?key=1")
    assert 8 <= pages(page.pdf(prefer_css_page_size=True)) <= 30
    page.emulate_media(media="print")
    assert page.locator(".unprinted").first.is_hidden() and page.locator(".bar").is_hidden()
    assert page.locator(".running b").first.is_visible()
