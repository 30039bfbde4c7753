"""Every page of teaching in a real browser, with a full class: accessible, fitting, light and dark, zh and en."""

import re
from collections.abc import Callable, Iterator
from html import unescape

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Opened, serving
from tests.browser.school import ANSWERED, DRAFT, FAULTY, NAMES, PUBLISHED, School
from tests.browser.test_accounts import look

pytestmark = pytest.mark.browser
EDITOR, CLASS = f"/teach/questions/{PUBLISHED}", "/teach/classes/1"
PAGES = {  # by the name of the picture
    "teach": "/teach",
    "questions": "/teach/questions",
    "new": "/teach/questions/new",
    "editor": EDITOR,
    "editor-source": f"{EDITOR}?view=source",
    "editor-faulty": f"/teach/questions/{FAULTY}",
    "editor-faulty-source": f"/teach/questions/{FAULTY}?view=source",
    "editor-choice": f"/teach/questions/{DRAFT}",
    "publish": f"/teach/questions/{DRAFT}/publish",
    "publish-changed": f"{EDITOR}/publish",
    "publish-faulty": f"/teach/questions/{FAULTY}/publish",
    "published": f"{EDITOR}/history?did=publish",
    "history": f"{EDITOR}/history",
    "regrade": f"{EDITOR}/regrade",
    "try": f"{EDITOR}/try",
    "images": "/teach/images",
    "import": "/teach/import",
    "classes": "/teach/classes",
    "class": CLASS,
    "class-empty": "/teach/classes/2",
    "answers": f"{CLASS}/questions/{ANSWERED}",
    "member": f"{CLASS}/members/2",
    "invited": f"{CLASS}/members/{len(NAMES) + 2}",
    "roster": f"{CLASS}/roster",
    "settings": f"{CLASS}/settings",
    "join": "/join",
    "teacher-account": "/account",
    "teacher-question": f"/questions/{PUBLISHED}",
}
OF_STUDENTS = {"student-class": "/classes/1", "student-account": "/account", "student-home": "/"}
ROSTER = (
    "姓名,学号,邮箱\n钱多多,20260031,qian@example.org\n王小明,20260001,\n,20260032,\n孔乙己,20260033,不是邮箱"
)


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[School, str]]:
    with serving(tmp_path_factory.mktemp("school")) as (app, address):
        yield School(app), address


@pytest.fixture(scope="module")
def address(school: tuple[School, str]) -> str:
    return school[1]


Entered = Callable[..., Page]


@pytest.fixture
def entered(opened: Opened, school: tuple[School, str]) -> Entered:
    """A page of somebody who is signed in."""

    def entered(path: str, name: str = "王老师", **more: object) -> Page:
        page = opened("/healthz", **more)
        page.context.add_cookies([{"name": "session", "value": school[0].sessions[name], "url": school[1]}])
        page.goto(path)
        return page

    return entered


@pytest.mark.parametrize(
    ("width", "language", "theme"), [(390, "zh", "light"), (390, "en", "dark"), (1280, "zh", "dark")]
)
def test_pages_of_teaching_are_accessible_and_fit(
    entered: Entered, width: int, language: str, theme: str
) -> None:
    shot = f"{width}-{language}-{theme}"
    page = entered("/teach", width=width, theme=theme, language=language)
    for name, path in PAGES.items():
        page.goto(path)
        look(page, f"teach-{name}-{shot}")
    page.goto(f"{CLASS}/roster")
    page.locator("#pasted").fill(ROSTER)
    page.locator("main .go").click()
    page.locator(".outcome.problem").first.wait_for()
    look(page, f"teach-roster-problems-{shot}")
    page.goto("/teach/import")
    page.locator("#pasted").fill("# a-b.yaml\ntitle: x\nmarks: no\n")
    page.locator("main .go").click()
    page.locator("#problems").wait_for()
    look(page, f"teach-import-problems-{shot}")
    page = entered("/classes/1", NAMES[1], width=width, theme=theme, language=language)
    for name, path in OF_STUDENTS.items():
        page.goto(path)
        look(page, f"teach-{name}-{shot}")


def test_every_link_leads_somewhere(entered: Entered) -> None:
    for name, pages in (("王老师", PAGES), (NAMES[1], OF_STUDENTS), ("后来的同学", {"account": "/account"})):
        page = entered("/healthz", name)
        seen = set[str]()
        for path in pages.values():
            html = page.request.get(path).text()
            seen |= {unescape(link) for link in re.findall(r'<a [^>]*href="(/[^"#]*)', html)}
        assert len(seen) > 5
        answers = {link: page.request.get(link, max_redirects=5).status for link in sorted(seen)}
        assert {link: status for link, status in answers.items() if status != 200} == {}


def test_the_preview_stands_beside_the_form_on_a_wide_screen(entered: Entered) -> None:
    page = entered(EDITOR, width=1280)
    form, preview = page.locator("#edit").bounding_box(), page.locator("#preview").bounding_box()
    assert form and preview
    assert form["x"] + form["width"] <= preview["x"] and abs(form["y"] - preview["y"]) < 40
    page.get_by_label("题目给出的数：kernel", exact=True).scroll_into_view_if_needed()
    assert page.locator("#preview .px.k").is_visible()


def test_the_paper_keeps_its_count_whatever_instructors_add(entered: Entered) -> None:
    assert "30 道题" in entered("/", NAMES[1]).locator(".lede").inner_text()
