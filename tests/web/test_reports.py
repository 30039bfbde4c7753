"""After a sitting: the report and the review of each place, with marks, solutions and self-grading, for good."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from app.accounts import users
from app.quizzes import sitting as sat
from app.quizzes.assignment import change, found
from app.quizzes.blueprint import Rules
from app.storage.attempts import rebuild_progress
from app.storage.database import reading, writing
from app.storage.revisions import publish
from app.storage.tables import answers, attempts, revisions, sittings
from app.web.dependencies import refresh
from tests.quizzes.exam import Exam, exam
from tests.teaching.questions import NOW, OTHER_NUMBERS, SLUG, publish_text
from tests.teaching.questions import RIGHT as TWO_LAYERS
from tests.web.conftest import Person
from tests.web.papers import CHOICE, LOSS, NINE, RIGHT, WROTE, begin, drawn, sit, words
from tests.web.teachers import Device, signed_in

POINTS = ("quantify", "guide", "monitor", "tuning", "fit")
FORGOTTEN = {  # the biases; the total follows from the layers
    "layers.0": "8",
    "layers.1": "16",
    "layers.2": "16",
    "layers.3": "12",
    "total": "52",
}
TYPED = {1: FORGOTTEN, 2: {"role": WROTE}}


def levels(app: FastAPI, place: int) -> object:
    with reading(app.state.engine) as connection:
        return connection.scalar(select(answers.c.levels).where(answers.c.place == place))


def logged(app: FastAPI) -> int:
    with reading(app.state.engine) as connection:
        return int(connection.scalar(select(func.count()).select_from(attempts)) or 0)


@pytest.fixture
def own(app: FastAPI, client: TestClient) -> str:
    """A sitting with a named mistake, a text and an empty place."""
    return sit(client, drawn_on(client, NINE, LOSS, CHOICE), TYPED)


def drawn_on(client: TestClient, *slugs: str) -> str:
    return drawn(client.app, *slugs)  # type: ignore[arg-type]


@pytest.fixture
def client(person: Person) -> TestClient:
    return person()


def test_the_report_tells_what_is_earned_and_what_is_still_open(
    client: TestClient, own: str, headers: dict[str, str]
) -> None:
    page = client.get(own, headers=headers)
    told = words(page)
    assert "已得 1 / 7，还有 2 分待评" in told and "还有 1 问待自评" in told
    assert f'class="go" href="{own}/2#own"' in page.text
    assert "没有及格（60% 及格）" in told  # certain already
    assert re.search(r"½ 部分得分 1 · – 没作答 1 · \? 待评 1", told)
    assert "漏了偏置" in told and 'href="/mistakes/bias_forgotten"' in page.text
    assert f'href="/questions/{NINE}/another"' in page.text and "丢了 3 分" in told
    for place in (1, 2, 3):
        assert f'href="{own}/{place}"' in page.text
    assert "得分率 14%" not in told  # never a percentage of what is not marked to the end


def test_marks_by_topic_kind_and_place_are_those_of_the_parts(client: TestClient, own: str) -> None:
    told = words(client.get(own))
    assert "参数量与尺寸 1 / 4 25%" in told and "损失函数 0 / 2 待评 2 分 –" in told
    assert re.search(r"计算 1 / 4 25% 2", told) and re.search(r"简答 0 / 2 待评 2 分 – 1", told)
    assert re.search(r"1 · 全连接网络的参数量 ½ 部分得分 1 / 4 \d:\d\d / 4:00", told)


def test_an_expired_paper_says_so(app: FastAPI, client: TestClient) -> None:
    own = begin(client, drawn_on(client, NINE))
    with writing(app.state.engine) as connection:
        connection.execute(update(sittings).values(deadline=datetime.now(UTC) - timedelta(seconds=1)))
    assert "时间到，已自动交卷" in words(client.get(own))


def test_a_place_is_reviewed_with_what_was_typed_its_marks_and_its_solution(
    client: TestClient, own: str, headers: dict[str, str]
) -> None:
    page = client.get(f"{own}/1", headers=headers)
    told = words(page)
    for name, value in FORGOTTEN.items():
        assert re.search(rf'name="{re.escape(name)}" value="{value}"', page.text)
    assert page.text.count("✗</i>") == 4 and "漏了偏置" in told and "沿用前一步" in told
    assert "解答" in told and "<mn>67</mn>" in page.text and "0 / 3" in told and "1 / 1" in told
    assert "disabled" in page.text and "看提示" not in told
    assert 'aria-current="true"' in page.text and "部分得分" in told


def test_what_could_not_be_read_earned_nothing_and_is_not_asked_for_again(client: TestClient) -> None:
    own = sit(client, drawn_on(client, NINE), {1: {"total": "sixty"}})
    told = words(client.get(f"{own}/1"))
    assert "没读懂" in told and "改一下再交" not in told and 'value="sixty"' in client.get(f"{own}/1").text
    assert "0 / 4 0%" in words(client.get("/quizzes"))


def test_a_text_is_graded_by_its_writer_and_the_total_follows(
    app: FastAPI, client: TestClient, own: str
) -> None:
    page = client.get(f"{own}/2")
    told = words(page)
    assert WROTE in told and "参考答案" in told and "似乎写到了" in told and "待自评" in told
    assert "下一个待自评" not in told  # there is no other
    sent = client.post(f"{own}/2/marks", data={"role.marked": "1", "role.quantify": "1", "role.guide": "1"})
    assert (sent.status_code, sent.headers["location"]) == (303, f"{own}/2#own")
    assert levels(app, 2) == {"role": {"quantify": 1, "guide": 1}}
    after = client.get(f"{own}/2")
    assert "待自评" not in words(after) and re.search(r'name="role.guide" value="1" checked', after.text)
    assert not re.search(r'name="role.monitor" value="1" checked', after.text)
    report = words(client.get(own))
    assert "待评" not in report and "得分率 " in report
    earned = re.search(r"总分 ([\d.]+) / 7", words(after))
    assert earned and 1 < float(earned[1]) < 3 and f"{earned[1]} / 7" in words(client.get("/quizzes"))


def test_with_htmx_the_place_and_the_total_come_back_at_once(client: TestClient, own: str) -> None:
    data = {"role.marked": "1", **{f"role.{point}": "1" for point in POINTS}}
    page = client.post(f"{own}/2/marks", data=data, headers={"HX-Request": "true"})
    assert "总分 3 / 7" in words(page) and "<html" not in page.text
    assert re.match(r'\s*<div id="question"', page.text) and 'hx-target="#question"' in page.text


def test_a_text_that_makes_no_point_is_marked_with_nothing_and_is_not_open(
    app: FastAPI, client: TestClient, own: str
) -> None:
    assert client.post(f"{own}/2/marks", data={"role.marked": "1"}).status_code == 303
    assert levels(app, 2) == {"role": {}}
    told = words(client.get(own))
    assert "待评" not in told and "得分率 14%" in told and "丢了 2 分" in told


def test_marks_are_changed_as_often_as_one_likes_and_the_log_follows(
    app: FastAPI, client: TestClient, own: str
) -> None:
    client.get(own)
    before = logged(app)
    for data in ({"role.quantify": "1"}, {"role.quantify": "1"}, {}):
        client.post(f"{own}/2/marks", data={"role.marked": "1"} | data)
    assert logged(app) == before + 2  # the same marks again are no entry
    with writing(app.state.engine) as connection:
        assert rebuild_progress(connection) == 0


@pytest.mark.parametrize(
    "data",
    [{}, {"other.marked": "1"}, {"role.marked": "1", "role.quantify": "nine", "role.nothing": "1"}, {"total.marked": "1"}],
)  # fmt: skip
def test_what_is_no_mark_is_none(app: FastAPI, client: TestClient, own: str, data: dict[str, str]) -> None:
    assert client.post(f"{own}/2/marks", data=data).status_code == 303
    assert levels(app, 2) == ({"role": {}} if "role.marked" in data else {})


def test_what_was_left_empty_is_not_marked(app: FastAPI, client: TestClient) -> None:
    own = sit(client, drawn_on(client, LOSS), {})
    assert "没作答" in words(client.get(f"{own}/1")) and "对照要点自评" not in words(client.get(f"{own}/1"))
    client.post(f"{own}/1/marks", data={"role.marked": "1", "role.quantify": "1"})
    assert levels(app, 1) == {} and "得分率 0%" in words(client.get(own))


def test_an_open_paper_has_no_marks(app: FastAPI, client: TestClient) -> None:
    own = begin(client, drawn_on(client, LOSS))
    client.post(f"{own}/1", data={"@whole": "1", "role": WROTE})
    assert client.post(f"{own}/1/marks", data={"role.marked": "1"}).status_code == 409
    told = words(client.get(f"{own}/1"))
    assert levels(app, 1) == {} and "参考答案" not in told and "解答" not in told


def test_while_another_paper_is_open_reports_and_reviews_are_closed(client: TestClient, own: str) -> None:
    """They hold solutions: one could look them up there."""
    open_ = begin(client, drawn_on(client, NINE))
    for response in (
        client.get(own),
        client.get(f"{own}/1"),
        client.post(f"{own}/2/marks", data={"role.marked": "1"}),
    ):
        assert response.status_code == 403 and f'href="{open_}"' in response.text
        assert "参考答案" not in response.text and "67" not in words(response, 403)
    client.post(f"{open_}/hand-in")
    assert client.get(f"{own}/1").status_code == 200


@pytest.mark.parametrize("place", ["0", "4", "99999", "x", "-1"])
def test_no_such_place(client: TestClient, own: str, place: str) -> None:
    assert client.get(f"{own}/{place}").status_code == 404
    assert client.post(f"{own}/{place}/marks", data={}).status_code == 404


def test_from_one_text_to_the_next(client: TestClient) -> None:
    slugs = (LOSS, NINE, "dropout")
    parts = [part.id for part in client.app.state.library.bank.questions["dropout"].parts]  # type: ignore[attr-defined]
    own = sit(client, drawn_on(client, *slugs), {1: {"role": WROTE}, 3: dict.fromkeys(parts, WROTE)})
    assert f'href="{own}/3#own"' in client.get(f"{own}/1").text
    assert f'href="{own}/1#own"' in client.get(f"{own}/3").text
    client.post(f"{own}/1/marks", data={"role.marked": "1"})
    assert "#own" not in client.get(f"{own}/3").text


def test_sittings_are_compared_with_earlier_ones_that_are_marked_to_the_end(client: TestClient) -> None:
    at = drawn_on(client, NINE, LOSS)
    first = sit(client, at, {1: RIGHT, 2: {"role": WROTE}})
    assert "以前最好" not in words(client.get(first))
    second = sit(client, at, {1: RIGHT})
    told = words(client.get(second))
    assert "以前最好" not in told and "待评 2 分" in told  # the first is not marked yet, and told as such
    client.post(f"{first}/2/marks", data={"role.marked": "1", **{f"role.{point}": "1" for point in POINTS}})
    told = words(client.get(second))
    assert "比上一次（100%）少 33 个百分点" in told and "以前最好 100%，平均 100%" in told
    third = sit(client, at, {1: RIGHT})
    assert "和上一次（67%）一样" in words(client.get(third)) and "平均 83%" in words(client.get(third))


def test_both_languages_say_the_same_things(client: TestClient, own: str) -> None:
    for path in (own, f"{own}/1", f"{own}/2", f"{own}/3"):
        page = words(client.get(f"{path}?lang=en"))
        left = re.sub(f"[{WROTE}]", "", re.sub(r"拾|密 封 线|中文", "", page))  # what was written stays
        assert not re.search(r"[\u4e00-\u9fff]", left), (path, left)


# --- of a class


@pytest.fixture
def taught(app: FastAPI, device: Device) -> Callable[[Rules], Exam]:
    def taught(rules: Rules) -> Exam:
        owner = signed_in(app, device(), "王老师")
        with writing(app.state.engine) as connection:
            return exam(
                connection, app.state.library, owner, (NINE, LOSS), [{"total": "67", "role": WROTE}], rules
            )

    return taught


def student(app: FastAPI, device: Device, given: Exam) -> TestClient:
    browser = device()
    signed_in(app, browser, given.students[0].name, "student")
    return browser


def test_texts_of_a_class_are_marked_by_its_teacher(
    app: FastAPI, device: Device, taught: Callable[[Rules], Exam]
) -> None:
    given = taught(Rules(variants="printed"))
    ann, own = student(app, device, given), f"/sittings/{given.sittings[0]}"
    assert "还有 1 问待老师评" in words(ann.get(own)) and "去自评" not in words(ann.get(own))
    page = ann.get(f"{own}/2")
    assert "待老师评" in words(page) and "记下自评" not in words(page) and WROTE in words(page)
    refused = ann.post(f"{own}/2/marks", data={"role.marked": "1", "role.quantify": "1"})
    assert "由老师评分" in words(refused, 403) and levels(app, 2) == {}


def test_marks_that_are_kept_back_until_closing_are_not_shown_before(
    app: FastAPI, device: Device, taught: Callable[[Rules], Exam]
) -> None:
    given = taught(Rules(variants="printed", feedback="closing"))
    now = datetime.now(UTC)

    def closes(at: datetime) -> None:
        with writing(app.state.engine) as connection:
            change(connection, found(connection, given.assignment.id), now, closes_at=at)

    closes(now + timedelta(days=2))
    ann, own = student(app, device, given), f"/sittings/{given.sittings[0]}"
    told = words(ann.get(own))
    assert "公布" in told and "67" not in told and "得分率" not in told and logged(app) == 0
    assert (ann.get(f"{own}/1").status_code, ann.get(f"{own}/1").headers["location"]) == (303, own)
    assert "公布" in words(ann.get("/quizzes"))
    closes(now - timedelta(seconds=1))
    assert "1 / 6" in words(ann.get(own)) and logged(app) == 2
    assert ann.get(f"{own}/1").status_code == 200


# --- for good


@pytest.fixture
def publishes(app: FastAPI, person: Person) -> Callable[[str], None]:
    """Publishes a text of a question of Eve's, or retires it."""
    person("Eve", "instructor")

    def publishes(source: str) -> None:
        with writing(app.state.engine) as connection:
            eve = users.by_login(connection, "Eve")
            assert eve
            if source:
                publish_text(connection, source, eve.id)
            else:
                publish(connection, SLUG, None, eve.id, "", NOW)
        refresh(app.state)

    return publishes


