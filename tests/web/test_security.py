"""Safe from the first day: headers, same-site posts, limits, cookies, declared audiences."""

import logging
from collections.abc import Iterator, Sequence

import pytest
from fastapi.testclient import TestClient
from starlette.routing import BaseRoute, Mount

from app.main import create_app
from app.settings import Settings

NINE = "/questions/fcn-parameter-count"
SIGNED_IN = ("/account/delete", "/account/export", "/account/password", "/account/sign-out-everywhere")
PATHS = (
    "/",
    "/questions",
    NINE,
    "/progress",
    "/account",
    "/account/register",
    "/api/docs",
    "/api/questions",
    "/static/app.css",
    "/nowhere",
    "/healthz",
)


@pytest.mark.parametrize("path", PATHS)
def test_every_response_has_a_strict_policy(client: TestClient, path: str) -> None:
    policy = client.get(path).headers["content-security-policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy and "data:" not in policy


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://testserver"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, 403),
        ({}, 200),
    ],
)
def test_posts_from_other_sites_are_refused(client: TestClient, sent: dict[str, str], status: int) -> None:
    response = client.post(NINE, data={"total": "67"}, headers={"HX-Request": "true", **sent})
    assert response.status_code == status


def test_a_request_that_is_too_large_is_refused_whatever_it_says(client: TestClient) -> None:
    assert client.post(NINE, data={"total": "6" * 600_000}).status_code == 413

    def endless():  # type: ignore[no-untyped-def]
        for _ in range(100):
            yield b"total=" + b"6" * 10_000

    assert client.post(NINE, content=endless()).status_code == 413


def test_cookies_are_hidden_from_scripts_and_other_sites(client: TestClient) -> None:
    cookie = client.post(NINE, data={"total": "67"}).headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie and "secure" not in cookie


def test_cookies_are_secure_behind_tls(settings: Settings) -> None:
    with TestClient(create_app(settings), base_url="https://testserver", follow_redirects=False) as client:
        assert "secure" in client.post(NINE, data={"total": "67"}).headers["set-cookie"].lower()


def test_a_forged_cookie_is_nobody(client: TestClient) -> None:
    client.post(NINE, data={"total": "67"})
    client.cookies.set("learner", "1.forged", domain="testserver.local", path="/")
    assert 'class="c ok"' not in client.get(NINE, headers={"Cookie": "learner=1.forged"}).text


def test_the_grading_api_is_rate_limited(settings: Settings) -> None:
    limited = settings.model_copy(update={"grading_per_minute": 3})
    with TestClient(create_app(limited), client=("10.1.1.1", 1)) as client:
        sent = {"responses": {"total": "67"}}
        codes = [
            client.post("/api/questions/fcn-parameter-count/grade", json=sent).status_code for _ in range(5)
        ]
        last = client.post("/api/questions/fcn-parameter-count/grade", json=sent)
    assert codes == [200, 200, 200, 429, 429]
    assert last.headers["retry-after"] and last.headers["content-type"] == "application/problem+json"


def test_no_answer_is_written_to_a_log(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        client.post(NINE, data={"total": "31337", "layers.0": "=="})
        client.post(
            "/api/questions/fcn-parameter-count/grade", json={"responses": {"total": "31337", "nope": 1}}
        )
    assert "31337" not in caplog.text


def declared(routes: Sequence[BaseRoute]) -> Iterator[tuple[str, str | None]]:
    """Every route of the table with its audience; routers stand in the table as a whole."""
    for route in routes:
        if inner := getattr(route, "original_router", None):
            yield from declared(inner.routes)
        elif not isinstance(route, Mount):
            yield route.path, getattr(route.endpoint, "audience", None)  # type: ignore[attr-defined]


def test_every_route_declares_its_audience(client: TestClient) -> None:
    table = dict(declared(client.app.routes))  # type: ignore[attr-defined]
    assert table.pop("/api/openapi.json", "absent") is None  # the framework's own
    teaching = {path: audience for path, audience in table.items() if path.startswith("/teach")}
    assert teaching.pop("/teach/setup/{token}") == "anyone"  # a secret of its own lets one in
    assert set(teaching.values()) <= {"instructor", "owner"} and len(teaching) > 0
    others = {path: audience for path, audience in table.items() if path not in teaching}
    assert {path: audience for path, audience in others.items() if audience != "anyone"} == dict.fromkeys(
        SIGNED_IN, "signed in"
    )
    assert len(table) > 30


@pytest.mark.parametrize("path", SIGNED_IN)
def test_a_guest_is_told_to_sign_in(client: TestClient, path: str, headers: dict[str, str]) -> None:
    client.post(NINE, data={"total": "67"})
    method = "GET" if path == "/account/export" else "POST"
    response = client.request(method, path, headers=headers)
    assert response.status_code == 403 and "请先登录" in response.text


def test_a_failure_is_a_page_and_says_the_work_is_safe(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a secret answer")

    monkeypatch.setattr("app.study.practice.read", broken)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        response = client.get(NINE)
    assert response.status_code == 500
    assert "secret" not in response.text and "没有丢" in response.text
    assert "content-security-policy" in response.headers
