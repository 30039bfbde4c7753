"""Uploading a picture and showing it: by role, within limits, with what was typed kept."""

import re
from html import unescape
from io import BytesIO

import pytest
from fastapi import FastAPI
from PIL import Image

from tests.teaching.pictures import diagram, noise, written
from tests.web.teachers import Device, signed_in

ALTS = {"alt.zh": "一个 <红> 方块", "alt.en": "a <red> square"}


def test_an_upload_is_answered_with_its_markdown_in_both_languages(
    app: FastAPI, device: Device, headers: dict[str, str]
) -> None:
    ann, guest = device(), device()
    signed_in(app, ann)
    sent = {"file": ("square.png", written(diagram()), "image/png")}
    response = ann.post("/teach/images", data=ALTS, files=sent, headers=headers)
    assert response.status_code == 200 and ("<!doctype html>" in response.text) is not bool(headers)
    said = [unescape(value) for value in re.findall(r'value="(!\[.*?)"', response.text)]
    address = re.search(r"/images/[0-9a-f]{64}", response.text)
    assert address and said[:2] == [
        rf"![一个 \<红> 方块]({address[0]})",
        rf"![a \<red> square]({address[0]})",
    ]
    shown = guest.get(address[0])
    assert shown.headers["content-type"] in ("image/png", "image/webp")
    assert shown.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert shown.headers["content-disposition"] == "inline"
    assert shown.headers["x-content-type-options"] == "nosniff" and "set-cookie" not in shown.headers
    assert Image.open(BytesIO(shown.content)).size == (300, 200)
    assert address[0] in ann.get("/teach/images").text


BAD = {
    "SVG with a script": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "SVG"),
    "PNG that is a page": (b"<html><script>alert(1)</script></html>", "网页"),
    "half a JPEG": (written(noise(300, 300), "JPEG")[:9000], "不完整"),
    "no file": (b"", "请选一张图片"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_and_the_words_stay(
    app: FastAPI, device: Device, headers: dict[str, str], name: str
) -> None:
    ann = device()
    signed_in(app, ann)
    data, sentence = BAD[name]
    sent = {"file": ("image.png", data, "image/png")}
    response = ann.post("/teach/images", data=ALTS, files=sent, headers=headers)
    assert response.status_code == 422 and sentence in response.text
    assert 'value="一个 &lt;红&gt; 方块"' in response.text and 'value="a &lt;red&gt; square"' in response.text


def test_words_for_those_who_do_not_see_it_are_asked_for(app: FastAPI, device: Device) -> None:
    ann = device()
    signed_in(app, ann)
    sent = {"file": ("square.png", written(diagram()), "image/png")}
    for missing in ALTS:
        response = ann.post("/teach/images", data=ALTS | {missing: "  "}, files=sent)
        assert response.status_code == 422 and response.text.count("看不见图的学生") == 1
    assert "我的图片" not in ann.get("/teach/images").text


def test_twenty_four_images_a_page_each_instructor_their_own(app: FastAPI, device: Device) -> None:
    ann, bob = device(), device()
    signed_in(app, ann)
    signed_in(app, bob, "Bob")
    for i in range(26):
        sent = {"file": ("a.png", written(diagram(40 + i)), "image/png")}
        assert ann.post("/teach/images", data=ALTS, files=sent).status_code == 200
    first = ann.get("/teach/images").text
    following = re.search(r'href="(/teach/images\?after=[^"]+)"', first)
    assert following and first.count("<li>") == 24
    last = ann.get(unescape(following[1])).text
    assert last.count("<li>") == 2 and "更早的图片" not in last
    assert "<li>" not in bob.get("/teach/images").text


def test_only_instructors_upload(app: FastAPI, device: Device, headers: dict[str, str]) -> None:
    guest, student = device(), device()
    signed_in(app, student, "Sam", "student")
    sent = {"file": ("square.png", written(diagram()), "image/png")}
    for client, sentence in ((guest, "请先登录"), (student, "给老师用")):
        for response in (
            client.get("/teach/images", headers=headers),
            client.post("/teach/images", data=ALTS, files=sent, headers=headers),
        ):
            assert response.status_code == 403 and sentence in response.text


@pytest.mark.parametrize("path", ["0" * 64, "none", "%2e%2e%2fapp.css", "0" * 64 + ".png"])
def test_an_image_nobody_uploaded_is_not_found(device: Device, path: str) -> None:
    assert device().get(f"/images/{path}").status_code == 404


@pytest.mark.parametrize("path", ["/teach/images", "/teach/import"])
def test_only_somebody_signed_in_may_send_much(app: FastAPI, device: Device, path: str) -> None:
    ann, guest = device(), device()
    signed_in(app, ann)
    half, much = b"x" * 600_000, b"x" * 50 * 1024**2
    assert guest.post(path, files={"file": ("a", half)}).status_code == 413
    assert ann.post("/questions/fcn-parameter-count", files={"file": ("a", half)}).status_code == 413
    assert ann.post(path, files={"file": ("a", half)}).status_code == 422
    for language, sentence in (("zh", "超过 8 MB"), ("en", "is over 8 MB")):
        ann.cookies.set("language", language)
        response = ann.post(path, files={"file": ("a", much)})
        assert response.status_code == 413 and sentence in response.text
        assert "<h1>" in response.text and "content-security-policy" in response.headers


def test_an_upload_that_does_not_say_how_large_it_is_stops_at_the_limit(app: FastAPI, device: Device) -> None:
    ann = device()
    signed_in(app, ann)
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    response = ann.post("/teach/images", content=(b"x" * 100_000 for _ in range(100)), headers=kind)
    assert response.status_code == 413 and "超过 8 MB" in response.text
