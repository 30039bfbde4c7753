"""Export and import in the browser: shown first, all or nothing, what was pasted stays."""

import re
from html import unescape
from io import BytesIO
from zipfile import ZipFile

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from tests.teaching.generated import question
from tests.teaching.pictures import diagram, written
from tests.teaching.test_archive import zipped
from tests.web.teachers import Device, signed_in

PASTE = f"# a.yaml\n{question(1)}# b.yaml\n{question(2)}"


@pytest.fixture
def ann(app: FastAPI, device: Device) -> TestClient:
    client = device()
    signed_in(app, client)
    return client


def send(client: TestClient, data: bytes = b"", name: str = "", **fields: str) -> Response:
    files = {"file": (name, data)} if name else {"none": ("", b"")}
    return client.post("/teach/import", data=fields, files=files)


def exported(client: TestClient, query: str = "") -> dict[str, bytes]:
    response = client.get(f"/teach/export{query}")
    assert response.headers["content-type"] == "application/zip"
    with ZipFile(BytesIO(response.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_paste_is_shown_first_and_published_when_confirmed(
    ann: TestClient, headers: dict[str, str]
) -> None:
    wanted = {"pasted": PASTE.replace("\n", "\r\n"), "as": "published", "note": "why"}
    ahead = ann.post("/teach/import", data=wanted, headers=headers)
    assert ahead.status_code == 200 and "新题 2 道，改动 0 道" in ahead.text and exported(ann) == {}
    kept = re.search(r'<textarea name="pasted" hidden>\n(.*?)</textarea>', ahead.text, re.S)
    assert kept and unescape(kept[1]) == PASTE
    sent = {"pasted": unescape(kept[1]), "as": "published", "note": "why", "confirmed": "yes"}
    done = ann.post("/teach/import", data=sent, headers=headers)
    assert (done.status_code, done.headers["location"]) == (303, "/teach/questions?did=publish")
    assert exported(ann) == {"a.yaml": question(1).encode(), "b.yaml": question(2).encode()}
    assert "第 1 个网络的参数量" in ann.get("/questions").text
    answer = ann.post("/questions/a", data={"total": "0"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200


def test_a_file_is_taken_in_at_once_or_only_checked(ann: TestClient) -> None:
    assert "新题 1 道" in send(ann, question(1).encode(), "a.yaml", check="yes").text
    assert exported(ann, "?drafts=1") == {}
    assert send(ann, question(1).encode(), "a.yaml").status_code == 303
    assert exported(ann) == {} and exported(ann, "?drafts=1") == {"drafts/a.yaml": question(1).encode()}
    assert "第 1 个网络" not in ann.get("/questions").text
    file = ann.get("/teach/questions/a/file")
    assert file.content == question(1).encode()
    assert file.headers["content-disposition"] == 'attachment; filename="a.yaml"'


def test_an_export_comes_back_as_it_went(ann: TestClient) -> None:
    source = question(1, " ![a square](/images/square.png)").encode()
    data = zipped({"a.yaml": source, "images/square.png": written(diagram())})
    assert send(ann, data, "bank.zip", **{"as": "published"}).status_code == 303
    out = ann.get("/teach/export").content
    assert len(exported(ann)) == 2
    assert (
        "新题 0 道，改动 0 道，不变 1 道"
        in send(ann, out, "out.zip", check="yes", **{"as": "published"}).text
    )


BAD = {
    "a path outside": (zipped({"../a.yaml": question().encode()}), "../a.yaml"),
    "a bomb": (zipped({"a.yaml": b"\0" * 20_000_000}), "a.yaml"),
    "no zip": (b"GIF89a", "bad.zip"),
    "a script for a picture": (zipped({"a.yaml": question().encode(), "x.png": b"<svg onload=x>"}), "x.png"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_archive_is_refused_by_name(ann: TestClient, headers: dict[str, str], name: str) -> None:
    data, named = BAD[name]
    response = ann.post("/teach/import", files={"file": ("bad.zip", data)}, headers=headers)
    assert response.status_code == 422 and f"<code>{named}</code>" in response.text
    assert exported(ann, "?drafts=1") == {}


def test_problems_are_listed_and_the_paste_stays(ann: TestClient, headers: dict[str, str]) -> None:
    broken = PASTE.replace("marks: 4", "marks: <b>", 1)
    for confirmed in ({}, {"confirmed": "yes"}):
        sent = {"pasted": broken, "as": "published", "note": "a & b"} | confirmed
        response = ann.post("/teach/import", data=sent, headers=headers)
        assert response.status_code == 422 and "<code>a.yaml:3</code>" in response.text
        kept = re.search(r'<textarea id="pasted"[^>]*>\n(.*?)</textarea>', response.text, re.S)
        assert kept and unescape(kept[1]) == broken and 'value="a &amp; b"' in response.text
        assert 'value="published" checked' in response.text
    assert exported(ann, "?drafts=1") == {}


def test_a_form_with_nothing_in_it_is_said(ann: TestClient) -> None:
    assert send(ann).status_code == 422


def test_a_large_paste_is_taken(ann: TestClient) -> None:
    padding = "# a comment that is long\n" * 6_000
    paste = "".join(f"# q{i}.yaml\n{question(i)}{padding}" for i in range(12))
    assert len(paste) > 1_500_000
    response = send(ann, pasted=paste)
    assert response.status_code == 200 and "新题 12 道" in response.text


def test_questions_of_others_stay_theirs(app: FastAPI, ann: TestClient, device: Device) -> None:
    bob, sam = device(), device()
    signed_in(app, bob, "Bob")
    signed_in(app, sam, "Sam", "student")
    assert send(ann, question(1).encode(), "a.yaml", **{"as": "published"}).status_code == 303
    assert send(bob, question(2).encode(), "a.yaml").status_code == 422
    assert bob.get("/teach/questions/a/file").status_code == 403 and exported(bob) == {}
    assert ann.get("/teach/questions/none/file").status_code == 404
    for client in (sam, device()):
        for path in ("/teach/export", "/teach/import", "/teach/questions/a/file"):
            assert client.get(path).status_code == 403
        assert send(client, question(2).encode(), "a.yaml").status_code == 403
