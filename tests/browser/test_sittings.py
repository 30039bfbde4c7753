"""Sitting a paper in a real browser: outages, other tabs and devices, the server's clock, every page's looks."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, expect
from sqlalchemy import update

from app.accounts import sessions, users
from app.questions.part import TextPart
from app.quizzes import marking, paper, quiz, sitting
from app.quizzes.blueprint import READY, Blueprint, Feedback, Rules
from app.quizzes.sitting import Answer, Kept
from app.storage.database import reading, writing
from app.storage.tables import sittings
from tests.browser.conftest import ROOT, Opened, own_scripts, serving, violations
from tests.browser.sitter import put, right

pytestmark = pytest.mark.browser
SHOTS = ROOT / "shots"
NINE, FOUR, NETWORK, THREE = (
    "fcn-parameter-count",
    "why-gradient-descent",
    "digit-network",
    "gradient-descent",
)
WRONG = {"total": {"total": ["68"]}, "classes": {"classes": ["11"]}, "pooling": {"pooling.1.1": ["5"]}}
EARNED = {"total": 0.0, "classes": 0.0, "pooling": 0.75}  # shares of their marks
SAVED, LOST = "已保存", re.compile("没有连上")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FastAPI, str]]:
    with serving(tmp_path_factory.mktemp("sittings")) as found:
        yield found


@pytest.fixture(scope="module")
def app(served: tuple[FastAPI, str]) -> FastAPI:
    return served[0]


@pytest.fixture(scope="module")
def address(served: tuple[FastAPI, str]) -> str:
    return served[1]


Begun = Callable[..., Page]


@pytest.fixture
def begun(opened: Opened, app: FastAPI) -> Begun:
    """A guest at the first place of a new paper."""

    def begun(*slugs: str, feedback: Feedback = "after", **how: Any) -> Page:
        with writing(app.state.engine) as connection:
            rules = Rules(variants="printed", feedback=feedback)
            blueprint = Blueprint(kind="chosen", slugs=slugs, minutes=60)
            made = quiz.create(connection, app.state.library, blueprint, rules, datetime.now(UTC))
        page = opened(f"/quizzes/{made.code}", **how)
        page.locator("form[action$='/start'] button").click()
        page.locator("#paper").wait_for()
        return page

    return begun


def number(page: Page) -> int:
    found = re.search(r"/sittings/(\d+)", page.url)
    assert found
    return int(found[1])


def at(page: Page, place: int) -> Page:
    page.goto(f"/sittings/{number(page)}/{place}")
    return page


def answer(app: FastAPI, sitting_id: int, place: int = 1) -> Answer:
    with reading(app.state.engine) as connection:
        return sitting.answer_at(connection, sitting_id, place)


def kept(app: FastAPI, sitting_id: int, place: int = 1) -> dict[str, list[str]]:
    return {name: field.values for name, field in answer(app, sitting_id, place).fields.items()}


def ends(app: FastAPI, sitting_id: int, seconds: float) -> datetime:
    """Move the deadline, in the server's database, to so many seconds from now."""
    deadline = datetime.now(UTC) + timedelta(seconds=seconds)
    with writing(app.state.engine) as connection:
        connection.execute(update(sittings).where(sittings.c.id == sitting_id).values(deadline=deadline))
    return deadline


def is_saved(page: Page) -> None:
    expect(page.locator("#saved")).to_have_text(SAVED)


def following(page: Page) -> None:
    place = int(page.url.rsplit("/", 1)[1])
    page.get_by_role("button", name="下一题").click()
    page.wait_for_url(f"**/{place + 1}")


def typed_until(page: Page, box: Any, moment: datetime) -> str:
    """One sign after another into a field; what was typed until then."""
    typed, n = "", 0
    box.focus()
    while datetime.now(UTC) < moment:
        sign = f"{n % 10}" if n % 7 else "字"
        page.keyboard.insert_text(sign)
        typed, n = typed + sign, n + 1
        time.sleep(0.05)
    return typed