def kept(client: TestClient, own: str) -> list[str]:
    """All that report and reviews say, but what to practise now and where: that is of today."""
    report = re.sub(
        r'<section class="q" aria-labelledby="practise">.*?</section>', "", client.get(own).text, flags=re.S
    )
    reviews = [re.sub(r'<a class="ghost".*?</a>', "", client.get(f"{own}/{place}").text) for place in (1, 2)]
    return [report, *reviews]


def test_a_sitting_stays_as_it_was_when_its_question_is_changed_regraded_and_retired(
    app: FastAPI, person: Person, publishes: Callable[[str], None]
) -> None:
    ann, eve = person("Ann"), person()
    signed_in(app, eve, "Eve")
    publishes(TWO_LAYERS)
    at = drawn(app, SLUG, NINE)
    own = sit(ann, at, {1: {"total": "27", "why": "权重和偏置"}, 2: RIGHT})
    ann.post(f"{own}/1/marks", data={"why.marked": "1", "why.weights": "1"})
    then = kept(ann, own)
    assert "7.5 / 8" in words(ann.get(own)) and 'value="27"' in then[1] and "[2, 4, 3]" in then[1]

    publishes(OTHER_NUMBERS.replace("两层网络", "换了的标题").replace("marks: 4", "marks: 9"))
    assert kept(ann, own) == then
    regraded = eve.post(f"/teach/questions/{SLUG}/regrade")
    assert regraded.status_code == 303
    assert kept(ann, own) == then
    publishes("")
    assert kept(ann, own) == then
    assert (
        f'href="/questions/{SLUG}' not in ann.get(own).text + ann.get(f"{own}/1").text
    )  # it leads nowhere now
    assert "两层网络" in words(ann.get(own))
    ann.post(f"{own}/1/marks", data={"why.marked": "1", "why.weights": "1", "why.biases": "1"})
    assert "8 / 8" in words(ann.get(own))  # one's own marks can still be given
    assert "开始" in words(person().get(at))  # and classmates can still sit the same paper


