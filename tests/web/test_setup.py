"""The first instructor comes in by the link that the server printed, and nobody after."""

import logging

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.accounts import setup
from app.storage.database import reading
from app.storage.tables import users
from tests.web.teachers import Device, signed_in

ANN = {"name": "Ann", "email": "", "password": "correct horse"}


@pytest.fixture
def link(app: FastAPI) -> str:
    return f"/teach/setup/{setup.token(app.state.secret_key)}"


def roles(app: FastAPI) -> dict[str, str]:
    with reading(app.state.engine) as connection:
        return {row.name: row.role for row in connection.execute(select(users))}


def test_whoever_opens_the_link_registers_as_instructor(
    app: FastAPI, device: Device, link: str, headers: dict[str, str]
) -> None:
    ann, bob = device(), device()
    assert "第一位老师" in ann.get(link, headers=headers).text
    response = ann.post(link, data=ANN, headers=headers)
    assert (response.status_code, response.headers["location"]) == (303, "/teach")
    assert roles(app) == {"Ann": "instructor"} and ann.get("/teach/images").status_code == 200
    for response in (bob.get(link), bob.post(link, data=ANN | {"name": "Bob"}), bob.post(link, data={})):
        assert response.status_code == 403 and "python -m app add-instructor" in response.text
    assert roles(app) == {"Ann": "instructor"}


def test_an_account_that_is_signed_in_becomes_the_instructors(
    app: FastAPI, device: Device, link: str
) -> None:
    sam, other = device(), device()
    signed_in(app, sam, "Sam", "student")
    assert "让我的账户成为老师账户" in sam.get(link).text and 'name="password"' not in sam.get(link).text
    response = sam.post(link)
    assert (response.status_code, response.headers["location"]) == (303, "/teach")
    signed_in(app, other, "Eve", "student")
    assert other.post(link).status_code == 403
    assert roles(app) == {"Sam": "instructor", "Eve": "student"}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"password": "short"}, "至少 8 个字符，"),
        ({"name": ""}, "请写一个名字"),
        ({"email": "x"}, "不像一个邮箱"),
    ],
)
def test_what_cannot_be_is_said_and_the_rest_stays(
    app: FastAPI, device: Device, link: str, typed: dict[str, str], sentence: str
) -> None:
    response = device().post(link, data=ANN | typed)
    assert response.status_code == 422 and sentence in response.text and roles(app) == {}
    assert f'value="{(ANN | typed)["name"]}"' in response.text
    assert "short" not in response.text


@pytest.mark.parametrize("token", ["forged", "x" * 3000, "é", "a.b.c"])
def test_another_link_lets_nobody_in(app: FastAPI, device: Device, token: str) -> None:
    for response in (device().get(f"/teach/setup/{token}"), device().post(f"/teach/setup/{token}", data=ANN)):
        assert response.status_code == 403 and "add-instructor" in response.text
    assert roles(app) == {}


def test_a_link_of_another_server_or_another_purpose_lets_nobody_in(app: FastAPI, device: Device) -> None:
    from itsdangerous import URLSafeTimedSerializer

    key = app.state.secret_key
    for token in (
        setup.token("another key"),
        URLSafeTimedSerializer(key, salt="learner").dumps("instructor"),
    ):
        assert device().get(f"/teach/setup/{token}").status_code == 403


def test_after_a_week_the_link_is_old(app: FastAPI, device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    from itsdangerous import TimestampSigner

    def made(seconds: int) -> str:
        real = TimestampSigner.get_timestamp
        with monkeypatch.context() as then:
            then.setattr(TimestampSigner, "get_timestamp", lambda self: real(self) - seconds)
            return setup.token(app.state.secret_key)

    assert device().get(f"/teach/setup/{made(setup.WEEK - 60)}").status_code == 200
    assert device().get(f"/teach/setup/{made(setup.WEEK + 60)}").status_code == 403


def test_the_link_is_not_in_the_log_of_requests(link: str, caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("uvicorn.access")
    with caplog.at_level("INFO", logger="uvicorn.access"):
        for path in (link, "/questions"):
            log.info('%s - "%s %s HTTP/%s" %d', "127.0.0.1:1", "GET", path, "1.1", 200)
    assert "/questions" in caplog.text and link not in caplog.text


def test_a_cross_site_post_makes_nobody_an_instructor(app: FastAPI, device: Device, link: str) -> None:
    sam = device()
    signed_in(app, sam, "Sam", "student")
    assert sam.post(link, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert roles(app) == {"Sam": "student"}
