"""Writing questions in the browser, in both views, up to students who answer them."""

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from app.web import authoring
from tests.teaching.test_authoring import SOURCE
from tests.web.conftest import Person


class Controls(HTMLParser):
    """The fields of the form `edit`, as a browser would send them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        self.inside = False
        self.area: str | None = None
        self.select: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        of = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.inside = of.get("id") == "edit"
        if not self.inside or ("name" not in of and tag not in ("option",)):
            return
        if tag == "input" and (of.get("type") not in ("checkbox", "radio") or "checked" in of):
            self.sent.append((of["name"], of.get("value", "on")))
        elif tag == "textarea":
            self.area = of["name"]
            self.sent.append((self.area, ""))
        elif tag == "select":
            self.select = of["name"]
        elif tag == "option" and self.select and "selected" in of:
            self.sent.append((self.select, of.get("value", "")))

    def handle_data(self, data: str) -> None:
        if self.area is not None:
            name, value = self.sent[-1]
            self.sent[-1] = (name, value + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.sent[-1] = (self.sent[-1][0], self.sent[-1][1].removeprefix("\n"))  # as browsers do
            self.area = None
        elif tag == "select":
            self.select = None


def begin(client: TestClient, start: str, **more: str) -> str:
    response = client.post("/teach/questions/new", data={"start": start, **more})
    assert response.status_code == 303, response.text
    return response.headers["location"].partition("?")[0]


def fields(client: TestClient, address: str, view: str = "form") -> list[tuple[str, str]]:
    return Controls(client.get(f"{address}?view={view}").text).sent


def post(client: TestClient, address: str, sent: list[tuple[str, str]], do: str, **changes: str) -> Any:
    data: dict[str, Any] = {}
    for name, value in [*sent, ("do", do)]:
        data.setdefault(name, []).append(changes.pop(name, value))
    return client.post(address, data=data | changes)


def source_of(client: TestClient, address: str) -> str:
    page = client.get(f"{address}?view=source").text
    found = re.search(r'<textarea class="source"[^>]*>(.*?)</textarea>', page, re.S)
    assert found
    return unescape(found[1]).removeprefix("\n")


def test_from_an_operation_to_students_in_few_steps(
    person: Person, instructor: TestClient, headers: dict[str, str]
) -> None:
    address = begin(instructor, "operation:convolution")
    slug = address.rsplit("/", 1)[1]
    page = instructor.get(address, headers=headers).text
    assert "变式" in page and "认得出的错误" in page and "5×5" in page
    sent = fields(instructor, address)
    response = post(instructor, address, sent, "save", **{"title.zh": "我的卷积题"})
    assert response.status_code == 303
    assert "zh: 我的卷积题" in source_of(instructor, address)
    student = person("Li Lei")
    assert student.get(f"/questions/{slug}").status_code == 404
    check = instructor.get(f"{address}/publish").text
    assert "没有问题" in check and "200 组数" in check and "约 4 分钟 · 中英双语" in check
    done = instructor.post(f"{address}/publish", data={"note": "first"})
    assert done.status_code == 303 and "学生现在就能看到" in instructor.get(done.headers["location"]).text
    shown = student.get(f"/questions/{slug}", headers=headers)
    assert shown.status_code == 200 and "我的卷积题" in shown.text
    assert "我的卷积题" in student.get("/questions", params={"q": "我的卷积"}).text
    another = student.get(f"/questions/{slug}/another")
    assert re.search(r"variant=\d+", another.headers["location"])
    assert student.get("/api/questions/" + slug).json()["number"] is None


def test_what_is_typed_in_one_view_stands_in_the_other(instructor: TestClient) -> None:
    address = begin(instructor, "text", source="# mine\n" + SOURCE)
    sent = fields(instructor, address)
    assert dict(sent)["title.en"] == "Parameters of a convolution"
    response = post(instructor, address, sent, "view:source", **{"title.en": "Weights: counted"})
    assert response.headers["location"].endswith("view=source")
    written = source_of(instructor, address)
    assert written.startswith("# mine\n") and "Weights: counted" in written
    typed = fields(instructor, address, "source")
    post(instructor, address, typed, "save", source=written.replace("marks: 2", "marks: 5"))
    assert dict(fields(instructor, address))["marks"] == "5"


@pytest.mark.parametrize("view", ["form", "source"])
def test_saving_what_a_view_shows_changes_nothing(instructor: TestClient, view: str) -> None:
    address = begin(instructor, "copy:fcn-parameter-count")
    before = source_of(instructor, address)
    assert post(instructor, address, fields(instructor, address, view), "save").status_code == 303
    assert source_of(instructor, address) == before and "number:" not in before


def test_problems_stand_at_line_and_field_and_nothing_typed_is_lost(
    instructor: TestClient, headers: dict[str, str]
) -> None:
    address = begin(instructor, "text", source=SOURCE)
    faulty = SOURCE.replace("minutes: 2", "minutes: soon").replace("{{ in_channels }} 个", "{{ chanels }} 个")
    sent = fields(instructor, address, "source")
    post(instructor, address, sent, "save", source=faulty)
    assert source_of(instructor, address) == faulty
    page = instructor.get(f"{address}?view=source", headers=headers).text
    assert "第 4 行" in page and "minutes" in page
    assert dict(fields(instructor, address))["minutes"] == "soon"
    assert post(instructor, address, fields(instructor, address), "publish").status_code == 303
    refused = instructor.post(f"{address}/publish", headers=headers)
    assert refused.status_code == 422 and "第 4 行" in refused.text


def test_a_text_that_is_no_yaml_opens_as_source(instructor: TestClient) -> None:
    address = begin(instructor, "text", source="title: [")
    page = instructor.get(address).text
    assert 'class="source"' in page and "第 " in page
    assert instructor.get(f"{address}/try").headers["location"] == address


def test_the_preview_keeps_nothing(instructor: TestClient) -> None:
    address = begin(instructor, "text", source=SOURCE)
    sent = fields(instructor, address, "source")
    shown = instructor.post(
        f"{address}/preview",
        data=dict(sent) | {"source": SOURCE.replace("16", "32")},
        headers={"HX-Request": "true"},
    ).text
    assert "2432" in shown and "<html" not in shown  # 3 · 5 · 5 · 32 + 32
    assert source_of(instructor, address) == SOURCE


def test_parts_are_added_moved_and_removed_by_buttons(instructor: TestClient) -> None:
    address = begin(instructor, "text", source=SOURCE)
    post(instructor, address, fields(instructor, address), "add:parts:choice")
    assert "response: choice" in source_of(instructor, address)
    post(instructor, address, fields(instructor, address), "up:parts.1")
    written = source_of(instructor, address)
    assert written.index("response: choice") < written.index("response: number")
    post(instructor, address, fields(instructor, address), "remove:parts.0")
    assert "response: choice" not in source_of(instructor, address)


def test_two_windows_one_is_told_and_keeps_what_it_typed(instructor: TestClient) -> None:
    address = begin(instructor, "text", source=SOURCE)
    first, second = (fields(instructor, address, "source") for _ in range(2))
    post(instructor, address, first, "save", source=SOURCE + "# first\n")
    told = post(instructor, address, second, "save", source=SOURCE + "# second\n")
    assert told.status_code == 409 and "在别处又改过" in told.text and "# second" in told.text
    again = Controls(told.text).sent
    assert post(instructor, address, again, "save").status_code == 303
    assert source_of(instructor, address).endswith("# second\n")


def test_a_trial_marks_and_keeps_nothing(instructor: TestClient, headers: dict[str, str]) -> None:
    address = begin(instructor, "text", source=SOURCE)
    page = instructor.get(f"{address}/try?variant=3", headers=headers).text
    assert "试做" in page and "解答" in page
    marked = instructor.post(f"{address}/try", data={"total": "1216"}, headers=headers).text
    assert "全对" in marked
    wrong = instructor.post(f"{address}/try", data={"total": "1200"}, headers=headers).text
    assert "不对" in wrong and 'value="1200"' in wrong
    assert instructor.get("/account/export").json()["attempts"] == []
    assert instructor.post(f"{address}/try", data={}, headers=headers).status_code == 422
    echoed = instructor.post(f"{address}/try/understood?part=total", data={"total": "12e2"}).text
    assert "1200" in echoed


def test_rolling_back_and_retiring(person: Person, instructor: TestClient) -> None:
    address = begin(instructor, "text", source=SOURCE, slug="mine")
    instructor.post(f"{address}/publish", data={"note": "one"})
    post(
        instructor, address, fields(instructor, address, "source"), "save", source=SOURCE.replace("16", "32")
    )
    instructor.post(f"{address}/publish", data={"note": "two"})
    student = person()
    student.post("/questions/mine", data={"total": "2432"})
    assert "全对" in student.get("/questions/mine").text
    page = instructor.get(f"{address}/history").text
    assert page.count("<ins>") >= 2 and "one" in page and "two" in page
    earlier = re.search(r'value="(back:\d+)"', page)
    assert earlier and instructor.post(f"{address}/history", data={"do": earlier[1]}).status_code == 303
    assert student.get("/api/questions/mine").json()["given"]["out_channels"] == 16
    assert instructor.post(f"{address}/history", data={"do": "retire"}).status_code == 303
    assert person().get("/questions/mine").status_code == 404
    assert instructor.post(f"{address}/history", data={"do": "retire"}).status_code == 409
    assert instructor.post(f"{address}/history", data={"do": "back:x"}).status_code == 404
    assert instructor.get(address).status_code == 200


def test_another_process_serves_a_publication_within_a_second(
    app: FastAPI, settings: Settings, instructor: TestClient
) -> None:
    with TestClient(create_app(settings), follow_redirects=False) as second:
        assert second.get("/questions/mine").status_code == 404
        address = begin(instructor, "text", source=SOURCE, slug="mine")
        instructor.post(f"{address}/publish")
        second.app.state.looked_at -= 1  # type: ignore[attr-defined]  # a second later
        assert second.get("/questions/mine").status_code == 200


@pytest.mark.parametrize(
    ("sent", "status", "sentence"),
    [
        ({}, 422, "先选一种开头"),
        ({"start": "text"}, 422, "先粘贴"),
        ({"start": "text", "source": "x", "slug": "A b"}, 422, "网址名只用小写字母"),
        ({"start": "copy:nothing"}, 404, "没有这一页"),
        ({"start": "operation:nothing"}, 422, "先选一种开头"),
    ],
)
def test_a_beginning_that_cannot_be(
    instructor: TestClient, headers: dict[str, str], sent: dict[str, str], status: int, sentence: str
) -> None:
    response = instructor.post("/teach/questions/new", data=sent, headers=headers)
    assert response.status_code == status and sentence in response.text
    assert sent.get("source", "") in response.text and sent.get("slug", "") in response.text


@pytest.mark.parametrize(
    "start", ["operation:softmax", "response:matrix", "response:choice", "response:text"]
)
def test_a_beginning_is_ready_to_be_published(instructor: TestClient, start: str) -> None:
    assert f'value="{start}"' in instructor.get("/teach/questions/new").text
    assert "没有问题" in instructor.get(f"{begin(instructor, start)}/publish").text


def test_a_bank_of_many_questions_is_listed_in_pages(instructor: TestClient) -> None:
    for i in range(40):
        address = begin(instructor, "text", source=SOURCE.replace("minutes: 2", f"minutes: {i + 1}"))
        assert instructor.post(f"{address}/publish").status_code == 303
    first, second = (instructor.get("/questions", params={"page": page}).text for page in (1, 2))
    assert first.count("<li>\n      <a href") == 60 and second.count("<li>\n      <a href") == 10
    assert "page=2" in first and 'rel="prev"' in second
    dots = instructor.get("/questions/parameters-of-a-convolution").text.split("</nav>")[1]
    assert dots.count("<li>") == 40
    own = [instructor.get("/teach/questions", params={"page": page}).text for page in (0, 1, 2)]
    assert [page.count("/teach/questions/parameters") for page in own] == [40] * 3 and "page=2" not in own[1]
    assert instructor.get("/teach").text.count("/teach/questions/parameters") == 5


def test_ones_own_questions_are_turned_page_by_page(
    instructor: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authoring, "PAGE", 2)
    begun = [begin(instructor, "text", source=SOURCE) for _ in range(5)]
    pages = [instructor.get("/teach/questions", params={"page": page}).text for page in (1, 2, 3, 4)]
    listed = [re.findall(r'<a href="(/teach/questions/param[^"]*)"', page) for page in pages]
    assert [len(found) for found in listed] == [2, 2, 1, 1] and listed[2] == listed[3]
    assert sorted(address for found in listed[:3] for address in found) == sorted(begun)
    assert 'rel="next"' in pages[0] and 'rel="prev"' not in pages[0] and 'rel="next"' not in pages[2]


def test_progress_lists_the_paper_and_what_was_begun(person: Person, instructor: TestClient) -> None:
    addresses = [begin(instructor, "text", source=SOURCE) for _ in range(2)]
    for address in addresses:
        instructor.post(f"{address}/publish")
    begun, left = (address.rsplit("/", 1)[1] for address in addresses)
    student = person()
    student.post(f"/questions/{begun}", data={"total": "60"})
    page = student.get("/progress").text
    assert f'href="/questions/{begun}"' in page and f'href="/questions/{left}"' not in page
    assert "另有 1 道还没做过的题" in page and 'href="/questions/fcn-parameter-count"' in page
    assert left in student.get("/questions?state=new").text
