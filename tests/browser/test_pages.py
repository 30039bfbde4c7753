"""Every page in a real browser: accessible, no wider than the screen, light and dark, zh and en."""

import pytest

from app.questions.bank import load
from tests.browser.conftest import ROOT, Opened, own_scripts, violations

pytestmark = pytest.mark.browser
QUESTIONS = [f"/questions/{slug}" for slug in load(ROOT / "questions").questions]
PAGES = [
    "/",
    "/questions",
    "/progress",
    "/drills",
    "/mistakes",
    "/mistakes/bias_forgotten",
    "/api/docs",
    "/account",
    "/account/register",
    "/nowhere",
]
SHOTS = ROOT / "shots"


@pytest.mark.parametrize("path", PAGES + QUESTIONS)
def test_a_page_is_accessible_and_fits_a_phone(opened: Opened, path: str) -> None:
    page = opened(path, width=390)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert 0 < own_scripts(page) <= 12_000


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", [*PAGES[:6], "/questions/convolve-and-pool", "/questions/digit-network"])
def test_the_looks(opened: Opened, path: str, width: int, language: str, theme: str) -> None:
    page = opened(path, width=width, theme=theme, language=language)
    assert page.locator("html").get_attribute("lang") == {"zh": "zh-CN", "en": "en"}[language]
    assert violations(page) == []
    SHOTS.mkdir(exist_ok=True)
    name = path.strip("/").replace("/", "-") or "home"
    page.screenshot(path=SHOTS / f"{name}-{width}-{language}-{theme}.png", full_page=True)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("slug", ["fcn-parameter-count", "convolve-and-pool", "activation-formulas", "mini-batch",
                                  "gradient-descent", "digit-network", "poor-on-training-data", "training-vs-testing",
                                  "platforms", "three-steps-figure", "essay"])  # fmt: skip
def test_a_solved_page_is_accessible_and_fits_a_phone(opened: Opened, slug: str, theme: str) -> None:
    page = opened(f"/questions/{slug}", width=390, theme=theme)
    if page.locator("textarea").count():
        page.locator("textarea").first.fill("我写的答案。")
        page.get_by_role("button", name="批改").click()
        page.get_by_text("对照要点自评").wait_for()
    page.get_by_role("button", name="看解答").click()
    page.locator(".solution").wait_for()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_page_weighs_little(opened: Opened, address: str) -> None:
    page = opened("/questions/convolve-and-pool")
    sizes = page.evaluate(
        "performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))"
        ".map(entry => entry.decodedBodySize)"
    )
    assert sum(sizes) < 200_000


def test_paper_prints_without_the_machinery(opened: Opened) -> None:
    page = opened("/questions/convolve-and-pool")
    page.emulate_media(media="print")
    assert not page.get_by_role("button", name="批改").is_visible()
    assert page.locator(".prompt").is_visible()