def test_a_regraded_question_corrects_the_log_and_not_the_sitting(
    app: FastAPI, person: Person, publishes: Callable[[str], None]
) -> None:
    ann, eve = person("Ann"), person()
    signed_in(app, eve, "Eve")
    publishes(TWO_LAYERS.replace("result: total}", "result: total, inputs: {bias: false}}"))
    own = sit(ann, drawn(app, SLUG, NINE), {1: {"total": "27"}})
    then = kept(ann, own)
    assert "0 / 8" in words(ann.get(own))
    publishes(TWO_LAYERS)
    before = logged(app)
    assert "corrected=1" in eve.post(f"/teach/questions/{SLUG}/regrade").headers["location"]
    assert logged(app) == before + 1 and kept(ann, own) == then
    with writing(app.state.engine) as connection:
        assert rebuild_progress(connection) == 0


def test_a_question_that_can_no_longer_be_read_says_so_and_hides_no_other(
    app: FastAPI, person: Person, publishes: Callable[[str], None]
) -> None:
    ann = person("Ann")
    publishes(TWO_LAYERS)
    own = sit(ann, drawn(app, SLUG, NINE), {1: {"total": "27"}, 2: RIGHT})
    assert "7 / 8" in words(ann.get(own))
    publishes("")
    with writing(app.state.engine) as connection:
        item = sat.found(connection, int(own.rsplit("/", 1)[1])).items[0]
        connection.execute(
            update(revisions).where(revisions.c.id == item.revision_id).values(source="nothing")
        )
    told = words(ann.get(own))
    assert "7 / 8" in told and "旧格式" in told and "全连接网络的参数量 ✓ 全对" in told
    assert "旧格式" in words(ann.get(f"{own}/1"), 404)
    assert ann.get(f"{own}/2").status_code == 200
