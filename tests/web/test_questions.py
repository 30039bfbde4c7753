"""Practising a question in pages, as a plain browser and as htmx."""

import re

import pytest
from fastapi.testclient import TestClient

from app.questions.bank import load
from tests.conftest import ROOT

SLUGS = list(load(ROOT / "questions").questions)
RIGHT = {"layers.0": "12", "layers.1": "20", "layers.2": "20", "layers.3": "15", "total": "67"}
NINE = "/questions/fcn-parameter-count"


def post(client: TestClient, path: str, fields: dict[str, str], headers: dict[str, str]) -> str:
    """Post a form; without htmx, go where the reply says."""
    response = client.post(path, data=fields, headers=headers)
    if response.status_code == 303:
        assert not headers
        response = client.get(response.headers["location"])
    assert response.status_code == 200
    return response.text


def test_the_page_is_whole_and_the_fragment_is_not(client: TestClient, headers: dict[str, str]) -> None:
    response = client.get(NINE, headers=headers)
    assert ("<html" in response.text) is not bool(headers)
    assert 'id="question"' in response.text
    assert "HX-Request" in response.headers["vary"]


def test_going_back_restores_a_whole_page(client: TestClient) -> None:
    restoring = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in client.get(NINE, headers=restoring).text


def test_right_answers_are_marked_right_and_show_the_working(
    client: TestClient, headers: dict[str, str]
) -> None:
    page = post(client, NINE, RIGHT, headers)
    assert page.count('class="c ok"') == 5
    assert "全对" in page and 'class="solution"' in page


def test_52_is_recognised_as_biases_forgotten(client: TestClient, headers: dict[str, str]) -> None:
    page = post(client, NINE, {"total": "52"}, headers)
    assert "漏了偏置" in page and not re.search(r"\b67\b", page)
    assert 'class="solution"' not in page


def test_wrong_cells_are_marked_one_by_one_with_their_working(
    client: TestClient, headers: dict[str, str]
) -> None:
    typed = {"layers.0": "12", "layers.1": "16", "layers.1.0": "4", "layers.1.1": "4", "layers.1.2": "0"}
    page = post(client, NINE, typed, headers)
    by_name = {name: mark for mark, name in re.findall(r'class="c (\w*)\s*"><input id="f-([\w.]+)"', page)}
    assert by_name["layers.0"] == "ok" and by_name["layers.1"] == "no"
    assert (by_name["layers.1.0"], by_name["layers.1.1"], by_name["layers.1.2"]) == ("ok", "ok", "no")
    assert 'name="layers.1.2" value="0"' in page


def test_a_wrong_shape_is_marked_as_a_whole(client: TestClient, headers: dict[str, str]) -> None:
    page = post(
        client,
        "/questions/feature-map-sizes",
        {"conv1": "32×26×26", "pool1": "32×12×12", "conv2": "32×10×10"},
        headers,
    )
    marks = {name: mark for mark, name in re.findall(r'class="c (\w*)\s*"><input id="f-([\w.]+)"', page)}
    assert (marks["conv1"], marks["pool1"], marks["conv2"]) == ("ok", "no", "no")
    assert page.count("印刷版答案就是这样写的") == 1 and "原因同上" in page


def test_full_width_digits_are_read(client: TestClient, headers: dict[str, str]) -> None:
    assert "正确" in post(client, NINE, {"total": "６７"}, headers)


def test_what_cannot_be_read_costs_nothing_and_stays_typed(
    client: TestClient, headers: dict[str, str]
) -> None:
    page = post(client, NINE, {"total": "1 1/2"}, headers)
    assert "没读懂" in page and 'value="1 1/2"' in page
    assert "做过" not in client.get("/progress").text.split("<tbody>")[2].split("</tr>")[8]


def test_an_empty_form_is_told_so_and_not_kept(client: TestClient, headers: dict[str, str]) -> None:
    response = client.post(NINE, data={"submission": "x"}, headers=headers)
    assert response.status_code == 422
    assert "还没有写任何答案" in response.text
    assert "set-cookie" not in response.headers


def test_hostile_text_is_shown_as_text(client: TestClient, headers: dict[str, str]) -> None:
    page = post(client, NINE, {"total": '"><script>alert(1)</script>'}, headers)
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page


