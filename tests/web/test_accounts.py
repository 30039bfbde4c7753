"""The account page, as a plain browser and as htmx, with the cookies of several devices."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import func, select, update

from app.accounts import passwords
from app.main import create_app
from app.settings import Settings
from app.storage.attempts import rebuild_progress
from app.storage.database import reading, writing
from app.storage.tables import attempts, mistakes, progress, sessions, users

NINE = "/questions/fcn-parameter-count"
RIGHT = {"layers.0": "12", "layers.1": "20", "layers.2": "20", "layers.3": "15", "total": "67"}
ANN = {"name": "Ann 安", "email": "Ann@Example.org", "password": "correct horse"}
SIGN_IN = {"login": "ann 安", "password": "correct horse"}
Device = Callable[[], TestClient]


@pytest.fixture
def client(device: Device) -> TestClient:
    return device()


def post(client: TestClient, path: str, fields: dict[str, str] = {}, **headers: str) -> Response:  # noqa: B006
    return client.post(f"/account/{path}", data=fields, headers=headers)


def registered(client: TestClient, **more: str) -> TestClient:
    response = post(client, "register", ANN | more)
    assert (response.status_code, response.headers["location"]) == (303, "/account")
    return client


def signed_in(client: TestClient, **more: str) -> TestClient:
    assert post(client, "sign-in", SIGN_IN | more).status_code == 303
    return client


def answer(client: TestClient, total: str, variant: int = 0, submission: str = "") -> None:
    sent = {"total": total} | ({"submission": submission} if submission else {})
    assert client.post(f"{NINE}?variant={variant}", data=sent).status_code == 303


def counts(app: FastAPI) -> dict[str, int]:
    with reading(app.state.engine) as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in (attempts, progress, mistakes, users, sessions)
        }


def exported(client: TestClient) -> Any:
    response = client.get("/account/export")
    assert response.status_code == 200
    return response.json()


def who(client: TestClient) -> str:
    found = re.search(r'<a href="/account" class="who"[^>]*>(.*?)</a>', client.get("/").text)
    assert found
    return found[1]


def test_registering_signs_in_and_every_page_says_so(client: TestClient, headers: dict[str, str]) -> None:
    assert who(client) == "登录"
    response = post(client, "register", ANN, **headers)
    assert (response.status_code, response.headers["location"]) == (303, "/account")
    assert who(client) == "Ann 安"
    for path in (
        "/questions",
        NINE,
        "/progress",
        "/drills",
        "/mistakes",
        "/api/docs",
        "/account",
        "/questions/none",
    ):
        assert ">Ann 安</a>" in client.get(path).text, path
    page = client.get("/account", headers=headers).text
    assert "ann@example.org" in page and "学生" in page


@pytest.mark.parametrize("login", ["Ann 安", "ANN 安", "ann@example.ORG"])
def test_signing_in_by_name_or_email(device: Device, login: str, headers: dict[str, str]) -> None:
    registered(device())
    laptop = device()
    assert post(laptop, "sign-in", SIGN_IN | {"login": login}, **headers).status_code == 303
    assert who(laptop) == "Ann 安"


def test_a_guest_with_12_attempts_registers_on_a_phone_and_signs_in_on_a_laptop_with_work(
    app: FastAPI, device: Device
) -> None:
    phone, laptop = device(), device()
    for i in range(12):
        answer(phone, "52", i, f"phone {i}")
    for i in range(5):
        answer(laptop, "1", i, f"laptop {i}")
    laptop.post(NINE, data=RIGHT)
    guest_cookie = laptop.cookies["learner"]
    registered(phone)
    assert len(exported(phone)["attempts"]) == 12
    signed_in(laptop)
    for one in (phone, laptop):
        kept = exported(one)
        assert len(kept["attempts"]) == len({entry["submission"] for entry in kept["attempts"]}) == 18
        (row,) = kept["progress"]
        assert (row["answers"], row["best"], row["most_variant"]) == (18, 1.0, 11)
        assert [slip["times"] for slip in kept["mistakes"] if slip["name"] == "bias_forgotten"] == [1]
    assert 'value="67"' in phone.get(NINE).text
    # the same cookie again, as from another tab, and the same answers sent again
    before = counts(app)
    post(laptop, "sign-out")
    laptop.cookies.set("learner", guest_cookie)
    signed_in(laptop)
    answer(laptop, "52", 3, "phone 3")
    assert counts(app) == before
    with writing(app.state.engine) as connection:
        assert rebuild_progress(connection) == 0


def test_the_cookie_of_a_guest_opens_nothing_once_the_work_is_an_accounts(device: Device) -> None:
    phone = device()
    answer(phone, "67")
    cookie = phone.cookies["learner"]
    registered(phone)
    assert "learner" not in phone.cookies
    stranger = device()
    stranger.cookies.set("learner", cookie)
    assert 'value="67"' not in stranger.get(NINE).text
    answer(stranger, "1")
    assert len(exported(phone)["attempts"]) == 1


def test_work_done_while_signed_in_is_the_accounts_and_leaves_no_guest(device: Device) -> None:
    phone, laptop = registered(device()), signed_in(device())
    answer(phone, "67")
    assert "learner" not in phone.cookies
    assert 'value="67"' in laptop.get(NINE).text
    post(phone, "sign-out")
    assert 'value="67"' not in phone.get(NINE).text
    answer(phone, "1")  # as a guest again
    assert len(exported(laptop)["attempts"]) == 1


def test_signing_out_ends_the_session_on_the_server(
    app: FastAPI, device: Device, headers: dict[str, str]
) -> None:
    phone, laptop = registered(device()), signed_in(device())
    token = phone.cookies["session"]
    assert post(phone, "sign-out", **headers).status_code == 303
    assert "session" not in phone.cookies and who(phone) == "登录"
    phone.cookies.set("session", token)
    assert who(phone) == "登录"
    answer(phone, "67")
    assert exported(laptop)["attempts"] == []
    assert counts(app)["sessions"] == 1


def test_signing_out_everywhere(app: FastAPI, device: Device) -> None:
    phone, laptop = registered(device()), signed_in(device())
    assert post(phone, "sign-out-everywhere").status_code == 303
    assert (who(phone), who(laptop)) == ("登录", "登录")
    assert counts(app)["sessions"] == 0


def test_a_guest_who_signs_out_keeps_their_work(client: TestClient) -> None:
    answer(client, "67")
    post(client, "sign-out")
    assert 'value="67"' in client.get(NINE).text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "请写一个名字"),
        ({"name": "<script>alert(1)</script>"}, "名字以字母、汉字或数字开头"),
        ({"name": "Ann\u202egnp"}, "名字以字母、汉字或数字开头"),
        ({"name": "x" * 41}, "最多 40"),
        ({"email": "nowhere"}, "不像一个邮箱"),
        ({"password": "1234567"}, "至少 8 个字符，"),
    ],
)
def test_what_cannot_be_registered_is_said_and_nothing_typed_is_lost(
    app: FastAPI, client: TestClient, headers: dict[str, str], typed: dict[str, str], sentence: str
) -> None:
    answer(client, "67")
    fields = ANN | typed
    response = post(client, "register", fields, **headers)
    assert response.status_code == 422 and sentence in response.text
    values = re.findall(r'<input id="(\w+)"[^>]*value="([^"]*)"', response.text)
    shown = {name: value.replace("&lt;", "<").replace("&gt;", ">") for name, value in values}
    assert shown == {"name": fields["name"], "email": fields["email"], "password": ""}
    assert "<script>alert" not in response.text and fields["password"] not in response.text
    assert counts(app)["users"] == 0 and 'value="67"' in client.get(NINE).text


def test_every_problem_is_said_at_once_and_in_english(client: TestClient) -> None:
    client.cookies.set("language", "en")
    page = post(client, "register", {"name": "", "email": "x", "password": "x"}).text
    assert page.count('class="problem"') == 3
    assert "Choose a name." in page and "not an e-mail" in page and "at least 8" in page


@pytest.mark.parametrize(
    ("more", "sentence"),
    [({"name": "ANN 安"}, "这个名字已经有人用了"), ({"name": "Bob"}, "这个邮箱已经注册过了")],
)
def test_a_name_or_email_that_is_taken(
    app: FastAPI, device: Device, headers: dict[str, str], more: dict[str, str], sentence: str
) -> None:
    registered(device())
    other = device()
    answer(other, "67")
    response = post(other, "register", ANN | more, **headers)
    assert (
        response.status_code == 409
        and sentence in response.text
        and 'value="Ann@Example.org"' in response.text
    )
    assert counts(app)["users"] == 1 and 'value="67"' in other.get(NINE).text


def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(
    device: Device, headers: dict[str, str]
) -> None:
    registered(device())
    client = device()
    pages = {}
    for login, password in (("ann 安", "wrong horse"), ("nobody", "correct horse"), ("a\0b", ""), ("", "")):
        response = post(client, "sign-in", {"login": login, "password": password}, **headers)
        assert (
            response.status_code == 403 and "对不上" in response.text and "set-cookie" not in response.headers
        )
        assert password not in response.text or not password
        pages[login] = re.sub(r'value="[^"]*"', "", response.text)
        assert login == "a\0b" or f'value="{login}"' in response.text
    assert len(set(pages.values())) == 1


def test_one_account_takes_few_wrong_passwords_from_anywhere(device: Device, headers: dict[str, str]) -> None:
    registered(device())
    client = device()
    for name in ("ann 安", "nobody"):
        wrong = SIGN_IN | {"login": name, "password": "wrong horse"}
        codes = [post(client, "sign-in", wrong, **headers).status_code for _ in range(21)]
        assert codes == [403] * (19 if name == "ann 安" else 20) + [429] * (2 if name == "ann 安" else 1)
    refused = post(client, "sign-in", SIGN_IN | {"login": "ANN 安"}, **headers)
    assert refused.status_code == 429 and refused.headers["retry-after"] == "900"
    assert "过几分钟再来" in refused.text and 'value="ANN 安"' in refused.text
    assert who(client) == "登录"


def test_a_client_may_send_few_passwords(settings: Settings) -> None:
    few = settings.model_copy(update={"passwords_per_minute": 3})
    with TestClient(create_app(few), follow_redirects=False) as client:
        codes = [
            post(client, "register", ANN | {"name": f"ann {i}", "email": ""}).status_code for i in range(5)
        ]
        assert codes == [303, 303, 303, 429, 429]
        assert post(client, "sign-in", SIGN_IN).status_code == 429


def test_signing_in_often_is_no_offence(device: Device) -> None:
    registered(device())
    for _ in range(25):
        signed_in(device())


def test_changing_the_password_ends_the_other_sessions(device: Device, headers: dict[str, str]) -> None:
    phone, laptop = registered(device()), signed_in(device())
    new = {"current": "correct horse", "password": "battery staple"}
    assert post(phone, "password", new, **headers).status_code == 303
    assert (who(phone), who(laptop)) == ("Ann 安", "登录")
    assert "密码改好了" in phone.get("/account?changed=password").text
    assert post(laptop, "sign-in", SIGN_IN).status_code == 403
    signed_in(laptop, password="battery staple")


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        ({"current": "wrong horse", "password": "battery staple"}, "现在的密码不对"),
        ({"current": "correct horse", "password": "short"}, "至少 8 个字符，"),
        ({}, "现在的密码不对"),
    ],
)
def test_a_password_that_cannot_be_changed_stays(
    device: Device, headers: dict[str, str], new: dict[str, str], sentence: str
) -> None:
    phone = registered(device())
    response = post(phone, "password", new, **headers)
    assert response.status_code == 422 and sentence in response.text
    signed_in(device())


def test_the_current_password_cannot_be_guessed_from_an_open_session(device: Device) -> None:
    phone = registered(device())
    guess = {"current": "wrong horse", "password": "battery staple"}
    codes = [post(phone, "password", guess).status_code for _ in range(21)]
    assert codes[-1] == 429 and 429 not in codes[:19]
    assert post(phone, "delete", {"current": "correct horse"}).status_code == 429


def test_the_export_holds_all_of_ones_own_data_and_no_secret(device: Device) -> None:
    phone, other = registered(device()), registered(device(), name="Bob", email="")
    answer(phone, "52", submission="mine")
    answer(other, "31337")
    response = phone.get("/account/export")
    assert response.headers["content-disposition"].startswith('attachment; filename="gradus-')
    data = response.json()
    assert data["account"]["name"] == "Ann 安" and data["account"]["email"] == "ann@example.org"
    (entry,) = data["attempts"]
    assert entry["responses"] == {"total": "52"} and entry["verdicts"]["total"]["mistake"] == "bias_forgotten"
    assert entry["created_at"].endswith("+00:00") and data["account"]["created_at"].endswith("+00:00")
    assert [row["slug"] for row in data["progress"]] == ["fcn-parameter-count"]
    assert [row["name"] for row in data["mistakes"]] == ["bias_forgotten"] and len(data["sessions"]) == 1
    everything = json.dumps(data)
    assert (
        "argon2" not in everything
        and "31337" not in everything
        and phone.cookies["session"] not in everything
    )


def test_ones_own_right_answers_are_not_exported_into_an_exam(device: Device) -> None:
    phone = registered(device())
    quiz = phone.post("/quizzes", data={"kind": "sprint"}).headers["location"]
    sitting = phone.post(f"{quiz}/start").headers["location"].rsplit("/", 1)[0]
    assert phone.get("/account/export").status_code == 403
    phone.post(f"{sitting}/hand-in")
    assert len(exported(phone)["sittings"]) == 1


def test_deleting_the_account_takes_all_its_data(
    app: FastAPI, device: Device, headers: dict[str, str]
) -> None:
    phone, laptop, other = registered(device()), signed_in(device()), device()
    answer(phone, "52")
    answer(other, "67")
    refused = post(phone, "delete", {"current": "wrong horse"}, **headers)
    assert refused.status_code == 422 and "现在的密码不对" in refused.text and counts(app)["users"] == 1
    gone = post(phone, "delete", {"current": "correct horse"}, **headers)
    assert (gone.status_code, gone.headers["location"]) == (303, "/")
    assert counts(app) == {"attempts": 1, "progress": 1, "mistakes": 0, "users": 0, "sessions": 0}
    assert (who(phone), who(laptop)) == ("登录", "登录")
    assert post(phone, "sign-in", SIGN_IN).status_code == 403
    assert 'value="67"' in other.get(NINE).text
    registered(phone)
    assert exported(phone)["attempts"] == []


def test_a_hash_of_weaker_parameters_is_made_anew_at_the_next_sign_in(app: FastAPI, device: Device) -> None:
    from argon2 import PasswordHasher

    registered(device())
    weak = PasswordHasher(time_cost=1, memory_cost=1024).hash("correct horse")
    with writing(app.state.engine) as connection:
        connection.execute(update(users).values(password_hash=weak))
    signed_in(device())
    with reading(app.state.engine) as connection:
        kept = connection.scalar(select(users.c.password_hash))
    assert kept != weak and not passwords.is_outdated(str(kept))
    signed_in(device())


@pytest.mark.parametrize(
    "path", ["sign-in", "register", "password", "sign-out", "sign-out-everywhere", "delete"]
)
def test_posts_from_other_sites_are_refused(device: Device, path: str) -> None:
    phone = registered(device())
    fields = SIGN_IN | ANN | {"name": "Eve", "email": "", "current": "correct horse"}
    for sent in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.example"}):
        response = phone.post(f"/account/{path}", data=fields, headers=sent)
        assert response.status_code == 403 and "set-cookie" not in response.headers
    assert who(phone) == "Ann 安"
    signed_in(device())


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_session_cookie_is_hidden_from_scripts_and_other_sites(app: FastAPI, scheme: str) -> None:
    with TestClient(app, base_url=f"{scheme}://testserver", follow_redirects=False) as client:
        headers = post(client, "register", ANN).headers.get_list("set-cookie")
    (cookie,) = [header.lower() for header in headers if header.startswith("session=")]
    assert "httponly" in cookie and "samesite=lax" in cookie and ("secure" in cookie) is (scheme == "https")


@pytest.mark.parametrize("token", ["forged", "x" * 4000, "é", "0" * 43])
def test_a_forged_session_is_a_guest(device: Device, token: str) -> None:
    registered(device())
    cookie = {"Cookie": f"session={token}".encode("latin-1")}
    client = device()
    assert ">登录</a>" in client.get("/", headers=cookie).text
    assert client.get("/account/export", headers=cookie).status_code == 403


def test_the_hash_in_the_table_opens_no_session(app: FastAPI, device: Device) -> None:
    registered(device())
    with reading(app.state.engine) as connection:
        kept = connection.scalar(select(sessions.c.hash))
    thief = device()
    thief.cookies.set("session", str(kept))
    assert who(thief) == "登录"


def test_each_signing_in_starts_another_session_and_ends_the_one_before(
    app: FastAPI, client: TestClient
) -> None:
    client.cookies.set("session", "chosen by somebody else")
    registered(client)
    first = client.cookies.get("session", domain="testserver.local")
    assert first and first != "chosen by somebody else"
    signed_in(client)
    assert client.cookies.get("session", domain="testserver.local") != first
    assert counts(app)["sessions"] == 1


def test_a_session_in_use_is_written_down_once_a_day(app: FastAPI, client: TestClient) -> None:
    registered(client)

    def seen() -> Any:
        with reading(app.state.engine) as connection:
            return connection.scalar(select(sessions.c.seen_at))

    first = seen()
    who(client)
    assert seen() == first
    with writing(app.state.engine) as connection:
        connection.execute(update(sessions).values(seen_at=first - timedelta(days=2)))
    assert who(client) == "Ann 安" and seen() >= first


def test_a_reload_of_what_a_post_answered_leads_to_the_account(client: TestClient) -> None:
    for path in ("sign-in", "password", "sign-out", "sign-out-everywhere", "delete"):
        response = client.get(f"/account/{path}")
        assert (response.status_code, response.headers["location"]) == (303, "/account")
    registered(client)
    assert client.get("/account/register").headers["location"] == "/account"


def test_no_password_is_written_to_a_log(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        registered(client)
        post(client, "sign-in", SIGN_IN)
        post(client, "sign-in", SIGN_IN | {"password": "wrong horse"})
    assert "horse" not in caplog.text and "argon2" not in caplog.text


@pytest.mark.parametrize(
    ("back", "goes"),
    [("/join/ABC", "/join/ABC"), ("//evil.example", "/account"), ("https://evil.example", "/account")],
)
def test_one_goes_back_to_where_one_was_asked_to_sign_in(device: Device, back: str, goes: str) -> None:
    phone, laptop = device(), device()
    page = phone.get("/account/register", params={"back": back}).text
    assert ('name="back" value="/join/ABC"' in page) == (goes == back)
    assert post(phone, "register", ANN | {"back": back}).headers["location"] == goes
    wrong = post(laptop, "sign-in", SIGN_IN | {"password": "wrong horse", "back": back}).text
    assert ('name="back" value="/join/ABC"' in wrong) == (goes == back)
    assert post(laptop, "sign-in", SIGN_IN | {"back": back}).headers["location"] == goes
