"""Practising as a person does: with a keyboard, by touch, and without JavaScript."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opened, violations

pytestmark = pytest.mark.browser
WORKING = [("2", "4", "4", "12"), ("4", "4", "4", "20"), ("4", "4", "4", "20"), ("4", "3", "3", "15")]


def fill_nine(page: Page, last: str = "67") -> None:
    for i, (a, b, c, result) in enumerate(WORKING):
        for j, value in enumerate((a, b, c)):
            page.locator(f"[name='layers.{i}.{j}']").fill(value)
        page.locator(f"[name='layers.{i}']").fill(result)
    page.locator("[name=total]").fill(last)


def paste(page: Page, text: str) -> None:
    """Into the focused field, as from the clipboard; Chromium pastes it itself unless the page takes it."""
    page.evaluate(
        """text => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text", text);
            const pasted = new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true});
            if (document.activeElement.dispatchEvent(pasted)) document.execCommand("insertText", false, text);
        }""",
        text,
    )


@pytest.mark.parametrize("javascript", [True, False], ids=["htmx", "plain"])
def test_question_9_from_the_list_to_red_pen_and_back_tomorrow(opened: Opened, javascript: bool) -> None:
    page = opened("/", javascript=javascript)
    page.get_by_role("link", name="题目").click()
    page.get_by_role("link", name="全连接网络的参数量").click()
    fill_nine(page, last="52")
    page.get_by_role("button", name="批改").click()
    expect(page.locator("#verdict-total")).to_contain_text("漏了偏置")
    expect(page.locator(".c.ok")).to_have_count(16)
    expect(page.locator(".c.no")).to_have_count(1)
    page.locator("[name=total]").fill("67")
    page.get_by_role("button", name="批改").click()
    expect(page.locator(".c.ok")).to_have_count(17)
    expect(page.locator(".solution")).to_be_visible()
    page.goto("/progress")
    expect(page.get_by_role("row", name=re.compile("全连接网络的参数量"))).to_contain_text("已掌握")
    page.goto("/questions/fcn-parameter-count")
    expect(page.locator("[name=total]")).to_have_value("67")


@pytest.mark.parametrize("javascript", [True, False], ids=["htmx", "plain"])
def test_a_hint_keeps_what_is_typed(opened: Opened, javascript: bool) -> None:
    page = opened("/questions/fcn-parameter-count", javascript=javascript)
    page.locator("[name=total]").fill("60")
    page.get_by_role("button", name="看提示").click()
    expect(page.locator(".hints li")).to_have_count(1)
    expect(page.locator("[name=total]")).to_have_value("60")
    page.get_by_role("button", name="看提示").click()
    expect(page.locator(".hints li")).to_have_count(2)


def test_arrows_move_in_a_grid_and_a_block_is_pasted(opened: Opened) -> None:
    page = opened("/questions/convolve-and-pool")
    page.locator("[name='convolution.0.0']").focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "ArrowUp"):
        page.keyboard.press(key)
    expect(page.locator("[name='convolution.1.1']")).to_be_focused()
    page.locator("[name='convolution.0.0']").focus()
    paste(page, "-12\t4\t8\t9\n-14\t5\t-3\t6\n-2\t-14\t-8\t-5\n24\t-9\t-1\t4")
    expect(page.locator("[name='convolution.3.3']")).to_have_value("4")
    page.get_by_role("button", name="批改").click()
    expect(page.locator(".c.ok")).to_have_count(16)
    expect(page.locator("[role=status].note")).to_contain_text("还有 1 问没写")


def test_an_order_is_made_with_buttons(opened: Opened) -> None:
    page = opened("/questions/three-steps-drill")
    items = page.locator(".order > li")
    count = items.count()
    first = items.first.locator(".what").inner_text()
    items.first.get_by_role("button", name="下移").press("Enter")
    expect(items.nth(1).locator(".what")).to_have_text(first)
    expect(page.locator(":focus")).to_have_text("↓")
    assert [items.nth(i).locator("select").input_value() for i in range(count)] == [
        str(i + 1) for i in range(count)
    ]
    page.get_by_role("button", name="批改").click()
    expect(page.locator("#question .verdict")).to_have_count(1)
    expect(page.locator(".order .moves")).to_have_count(count)


@pytest.mark.parametrize("javascript", [True, False], ids=["palette", "plain"])
def test_a_network_is_built(opened: Opened, javascript: bool) -> None:
    page = opened("/questions/digit-network", javascript=javascript)
    built = ["输入", "卷积", "激活", "池化", "展平", "全连接", "Softmax", "输出"]
    for i, name in enumerate(built):
        if javascript:
            page.get_by_role("button", name=f"加一层：{name}").click()
        else:
            page.locator("ol.layers select").nth(i).select_option(label=name)
    page.get_by_role("button", name="批改").click()
    expect(page.locator("#question .verdict.correct")).to_have_count(1)
    if javascript:
        expect(page.locator(".built .chip")).to_have_count(len(built))
        page.get_by_role("button", name="删去第 5 层“展平”").click()
        page.get_by_role("button", name="批改").click()
        expect(page.locator("#question .verdict.correct")).to_have_count(0)
        expect(page.locator(".built .chip")).to_have_count(len(built) - 1)


def test_a_formula_is_echoed_while_typing_and_marked(opened: Opened) -> None:
    page = opened("/questions/activation-formulas")
    field = page.locator("[name=sigmoid]")
    field.press_sequentially("1/(1+e^-x)")
    expect(page.locator("#understood-sigmoid math mfrac")).to_have_count(1)
    expect(field).to_be_focused()
    page.get_by_role("button", name="批改").click()
    expect(page.locator("#verdict-sigmoid.correct")).to_be_visible()


def test_a_number_is_echoed_while_typing_and_nothing_moves(opened: Opened) -> None:
    page = opened("/questions/fcn-parameter-count", width=390)
    echo, field = page.locator("#understood-total"), page.locator("[name=total]")
    height = page.evaluate("document.documentElement.scrollHeight")
    field.press_sequentially("2×4+4=12")
    expect(echo.locator("math")).to_have_text("12")
    expect(field).to_be_focused()
    assert page.evaluate("document.documentElement.scrollHeight") == height
    field.press_sequentially("3")
    expect(echo).to_contain_text("2×4+4 等于 12，不等于 123。")
    expect(echo.locator("mark")).to_have_text("2×4+4")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    field.fill("67")
    expect(echo).to_be_empty()
    page.locator("[name='layers.1']").fill("1/3")
    expect(page.locator("#understood-layers")).to_contain_text("隐藏层 1 → 隐藏层 2：读作")
    page.locator("[name='layers.2.0']").fill("4")
    expect(page.locator("#understood-layers")).to_be_empty()


@pytest.mark.parametrize(
    "block",
    [
        "[[5, -14], [24, 1/2]]", r"\begin{bmatrix} 5 & -14 \\ 24 & 1/2 \end{bmatrix}", "A = [5 -14; 24 1/2];",
        "［５，－１４；２４，１/２］", r"\left[\begin{array}{cc}5&-14\\24&1/2\end{array}\right]", "np.array([[5, -14], [24, 1/2]])",
        "5 -14\n24 1/2\n", "(5, -14), (24, 1/2)",
    ],
)  # fmt: skip
def test_a_matrix_pasted_in_any_notation_fills_the_cells(opened: Opened, block: str) -> None:
    page = opened("/questions/convolve-and-pool")
    page.locator("[name='pooling.0.0']").focus()
    paste(page, block)
    expect(page.locator("[name='pooling.1.1']")).to_have_value("1/2")
    assert [page.locator(f"[name='pooling.{at}']").input_value() for at in ("0.0", "0.1", "1.0")] == [
        "5",
        "-14",
        "24",
    ]


@pytest.mark.parametrize(
    "block", ["12, 20, 20, 15, 67", "12\t20\t20\t15\t67", "12\n20\n20\n15\n67\n", "[12，20，20，15，67]"]
)
def test_a_list_pasted_into_the_first_box_fills_them_all(opened: Opened, block: str) -> None:
    page = opened("/questions/fcn-parameter-count")
    page.locator("[name='layers.0']").focus()
    paste(page, block)
    expect(page.locator("[name=total]")).to_have_value("67")
    page.get_by_role("button", name="批改").click()
    expect(page.locator(".c.ok")).to_have_count(5)
    page.locator("[name='layers.0.0']").fill("")
    page.locator("[name='layers.0.0']").focus()
    paste(page, "2 4 4")
    expect(page.locator("[name='layers.0.2']")).to_have_value("4")
    expect(page.locator("[name='layers.0']")).to_have_value("12")


def test_one_number_is_pasted_where_it_is_put_even_when_the_server_is_away(opened: Opened) -> None:
    page = opened("/questions/fcn-parameter-count", troubles=True)
    field = page.locator("[name='layers.0']")
    field.focus()
    paste(page, "2 × 4 + 4 = 12")
    expect(field).to_have_value("2 × 4 + 4 = 12")
    expect(page.locator("#understood-layers math")).to_have_text("12")
    page.route("**/cells", lambda route: route.abort())
    page.locator("[name='layers.1']").focus()
    paste(page, "12, 20")
    expect(page.locator("[name='layers.1']")).to_have_value("12, 20")


@pytest.mark.parametrize("javascript", [True, False], ids=["htmx", "plain"])
def test_a_text_is_marked_by_its_writer(opened: Opened, javascript: bool) -> None:
    page = opened("/questions/why-gradient-descent", javascript=javascript)
    page.locator("textarea").fill("参数太多，没有解析解，只能沿负梯度一步步更新。")
    expect(page.get_by_text("参考答案")).to_have_count(0)
    page.get_by_role("button", name="批改").click()
    expect(page.get_by_text("参考答案")).to_be_visible()
    for box in page.locator(".points [type=checkbox]").all()[:3]:
        box.check()
    page.get_by_role("button", name="记下自评").click()
    expect(page.locator(".own .note")).to_contain_text("50%")


def test_the_list_is_searched_while_typing(opened: Opened) -> None:
    page = opened("/questions")
    expect(page.locator("#list li")).to_have_count(30)
    page.locator("#search").press_sequentially("独热")
    expect(page.locator("#list li")).to_have_count(1)
    page.locator("#list a").first.click()
    page.go_back()
    expect(page.locator("h1")).to_have_text("题目")


def test_language_and_theme_stay_on_the_same_question(opened: Opened) -> None:
    page = opened("/questions/fcn-parameter-count?variant=2")
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_contain_text("Parameters of a fully connected network")
    assert "variant=2" in page.url
    page.get_by_role("button", name=re.compile("Appearance|Theme|theme")).click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert "variant=2" in page.url


def test_the_window_of_a_cell_lights_up_in_the_image(opened: Opened) -> None:
    page = opened("/questions/convolve-and-pool")
    page.locator("[name='convolution.1.2']").focus()
    lit = page.locator("[data-image] td.rf")
    assert lit.all_inner_texts() == ["7", "9", "8", "5", "5", "7", "0", "2", "5"]
    page.locator("[name='pooling.0.0']").focus()
    expect(lit).to_have_count(0)


WRONG = ["-12", "8", "8", "9", "-14", "5", "-3", "6", "-2", "-14", "-8", "-5", "24", "-9", "-1", "0"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_wrong_cells_mark_opens_its_window_and_arithmetic(
    opened: Opened, language: str, theme: str
) -> None:
    page = opened("/questions/convolve-and-pool", width=390, language=language, theme=theme)
    for i, value in enumerate(WRONG):
        page.locator(f"[name='convolution.{i // 4}.{i % 4}']").fill(value)
    expect(page.locator(".cell")).to_have_count(0)
    page.locator("#mark").click()
    help_of, lit = page.locator("details.cell"), page.locator("[data-image] td.rf")
    expect(help_of).to_have_count(2)
    page.locator(".grid .no > a").last.click()
    expect(help_of.last.locator("summary")).to_be_focused()
    expect(help_of.last.locator("math")).to_have_text(re.compile(r"^4\s*·\s*9.*=\s*\?$"))
    assert lit.all_inner_texts() == ["2", "5", "7", "6", "9", "7", "11", "14", "13"]
    page.locator(".grid .no > a").first.press("Enter")
    expect(help_of.first).to_have_attribute("open", "")
    assert lit.all_inner_texts() == ["3", "6", "8", "4", "7", "9", "3", "5", "5"]
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("details.cell summary").first.press("Enter")
    expect(lit).to_have_count(0)


@pytest.mark.parametrize("slug", ["drill-convolution-3", "drill-attention-3", "one-hot"])
def test_opened_cells_are_accessible_and_fit_a_phone(opened: Opened, slug: str) -> None:
    page = opened(f"/questions/{slug}", width=390)
    for box in page.locator(".grid input").all():
        box.fill("7")
    page.locator("#mark").click()
    page.locator(".cell").first.wait_for()
    for summary in page.locator(".cell > summary").all():
        summary.click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_wrong_cells_mark_opens_its_arithmetic_without_javascript(opened: Opened) -> None:
    page = opened("/questions/convolve-and-pool", javascript=False)
    page.locator("[name='convolution.0.1']").fill("8")
    page.locator("#mark").click()
    arithmetic = page.locator("details.cell math")
    expect(arithmetic).not_to_be_visible()
    page.locator(".grid .no > a").click()
    expect(arithmetic).to_be_visible()


@pytest.mark.parametrize("reply", [None, 413, 500])
def test_a_failed_request_says_so_and_loses_nothing(opened: Opened, reply: int | None) -> None:
    page = opened("/questions/fcn-parameter-count", troubles=True)
    page.locator("[name=total]").fill("60")
    if reply:
        page.route("**/questions/*", lambda route: route.fulfill(status=reply, body="<p>太长了。</p>"))
    else:
        page.route("**/questions/*", lambda route: route.abort())
    page.get_by_role("button", name="批改").click()
    expect(page.locator("#question .note")).to_have_text(
        "太长了。" if reply else re.compile("没有连上服务器")
    )
    expect(page.locator("[name=total]")).to_have_value("60")


def test_what_is_typed_survives_a_change_of_language_and_theme(opened: Opened) -> None:
    page = opened("/questions/gradient-descent")
    page.locator("[name=update]").fill("w - eta")
    page.locator(".order > li").first.get_by_role("button", name="下移").click()
    order = page.locator(".order .what").all_inner_texts()
    page.get_by_role("link", name="English").click()
    expect(page.locator("[name=update]")).to_have_value("w - eta")
    page.get_by_role("link", name="中文").click()
    expect(page.locator(".order .what").first).to_have_text(order[0])
    page.locator(".prefs button").click()
    expect(page.locator("[name=update]")).to_have_value("w - eta")


def test_pressing_hint_again_and_again_never_gives_up(opened: Opened) -> None:
    page = opened("/questions/fcn-parameter-count?variant=3")
    page.get_by_role("button", name="看提示").focus()
    for left in (1, 0):
        page.keyboard.press("Enter")
        expect(page.locator(".hints li")).to_have_count(2 - left)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="提示已看完")).to_be_disabled()
    expect(page.locator(".solution")).to_have_count(0)


def test_the_focus_is_led_to_what_a_button_brought(opened: Opened) -> None:
    page = opened("/questions/fcn-parameter-count?variant=4")
    page.get_by_role("button", name="看解答").click()
    expect(page.locator("#solution")).to_be_focused()
    page.goto("/questions/digit-network")
    expect(page.locator("ol.layers")).to_be_hidden()
    for name in ("输入", "卷积"):
        page.get_by_role("button", name=f"加一层：{name}").click()
    page.get_by_role("button", name="删去第 1 层").click()
    expect(page.locator(".chip button:focus")).to_have_count(1)


SELECT = """words => {
  const text = document.querySelector('[data-mine]').firstChild, range = document.createRange();
  range.setStart(text, text.data.indexOf(words));
  range.setEnd(text, text.data.indexOf(words) + words.length);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}"""


def test_the_words_that_make_a_point_can_be_marked(opened: Opened) -> None:
    page = opened("/questions/why-gradient-descent")
    page.locator("textarea").fill("🙂 梯度下降每次只看一小批样本。")
    page.get_by_role("button", name="批改").click()
    page.locator("[data-mine]").wait_for()
    assert page.locator(".own .note").count() == 0  # no score before the learner has judged
    page.evaluate(SELECT, "每次只看一小批样本")
    page.get_by_role("button", name="我写到了").nth(3).click()
    expect(page.locator("[name='why.efficiency']")).to_be_checked()
    page.get_by_role("button", name="记下自评").click()
    page.locator(".own .note").wait_for()
    page.reload()
    expect(page.locator(".claimed q").nth(3)).to_have_text("每次只看一小批样本")
    assert violations(page) == []


def test_a_learner_drills_one_mistake_and_sees_it_in_progress(opened: Opened) -> None:
    page = opened("/questions/fcn-parameter-count", javascript=False)
    page.locator("[name=total]").fill("52")
    page.get_by_role("button", name="批改").click()
    page.get_by_role("link", name="说明：漏了偏置").click()
    page.get_by_role("link", name="专练这一点").first.click()
    expect(page.locator(".focus")).to_contain_text("漏了偏置")
    first = page.url
    page.get_by_role("link", name="再来一题").click()
    expect(page.locator(".focus")).to_contain_text("漏了偏置")
    assert page.url != first
    page.get_by_role("link", name="进度").click()
    expect(page.locator(".slips")).to_contain_text("漏了偏置")