def test_hints_come_one_at_a_time_and_keep_what_is_typed(client: TestClient, headers: dict[str, str]) -> None:
    response = client.post(f"{NINE}/hint", data={"total": "60"}, headers=headers)
    assert response.text.count("<li>相邻") == 1 and 'value="60"' in response.text
    assert "再加上偏置" not in response.text
    again = client.post(f"{NINE}/hint", data={"total": "60", "submission": "second"}, headers=headers)
    assert "再加上偏置" in again.text


def test_giving_up_shows_the_solution_and_is_recorded(client: TestClient, headers: dict[str, str]) -> None:
    assert 'class="solution"' not in client.get(NINE).text
    page = post(client, f"{NINE}/solution", {}, headers)
    assert 'class="solution"' in page and "67" in page
    post(client, NINE, RIGHT, headers)
    assert "已掌握" not in client.get("/questions?q=全连接网络的参数量").text.split('id="list"')[1]


def test_another_variant_has_other_numbers_and_starts_clean(
    client: TestClient, headers: dict[str, str]
) -> None:
    post(client, NINE, RIGHT, headers)
    page = client.get(f"{NINE}?variant=1").text
    assert "第 1 组数" in page and 'class="c ok"' not in page
    assert page.split('class="prompt"')[1][:200] != client.get(NINE).text.split('class="prompt"')[1][:200]


def test_an_answer_is_found_again_tomorrow(client: TestClient, headers: dict[str, str]) -> None:
    post(client, NINE, RIGHT, headers)
    page = client.get(NINE).text
    assert page.count('class="c ok"') == 5 and 'value="67"' in page
    assert 'class="c ok"' not in client.get(f"{NINE}?fresh=1").text
    assert NINE in client.get("/").text


def test_a_repeated_send_is_recorded_once_and_an_edited_one_again(
    client: TestClient, headers: dict[str, str]
) -> None:
    for total in ("66", "66", "67"):
        post(client, NINE, {"submission": "one form", "total": total}, headers)
    row = re.search(r"全连接网络的参数量</a></th>(.*?)</tr>", client.get("/progress").text, re.S)
    assert row and "<td>2</td>" in row[1]


def test_a_text_is_marked_by_its_writer_beside_the_model(client: TestClient, headers: dict[str, str]) -> None:
    path = "/questions/why-gradient-descent"
    before = client.get(path).text
    assert "参考答案" not in before
    part = re.search(r'<textarea name="(\w+)"', before)
    assert part
    page = post(client, path, {part[1]: "因为要让损失变小。"}, headers)
    assert "参考答案" in page and "因为要让损失变小。" in page and "待自评" in page
    ticks = dict.fromkeys(re.findall(rf'type="checkbox" name="({part[1]}\.\w+)"', page), "1")
    assert len(ticks) == 6
    page = post(client, f"{path}/marks", ticks | {f"{part[1]}.marked": "1"}, headers)
    assert "100%" in page and page.count(" checked") == 6


def test_words_that_bear_on_a_criterion_choose_no_level(client: TestClient, headers: dict[str, str]) -> None:
    page = post(client, "/questions/essay", {"outlook": "未来会走向多模态。它不会泄露隐私。"}, headers)
    trends, challenges = re.findall(r"<select.*?</select>.*?<p class=\"suggested .*?</p>", page, re.DOTALL)
    assert "与此有关：<q>多模态</q>" in trends and "请核对：<q>泄露</q>" in challenges
    assert [re.findall(r'value="(\d)" selected', point) for point in (trends, challenges)] == [["0"], ["0"]]


def test_marks_of_an_unchanged_text_outlive_a_new_answer(client: TestClient, headers: dict[str, str]) -> None:
    path = "/questions/what-is-ai"
    first, second = re.findall(r'<textarea name="(\w+)"', client.get(path).text)[:2]
    page = post(client, path, {first: "第一段。"}, headers)
    point = re.findall(rf'type="checkbox" name="({first}\.\w+)"', page)[0]
    # the second text is typed but not handed in yet: marking the first must not lose it
    marked = {first: "第一段。", second: "第二段。", point: "1", f"{first}.marked": "1", "submission": "b"}
    response = client.post(f"{path}/marks", data=marked, headers=headers)
    assert (
        response.status_code == 200 and "第二段。" in response.text and response.text.count(" checked") == 1
    )
    page = post(client, path, {first: "第一段。", second: "第二段。", "submission": "c"}, headers)
    assert page.count(" checked") == 1
    page = post(client, path, {first: "改过了。", second: "第二段。", "submission": "d"}, headers)
    assert page.count(" checked") == 0
    row = re.search(r'questions/what-is-ai">.*?</tr>', client.get("/progress").text, re.S)
    assert row and "做过" in row[0] and "<td>3</td>" in row[0]