def test_a_whole_paper_through_an_outage_to_another_device_and_the_deadline(
    opened: Opened, app: FastAPI, address: str
) -> None:
    engine, library = app.state.engine, app.state.library
    with writing(engine) as connection:
        now = datetime.now(UTC)
        user = users.register(connection, "李雷", None, "a hash", now)
        token = sessions.start(connection, user, now)
        made = quiz.create(connection, library, *READY["paper"], now)

    def device(**how: Any) -> Page:
        page = opened("/healthz", troubles=True, **how)
        page.context.add_cookies([{"name": "session", "value": token, "url": address}])
        return page

    laptop = page = device()
    page.goto(f"/quizzes/{made.code}")
    page.get_by_role("button", name="开始").click()
    own = number(page)
    with reading(engine) as connection:
        items = sitting.found(connection, own).items
        variants = paper.all_shown(connection, library, items)
    typed: dict[int, dict[str, list[str]]] = {}
    for place, shown in enumerate(variants, start=1):
        page.wait_for_url(f"**/sittings/{own}/{place}")
        if place == 12:
            page.context.set_offline(True)
        typed[place] = {}
        for part in shown.question.parts:
            values = right(part, shown, place) | WRONG.get(part.id, {})
            typed[place] |= values
            put(page, part, values)
        if place == 12:  # nobody leaves a page that is not saved; typing goes on
            expect(page.locator("#saved")).to_have_text(LOST)
            page.get_by_role("button", name="下一题").click()
            expect(page.locator("#stay")).to_contain_text("先留在这一页")
            page.locator("textarea").first.press("End")
            page.locator("textarea").first.press_sequentially("断网以后写的。")
            typed[place]["depth"] = [page.locator("textarea").first.input_value()]
            assert kept(app, own, place) == {}
            page.context.set_offline(False)
            is_saved(page)
        if place == 20:  # the laptop stays open where it is, and is read no more
            is_saved(page)
            page = at(device_at(device(width=390), own), place)
        if place < len(variants):
            following(page)
    is_saved(page)
    essay = at(page, 27).locator("textarea").first
    deadline = ends(app, own, 9)
    essay.fill("")
    page.reload()  # to hear of the new deadline
    typed[27]["ideas"] = [typed_until(page, essay, deadline - timedelta(seconds=2))]
    page.wait_for_url(f"**/sittings/{own}", timeout=20_000)
    expect(page.locator("h1")).to_be_visible()
    laptop.bring_to_front()
    laptop.evaluate("dispatchEvent(new Event('focus'))")
    laptop.wait_for_url(f"**/sittings/{own}", timeout=20_000)
    with reading(engine) as connection:
        over = sitting.found(connection, own)
        answers = sitting.answers_of(connection, own)
    assert over.expired and over.handed_in_at == over.deadline == deadline
    for each, shown in zip(answers, variants, strict=True):
        found = {name: sorted(field.values) for name, field in each.fields.items() if any(field.values)}
        assert found == {name: sorted(values) for name, values in typed[each.place].items()}, each.place
        for marks in marking.parts_of(shown.question, each):
            share = None if isinstance(marks.part, TextPart) else EARNED.get(marks.part.id, 1.0)
            expected = share if share is None else pytest.approx(share * marks.marks)
            assert marks.earned == expected, (shown.question.slug, marks.part.id)


def device_at(page: Page, sitting_id: int) -> Page:
    page.goto(f"/sittings/{sitting_id}")
    return page


# --- nothing typed is lost


def test_what_is_typed_is_saved_while_one_goes_on_typing(begun: Begun, app: FastAPI) -> None:
    page = begun(NINE)
    box = page.locator("[name=total]")
    typed = typed_until(page, box, datetime.now(UTC) + timedelta(seconds=3))
    assert any(kept(app, number(page)).get("total", [""]))  # not only once one stops
    is_saved(page)
    assert kept(app, number(page)) == {"total": [typed]}


