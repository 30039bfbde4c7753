"""Every page of teaching in a real browser, with a full class: accessible, fitting, light and dark, zh and en."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import ROOT, Opened, serving, violations
from tests.browser.school import ANSWERED, DRAFT, FAULTY, NAMES, PUBLISHED, School

pytestmark = pytest.mark.browser
SHOTS = ROOT / "shots"
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


def look(page: Page, name: str) -> None:
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_pages_of_teaching_are_accessible_and_fit(entered: Entered, width: int, theme: str) -> None:
    language = "zh" if (theme == "light") == (width == 1280) else "en"
    name = f"{width}-{language}-{theme}"
    page = entered("/teach", width=width, theme=theme, language=language)
    for kind, path in PAGES.items():
        page.goto(path)
        look(page, f"teach-{kind}-{name}")