def test_an_address_that_only_takes_posts_leads_back_to_the_question(client: TestClient) -> None:
    for action in ("hint", "solution", "marks"):
        response = client.get(f"{NINE}/{action}?variant=2")
        assert (response.status_code, response.headers["location"]) == (303, f"{NINE}?variant=2")
    page = client.post(f"{NINE}/hint?variant=2", data={"total": "1"}).text
    assert f'href="{NINE}?variant=2&amp;lang=en"' in page and f'name="back" value="{NINE}?variant=2"' in page


def test_clearing_hides_the_solution_too(client: TestClient, headers: dict[str, str]) -> None:
    post(client, NINE, RIGHT, headers)
    fresh = client.get(f"{NINE}?fresh=1").text
    assert 'class="solution"' not in fresh
    answered = client.post(f"{NINE}?fresh=1", data=RIGHT, headers={"HX-Request": "true"})
    assert answered.headers["hx-replace-url"] == NINE


def test_the_last_hint_leaves_its_button_in_place(client: TestClient) -> None:
    for i in range(4):
        page = client.post(f"{NINE}/hint", data={"submission": str(i)}, headers={"HX-Request": "true"}).text
    assert re.search(r'id="hint" disabled', page) and 'class="solution"' not in page


ECHOES = [
    (NINE, "total", "2×4+4=12", "读作", "<mn>12</mn>"),
    (NINE, "layers.2.1", "1/3", "隐藏层 2 → 隐藏层 3", "<mn>0.3333</mn>"),
    ("/questions/convolve-and-pool", "pooling.1.0", "３０％", "第 2 行第 1 列", "<mn>0.3</mn>"),
    ("/questions/feature-map-sizes", "conv1", "32*26*26", "读作", "<mn>32</mn><mo>×</mo><mn>26</mn><mo>×</mo>"),
    (NINE, "total", "67<b>", "67<mark>&lt;</mark>b&gt;", "读不懂“&lt;”"),
    (NINE, "layers.0", "1 1/2", "输入层 → 隐藏层 1", "有歧义"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "name", "typed", "said", "also"), ECHOES)
def test_what_is_understood_of_a_field_is_said_back_without_a_verdict(
    client: TestClient, headers: dict[str, str], path: str, name: str, typed: str, said: str, also: str
) -> None:
    part, _, box = name.partition(".")
    address = f"{path}/understood?part={part}&box={box}"
    reply = client.post(address, data={name: typed, "submission": "x"}, headers=headers)
    assert reply.status_code == 200 and said in reply.text and also in reply.text
    assert reply.text.startswith(f'<div id="understood-{part}"') and 'role="status"' in reply.text
    assert not re.search("正确|错误|不对|✓|✗", reply.text)
    plain = client.post(address, data={name: "12"}, headers=headers)
    assert re.search(r">\s*</div>\s*$", plain.text)


def test_an_echo_names_its_box_as_the_variant_does(client: TestClient) -> None:
    path = "/questions/activation-formulas-drill"
    for variant, label in ((0, "<mn>2</mn>"), (1, "<mn>3.6</mn>")):
        (address,) = re.findall(
            rf'hx-post="({path}/understood\S*box=0\b\S*)"', client.get(f"{path}?variant={variant}").text
        )[:1]
        echo = client.post(address.replace("&amp;", "&"), data={"sigmoid.0": "1/3"}).text
        assert label in echo.split("：")[0]


def test_every_numeric_field_says_where_its_echo_is(client: TestClient, headers: dict[str, str]) -> None:
    for slug in SLUGS:
        page = client.get(f"/questions/{slug}", headers=headers).text
        for part, field in re.findall(r"<input id=\"f-(\w+)[\w.]*\"([^>]*hx-post[^>]*)>", page):
            assert re.search(rf'aria-describedby="understood-{part}["\s]', field)
            assert page.count(f'<div id="understood-{part}"') == 1
            (address,) = re.findall(r'hx-post="([^"]+)"', field)
            assert client.post(address.replace("&amp;", "&"), data={}).status_code == 200