def test_a_browser_that_falls_over_without_a_connection_loses_nothing(begun: Begun, app: FastAPI) -> None:
    page = begun(NINE, THREE, troubles=True)
    own, context = number(page), page.context
    page.locator("[name=total]").fill("6")
    is_saved(page)
    context.set_offline(True)
    page.locator("[name=total]").fill("67")
    page.locator("[name='@flag']").check()
    expect(page.locator("#saved")).to_have_text(LOST)
    # who falls over sends nothing any more; a page that closes may, past the outage that is played here
    page.evaluate("() => { fetch = () => Promise.reject(); }")
    page.close(run_before_unload=False)
    assert kept(app, own) == {"total": ["6"]}
    context.set_offline(False)
    page = context.new_page()
    page.goto(f"/sittings/{own}/2")  # another place of the paper sends what the first had kept
    is_saved(page)
    at(page, 1)
    expect(page.locator("[name=total]")).to_have_value("67")
    expect(page.locator("[name='@flag']")).to_be_checked()
    assert kept(app, own) == {"total": ["67"], "@flag": ["1"]}
    assert page.evaluate("Object.keys(localStorage)") == []


def test_what_was_typed_stands_over_what_the_server_knew_until_it_is_saved(
    begun: Begun, app: FastAPI
) -> None:
    page = begun(THREE, troubles=True)
    own = number(page)
    page.route(
        re.compile(r"/sittings/\d+/\d+$"),
        lambda route: route.abort() if route.request.method == "POST" else route.continue_(),
    )
    page.locator("[name=update]").fill("w - eta g")
    page.locator(".order > li").last.get_by_role("button", name="上移").click()
    order = page.locator(".order .what").all_inner_texts()
    expect(page.locator("#saved")).to_have_text(LOST)
    # what is sent while leaving passes by the route
    page.evaluate("() => { fetch = () => Promise.reject(); }")
    page.reload()
    expect(page.locator("[name=update]")).to_have_value("w - eta g")
    assert page.locator(".order .what").all_inner_texts() == order
    assert kept(app, own) == {}
    page.unroute_all()
    is_saved(page)
    assert kept(app, own)["update"] == ["w - eta g"]
    page.reload()
    assert page.locator(".order .what").all_inner_texts() == order


def test_what_is_typed_just_before_leaving_is_saved(begun: Begun, app: FastAPI) -> None:
    page = begun(FOUR, NINE)
    own, words = number(page), "一" * 9000  # more bytes than many a browser sends from a page it leaves
    page.locator("textarea").fill(words)
    page.get_by_role("button", name="下一题").click()
    page.wait_for_url("**/2")
    assert kept(app, own) == {"why": [words]}
    page.locator("[name=total]").fill("67")
    page.goto("/quizzes")
    page.goto(f"/sittings/{own}/2")
    is_saved(page)
    expect(page.locator("[name=total]")).to_have_value("67")
    assert kept(app, own, 2) == {"total": ["67"]}


def test_layers_orders_and_pasted_blocks_are_saved_too(begun: Begun, app: FastAPI) -> None:
    page = begun(NETWORK, THREE)
    own = number(page)
    for name in ("输入", "卷积"):
        page.get_by_role("button", name=f"加一层：{name}").click()
    is_saved(page)
    following(page)
    page.locator(".order > li").last.get_by_role("button", name="上移").click()
    is_saved(page)
    assert [values for values in kept(app, own).values() if values != [""]] == [["input"], ["convolution"]]
    assert (
        sorted(value for name, [value] in kept(app, own, 2).items() if name.startswith("loop."))
        == list("12345")[: len(kept(app, own, 2))]
    )
    at(page, 1)
    expect(page.locator(".built .chip")).to_have_count(2)


def test_an_echo_is_shown_and_a_box_emptied_again_stays_empty(begun: Begun, app: FastAPI) -> None:
    page = begun(NINE)
    page.locator("[name='layers.1']").fill("1/3")
    expect(page.locator("#understood-layers")).to_contain_text("读作")
    page.locator("[name='@flag']").check()
    is_saved(page)
    page.locator("[name='layers.1']").fill("")
    page.locator("[name='@flag']").uncheck()
    is_saved(page)
    assert kept(app, number(page)) == {"layers.1": [""], "@flag": []}
    page.locator("[name='layers.1']").press("Enter")  # saves, and goes nowhere
    page.locator("[name=total]").fill("7")
    expect(page.locator("[name=total]")).to_have_value("7")