def test_an_echo_stays_after_marking_and_a_trouble_is_then_told_once(
    client: TestClient, headers: dict[str, str]
) -> None:
    page = post(client, NINE, {"total": "67 个参数"}, headers)
    assert re.search(r'id="understood-total".*?<mn>67</mn>', page)
    page = post(client, NINE, {"total": "67 万"}, headers)
    assert page.count("请写出完整的数") == 1


def test_a_pasted_block_is_read_into_cells(client: TestClient) -> None:
    def cells(pasted: str) -> object:
        return client.post(f"{NINE}/cells", data={"pasted": pasted}).json()

    assert cells(r"\begin{bmatrix}1&2\\3&4\end{bmatrix}") == [["1", "2"], ["3", "4"]]
    assert cells("12, 20, 20, 15, 67") == [["12", "20", "20", "15", "67"]]
    assert cells("") == [[""]]
    assert client.post("/questions/nope/cells", data={"pasted": "1 2"}).status_code == 404


def test_unknown_questions_variants_and_parts_are_not_found(
    client: TestClient, headers: dict[str, str]
) -> None:
    for path in ("/questions/nope", f"{NINE}?variant=-1", f"{NINE}?variant=x", f"{NINE}?variant=9999999999", f"{NINE}?variant=²",
                 "/questions/why-gradient-descent?variant=1", "/nowhere"):  # fmt: skip
        response = client.get(path, headers=headers)
        assert response.status_code == 404, path
        assert "找不到这一页" in response.text
    assert client.post(f"{NINE}/understood?part=nope", data={}, headers=headers).status_code == 404


def test_no_answer_of_an_unanswered_question_is_in_its_page(client: TestClient) -> None:
    page = client.get(NINE).text
    assert not re.search(r"\b(67|52)\b", re.sub(r"<svg.*?</svg>", "", page, flags=re.S))
    grid = client.get("/questions/convolve-and-pool").text
    assert "−14" not in grid and "-14" not in grid
    sizes = client.get("/questions/feature-map-sizes").text
    assert not any(shape in sizes for shape in ("26×26", "13×13", "11×11", "5×5", "800"))


def test_the_list_filters_and_searches_in_chinese(client: TestClient, headers: dict[str, str]) -> None:
    def found(query: str) -> int:
        return client.get(f"/questions?{query}", headers=headers).text.split('id="list"')[1].count("<li>")

    assert found("") == 30
    assert 0 < found("q=卷积") < 30
    assert found("q=softmax&kind=formula") >= 1
    assert found("topic=parameters") >= 2
    assert found("state=solved") == 0
    assert found("q=没有这样的题") == 0
    assert found("q=第9题") == found("q=9") == 1


def test_english_is_one_link_away_and_stays(client: TestClient) -> None:
    page = client.get(f"{NINE}?lang=en").text
    assert 'lang="en"' in page and "How many parameters" in page
    assert "How many parameters" in client.get(NINE).text
    assert "lang=zh" in page


def test_dark_and_light_are_remembered_and_lead_back_here(client: TestClient) -> None:
    response = client.post("/theme", data={"theme": "dark", "back": NINE})
    assert (response.status_code, response.headers["location"]) == (303, NINE)
    assert 'data-theme="dark"' in client.get("/").text
    for outside in ("//evil.example", "https://evil.example", "/\\evil.example"):
        assert client.post("/theme", data={"theme": "dark", "back": outside}).headers["location"] == "/"


@pytest.mark.parametrize("slug", SLUGS)
def test_garbage_in_every_field_of_every_question_gets_a_page(client: TestClient, slug: str) -> None:
    names = set(re.findall(r'name="([\w.]+)"', client.get(f"/questions/{slug}").text))
    junk = ["²", "1/0", "９^９^９^９", "((((", "\x00", "1e400", "<b>", "a" * 5000, "[1,2;3]", "\\frac{1}{"]
    for shift in range(3):
        form = {name: junk[(i + shift) % len(junk)] for i, name in enumerate(sorted(names))}
        for path in ("", "/hint", "/solution", "/marks"):
            response = client.post(f"/questions/{slug}{path}", data=form, headers={"HX-Request": "true"})
            assert response.status_code in (200, 422)
    assert client.get(f"/questions/{slug}").status_code == 200