# --- two tabs


def test_of_two_tabs_each_is_told_what_the_other_wrote_later(begun: Begun, app: FastAPI) -> None:
    one = begun(NINE)
    two = one.context.new_page()
    two.goto(one.url)
    one.locator("[name=total]").fill("66")
    one.locator("[name='layers.0']").fill("12")
    is_saved(one)
    two.locator("[name=total]").fill("67")
    is_saved(two)
    expect(two.locator("[name='layers.0']")).to_have_value("12")
    expect(two.locator("#told")).to_contain_text("输入层 → 隐藏层 1")
    one.evaluate("dispatchEvent(new Event('focus'))")
    expect(one.locator("[name=total]")).to_have_value("67")
    expect(one.locator("#told")).to_contain_text("(2) 总参数量")
    assert kept(app, number(one)) == {"total": ["67"], "layers.0": ["12"]}


def test_what_was_typed_offline_long_ago_gives_way_to_what_was_typed_since(
    begun: Begun, app: FastAPI
) -> None:
    one = begun(NINE, troubles=True)
    own = number(one)
    two = one.context.new_page()
    two.goto(one.url)
    one.route("**/sittings/**", lambda route: route.abort())
    one.locator("[name=total]").fill("1")
    expect(one.locator("#saved")).to_have_text(LOST)
    one.evaluate("localStorage.clear()")  # or the other tab would send it, being of one browser
    two.locator("[name=total]").fill("2")
    is_saved(two)
    one.unroute_all()
    is_saved(one)
    expect(one.locator("[name=total]")).to_have_value("2")
    assert kept(app, own) == {"total": ["2"]}


def test_two_tabs_at_two_places_save_each_their_own(begun: Begun, app: FastAPI) -> None:
    one = begun(NINE, FOUR)
    two = one.context.new_page()
    two.goto(f"/sittings/{number(one)}/2")
    for _ in range(3):
        one.locator("[name=total]").press_sequentially("6")
        two.locator("textarea").press_sequentially("参")
    is_saved(one)
    is_saved(two)
    assert (kept(app, number(one)), kept(app, number(one), 2)) == ({"total": ["666"]}, {"why": ["参参参"]})


# --- the clock


CLOCK = """(() => {
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...given) { if (given.length) super(...given); else super(Real.now() + HOURS * 3600_000); }
    static now() { return Real.now() + HOURS * 3600_000; }
  };
})()"""


@pytest.mark.parametrize("hours", [-30, 0, 30])
def test_the_clock_of_the_browsers_machine_makes_no_difference(
    opened: Opened, begun: Begun, app: FastAPI, hours: int
) -> None:
    page = begun(NINE)
    page.add_init_script(CLOCK.replace("HOURS", str(hours)))
    page.reload()
    until = re.compile(r"还剩 60 分钟（\d\d:\d\d 交卷）")
    expect(page.locator("[role=timer]")).to_have_text(until)
    page.locator("[name=total]").fill("67")
    is_saved(page)
    with reading(app.state.engine) as connection:
        own = sitting.found(connection, number(page))
    field: Kept = answer(app, own.id).fields["total"]
    assert own.started_at.timestamp() < field.at <= datetime.now(UTC).timestamp()
    local = page.evaluate("at => new Date(at).toTimeString().slice(0, 5)", own.deadline.timestamp() * 1000)
    expect(page.locator("[role=timer]")).to_contain_text(local)


@pytest.mark.parametrize("minutes", [10, 5, 1])
def test_ten_five_and_one_minute_before_the_end_are_announced(
    begun: Begun, app: FastAPI, minutes: int
) -> None:
    page = begun(NINE)
    ends(app, number(page), 60 * minutes + 2.5)
    page.reload()
    expect(page.locator("#said")).to_be_empty()
    expect(page.locator("#said")).to_have_text(f"还剩 {minutes} 分钟")
    assert page.locator("#said").get_attribute("role") == "status"
    expect(page.locator("[role=timer]")).to_contain_text(f"{minutes - 1:02}:5")


def test_the_map_leads_to_the_report_when_the_time_is_up(begun: Begun, app: FastAPI) -> None:
    page = begun(NINE)
    own = number(page)
    ends(app, own, 3)
    page.goto(f"/sittings/{own}")
    expect(page.get_by_role("heading", name="交卷")).to_be_visible()
    expect(page.locator("[role=timer]")).to_have_count(0, timeout=15_000)
    assert number(page) == own


# --- without scripts, and with the keyboard alone


def test_a_paper_is_sat_without_scripts(begun: Begun, app: FastAPI) -> None:
    page = begun(NINE, FOUR, javascript=False)
    own = number(page)
    expect(page.locator("noscript p")).to_be_visible()
    page.locator("[name=total]").fill("67")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("[name=total]")).to_have_value("67")
    is_saved(page)
    page.get_by_label("标记").check()
    following(page)
    page.locator("textarea").fill("没有解析解")
    page.get_by_role("button", name="看全卷，交卷").click()
    expect(page.get_by_role("heading", name="标记过的有 1 题")).to_be_visible()
    page.get_by_label("我确定交卷").check()
    page.get_by_role("button", name="交卷").click()
    expect(page.locator("#paper")).to_have_count(0)
    assert kept(app, own) == {"total": ["67"], "@flag": ["1"]}
    with reading(app.state.engine) as connection:
        assert sitting.found(connection, own).handed_in_at is not None


def test_the_map_is_walked_with_the_keyboard(begun: Begun, app: FastAPI) -> None:
    page = begun(NINE, FOUR, THREE)
    page.locator(".dots [aria-current]").focus()
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_attribute("aria-label", "第 2 题：没答")
    page.keyboard.press("Enter")
    page.wait_for_url("**/2")
    page.get_by_role("link", name="全卷").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="各题").wait_for()
    expect(page.locator(".spots [aria-current]").first).to_have_attribute("aria-label", "第 2 题：没答")
    page.locator("#map ~ .spots a").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/3")
    page.goto(f"/sittings/{number(page)}")
    page.get_by_label("我确定交卷").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="各题")).to_have_count(0)


def test_a_place_is_marked_at_once(begun: Begun, app: FastAPI) -> None:
    page = begun(NINE, FOUR, feedback="at_once", width=390)
    page.get_by_role("button", name="批改这一题").click()
    expect(page.get_by_text("这道题还空着")).to_be_visible()
    page.locator("[name=total]").fill("52")
    page.get_by_role("button", name="批改这一题").click()
    expect(page.locator("#verdict-total")).to_contain_text("漏了偏置")
    expect(page.locator(".solution")).to_be_visible()
    expect(page.locator("[name=total]")).to_be_disabled()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.evaluate("dispatchEvent(new Event('focus'))")
    page.get_by_role("link", name="下一题").click()
    page.wait_for_url("**/2")
    expect(page.locator(".solution")).to_have_count(0)


# --- looks


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_of_a_sitting_are_accessible_and_fit(
    begun: Begun, width: int, language: str, theme: str
) -> None:
    page = begun(NINE, NETWORK, THREE, *[FOUR] * 70, width=width, language=language, theme=theme)
    page.locator("[name=total]").fill("67")
    page.locator("[name='@flag']").check()
    expect(page.locator("#saved")).to_have_text({"zh": SAVED, "en": "Saved"}[language])
    SHOTS.mkdir(exist_ok=True)
    base = f"/sittings/{number(page)}"
    for name, path in (("place", f"{base}/1"), ("network", f"{base}/2"), ("map", base)):
        page.goto(path)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert own_scripts(page) <= 12_000
        page.screenshot(path=SHOTS / f"sitting-{name}-{width}-{language}-{theme}.png", full_page=True)
