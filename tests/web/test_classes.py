"""Classes in the browser: instructors and students, without JavaScript and as htmx."""

import csv
import io
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import func, select, update

from app.storage.database import reading, writing
from app.storage.tables import attempts, classes, members, metadata, sessions, users
from app.web import roster

NINE = "/questions/fcn-parameter-count"
PASSWORD = "correct horse"
Person = Callable[..., TestClient]


@pytest.fixture
def person(app: FastAPI, device: Callable[[], TestClient]) -> Person:
    """Somebody signed in on a browser of their own."""

    def registered(name: str, role: str = "student", email: str = "") -> TestClient:
        client = device()
        sent = {"name": name, "email": email, "password": PASSWORD}
        assert client.post("/account/register", data=sent).status_code == 303
        with writing(app.state.engine) as connection:
            connection.execute(update(users).where(users.c.name == name).values(role=role))
        return client

    return registered


@pytest.fixture
def teacher(person: Person) -> TestClient:
    return person("Teacher", "instructor")


@pytest.fixture
def at(teacher: TestClient) -> str:
    """The address of the teacher's class."""
    response = teacher.post("/teach/classes", data={"name": "深度学习 1 班"})
    assert response.status_code == 303
    return str(response.headers["location"])


@pytest.fixture
def code(app: FastAPI, at: str) -> str:
    return code_of(app)


def code_of(app: FastAPI) -> str:
    with reading(app.state.engine) as connection:
        return str(connection.scalar(select(classes.c.code)))


def count(app: FastAPI) -> dict[str, int]:
    with reading(app.state.engine) as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in metadata.sorted_tables
        }


def id_of(app: FastAPI, name: str) -> int:
    with reading(app.state.engine) as connection:
        return int(connection.scalar(select(users.c.id).where(users.c.name == name)) or 0)


def listed(teacher: TestClient, at: str, typed: str, where: str = "", **more: str) -> Response:
    return teacher.post(f"{at}/roster{where}", data={"list": typed} | more)


def kept(page: str) -> list[str]:
    """What stands in the text areas."""
    return [unescape(found) for found in re.findall(r"<textarea[^>]*>\n?(.*?)</textarea>", page, re.S)]


def sign_in(client: TestClient, name: str, password: str) -> int:
    sent = {"login": name, "password": password}
    return client.post("/account/sign-in", data=sent).status_code


# --- the class itself


def test_an_instructor_makes_a_class_and_sees_its_code(
    app: FastAPI, teacher: TestClient, headers: dict[str, str]
) -> None:
    assert "还没有班级" in teacher.get("/teach/classes", headers=headers).text
    made = teacher.post("/teach/classes", data={"name": "  深度学习 \u202e 1 班 "}, headers=headers)
    assert made.status_code == 303
    page = teacher.get(made.headers["location"]).text
    code = code_of(app)
    assert "<h1>深度学习 1 班</h1>" in page and f'<p class="code">{code}</p>' in page
    assert f"http://testserver/join/{code}" in page and "还没有同学加入" in page
    assert code in teacher.get("/teach/classes").text


@pytest.mark.parametrize("name", ["", " \u200b ", "x" * 81])
def test_a_name_that_is_none_is_refused_and_kept(
    app: FastAPI, teacher: TestClient, headers: dict[str, str], name: str
) -> None:
    response = teacher.post("/teach/classes", data={"name": name}, headers=headers)
    assert response.status_code == 422 and 'class="problem"' in response.text
    assert f'value="{name}"' in response.text and count(app)["classes"] == 0


def test_the_settings_change_what_is_practised_the_name_and_the_code(
    app: FastAPI, teacher: TestClient, at: str, code: str, headers: dict[str, str]
) -> None:
    assert "练整个题库" in teacher.get(at).text
    chosen = ["softmax-outputs", "fcn-parameter-count"]
    for what, sent in (("questions", {"slugs": chosen}), ("name", {"name": "二班"}), ("code", {})):
        response = teacher.post(f"{at}/settings/{what}", data=sent, headers=headers)
        assert (response.status_code, response.headers["location"]) == (303, f"{at}/settings?done={what}")
        assert teacher.get(f"{at}/settings/{what}").headers["location"] == f"{at}/settings"
    page = teacher.get(f"{at}/settings").text
    assert re.findall(r'value="([a-z-]+)" checked', page) == sorted(chosen, key=page.index)
    assert "练 2 题" in teacher.get(at).text and "<h1>二班</h1>" in teacher.get(at).text
    assert code_of(app) != code
    refused = teacher.post(f"{at}/settings/questions", data={"slugs": [*chosen, "nope"]}, headers=headers)
    assert refused.status_code == 422 and "没有这样的题：nope" in refused.text
    refused = teacher.post(f"{at}/settings/name", data={"name": "x" * 81}, headers=headers)
    assert refused.status_code == 422 and "x" * 81 in refused.text


def test_an_archived_class_cannot_be_joined_and_stands_apart(
    person: Person, teacher: TestClient, at: str, code: str
) -> None:
    ann = person("Ann")
    teacher.post(f"{at}/settings/archive", data={"archived": "1"})
    for response in (
        ann.get(f"/join/{code}"),
        ann.post(f"/join/{code}"),
        ann.post("/join", data={"code": code}),
    ):
        assert response.status_code == 403 and "已经归档" in response.text
    page = teacher.get("/teach/classes").text
    assert page.index("已归档") < page.index("深度学习 1 班") and "还没有班级" in page
    teacher.post(f"{at}/settings/archive")
    assert ann.post(f"/join/{code}").status_code == 303


# --- who may do what


def routes(at: str, student: int) -> list[tuple[str, str]]:
    return [
        ("GET", at), ("GET", f"{at}/settings"), ("GET", f"{at}/roster"), ("GET", f"{at}/questions/fcn-parameter-count"),
        ("GET", f"{at}/members/{student}"), ("GET", f"{at}/results.csv"), ("GET", f"{at}/results.xlsx"),
        ("GET", f"{at}/mistakes.csv"), ("GET", f"{at}/questions/fcn-parameter-count/answers.csv"),
        ("GET", f"{at}/questions/fcn-parameter-count/answers.xlsx"), ("GET", f"{at}/roster/confirm"),
        ("GET", f"{at}/members/{student}/password"), ("GET", f"{at}/settings/name"),
        ("POST", f"{at}/roster"), ("POST", f"{at}/roster/confirm"), ("POST", f"{at}/members/{student}/password"),
        ("POST", f"{at}/members/{student}/remove"), ("POST", f"{at}/settings/name"), ("POST", f"{at}/settings/code"),
        ("POST", f"{at}/settings/questions"), ("POST", f"{at}/settings/archive"),
    ]  # fmt: skip


@pytest.mark.parametrize("who", ["other instructor", "student in it", "guest"])
def test_a_class_is_its_owners_alone(
    app: FastAPI, person: Person, device: Callable[[], TestClient], at: str, code: str, who: str
) -> None:
    ann = person("Ann")
    ann.post(f"/join/{code}")
    someone = {"student in it": lambda: ann, "guest": device}.get(
        who, lambda: person("Other", "instructor")
    )()
    before = count(app)
    for method, path in routes(at, id_of(app, "Ann")):
        response = someone.request(
            method, path, data={"list": "Bob", "name": "x"} if method == "POST" else None
        )
        assert response.status_code == 403, (method, path)
        assert "深度学习 1 班" not in response.text
    if who != "other instructor":
        assert someone.get("/teach/classes").status_code == 403
        assert someone.post("/teach/classes", data={"name": "x"}).status_code == 403
    assert count(app) == before and code_of(app) == code


@pytest.mark.parametrize("number", ["0", "999", "x", "²", "99999999999999999999", "-1"])
def test_a_class_or_student_that_is_not_there(teacher: TestClient, at: str, number: str) -> None:
    for path in (f"/teach/classes/{number}", f"{at}/members/{number}", f"/classes/{number}"):
        assert teacher.get(path).status_code == 404, path
    assert teacher.get(f"{at}/questions/none").status_code == 404
    assert teacher.post(f"{at}/members/999/password").status_code == 404


# --- students


def test_a_student_joins_by_the_code_however_it_is_typed(
    person: Person, at: str, code: str, headers: dict[str, str], teacher: TestClient
) -> None:
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in code)
    ann = person("Ann")
    for typed in (code, f" {code.lower()} ", f"{code[:3]}-{code[3:]}", wide, f"{code[:2]} {code[2:]}"):
        asked = ann.post("/join", data={"code": typed}, headers=headers)
        assert (asked.status_code, asked.headers["location"]) == (303, f"/join/{code}")
    page = ann.get(f"/join/{code}", headers=headers).text
    assert "深度学习 1 班" in page and "老师：Teacher" in page
    assert "能看到你的名字和你的练习" in page and "重置你的密码" in page
    assert ">Ann<" not in teacher.get(at).text
    for _ in range(2):
        joined = ann.post(f"/join/{code}", headers=headers)
        assert joined.status_code == 303
    own = joined.headers["location"]
    page = ann.get(own, headers=headers).text
    assert "开始练" in page and "/questions/fcn-parameter-count" in page
    assert f'href="{own}"' in ann.get("/account").text and f'href="{own}"' in ann.get("/").text
    assert ann.get(f"/join/{code}").headers["location"] == own
    assert ">Ann<" in teacher.get(at).text
    assert ann.post(f"{own}/leave", headers=headers).headers["location"] == "/account"
    assert ann.get(own).status_code == 403 and ">Ann<" not in teacher.get(at).text


def test_a_guest_is_sent_to_sign_in_and_comes_back(device: Callable[[], TestClient], code: str) -> None:
    guest = device()
    sent = guest.get(f"/join/{code}")
    assert (sent.status_code, sent.headers["location"]) == (303, f"/account?back=%2Fjoin%2F{code}")
    page = guest.get(sent.headers["location"]).text
    back = f"/join/{code}"
    assert f'name="back" value="{back}"' in page
    joined = guest.post("/account/register", data={"name": "Gus", "password": PASSWORD, "back": back})
    assert joined.headers["location"] == back and guest.get(back).status_code == 200
    other = device()
    assert other.get("/join").headers["location"] == "/account?back=%2Fjoin"
    for path in (back, "/join"):
        assert other.post(path).status_code == 403
    assert other.get("/classes/1").status_code == 403


def test_the_teacher_cannot_join_their_own_class(app: FastAPI, teacher: TestClient, code: str) -> None:
    assert "这是你自己的班" in teacher.get(f"/join/{code}").text
    assert teacher.post(f"/join/{code}").status_code == 403 and count(app)["members"] == 0


def test_wrong_codes_are_kept_and_soon_refused(person: Person, code: str, headers: dict[str, str]) -> None:
    ann = person("Ann")
    wrong = ann.post("/join", data={"code": "<b>wrong"}, headers=headers)
    assert (
        wrong.status_code == 404 and "没有这个代码" in wrong.text and 'value="&lt;b&gt;wrong"' in wrong.text
    )
    codes = [ann.get("/join/WRONG2").status_code for _ in range(20)]
    assert codes == [404] * 19 + [429]
    for response in (
        ann.get(f"/join/{code}"),
        ann.post(f"/join/{code}"),
        ann.post("/join", data={"code": code}),
    ):
        assert response.status_code == 429 and response.headers["retry-after"] == "900"
    assert person("Bob").get(f"/join/{code}").status_code == 200


def test_members_see_their_own_progress_and_others_nothing(
    person: Person, teacher: TestClient, at: str, code: str
) -> None:
    ann, bob = person("Ann"), person("Bob")
    teacher.post(f"{at}/settings/questions", data={"slugs": ["fcn-parameter-count"]})
    ann.post(f"/join/{code}")
    ann.post(NINE, data={"total": "67"})
    own = at.removeprefix("/teach")
    page = ann.get(own).text
    assert "接着练" in page and "◐ 做过" in page and "softmax" not in page
    assert bob.get(own).status_code == 403 and teacher.get(own).status_code == 403


# --- roster

LIST = "姓名,学号,邮箱\n张三,20260001,\n李四,20260002,li@example.org\n"


def test_a_roster_is_previewed_then_imported_with_passwords_that_work(
    app: FastAPI, teacher: TestClient, at: str, device: Callable[[], TestClient], headers: dict[str, str]
) -> None:
    before = count(app)
    preview = teacher.post(f"{at}/roster", data={"list": LIST}, headers=headers)
    assert preview.status_code == 200 and "新建 2 个账户" in preview.text and "确认导入" in preview.text
    assert count(app) == before
    (confirmed, _) = kept(preview.text)
    done = teacher.post(f"{at}/roster/confirm", data={"list": confirmed}, headers=headers)
    assert done.status_code == 200
    made = dict(re.findall(r'<th scope="row">(.*?)</th>.*?<code>(\w{16})</code>', done.text))
    assert list(made) == ["张三", "李四"]
    for name, password in made.items():
        assert sign_in(device(), name, password) == 303
    assert sign_in(device(), "li@example.org", made["李四"]) == 303
    page = teacher.get(at).text
    assert "张三" in page and "20260002" in page and made["张三"] not in page
    again = listed(teacher, at, LIST)
    assert "已在班里 2 人" in again.text and "/roster/confirm" not in again.text
    repeated = listed(teacher, at, LIST, "/confirm")
    assert repeated.status_code == 200 and "<code>" not in repeated.text and count(app)["members"] == 2
    assert teacher.get(f"{at}/roster/confirm").headers["location"] == f"{at}/roster"


def test_the_passwords_can_be_downloaded_instead(
    app: FastAPI, teacher: TestClient, at: str, device: Callable[[], TestClient]
) -> None:
    typed = LIST.replace("20260001", "=1+1")
    response = listed(teacher, at, typed, "/confirm", **{"as": "csv"})
    assert response.headers["content-type"].startswith("text/csv")
    assert response.headers["cache-control"] == "no-store"
    heading, first, second = csv.reader(io.StringIO(response.content.decode("utf-8-sig")))
    assert heading == ["姓名", "学号", "邮箱", "密码"]
    assert first[:3] == ["张三", "'=1+1", ""] and second[:3] == ["李四", "20260002", "li@example.org"]
    assert sign_in(device(), "李四", second[3]) == 303


def test_an_account_that_exists_is_only_invited(
    app: FastAPI, person: Person, teacher: TestClient, at: str, code: str, headers: dict[str, str]
) -> None:
    ann, bob = person("Ann", email="ann@example.org"), person("Bob")
    ann.post(NINE, data={"total": "52"})
    preview = listed(teacher, at, "name,email\nMiss Ann,ann@example.org\nBob,")
    assert preview.text.count("已有账户，发出邀请") == 2
    done = listed(teacher, at, kept(preview.text)[0], "/confirm")
    assert "邀请 2 人" in done.text and "<code>" not in done.text
    number = id_of(app, "Ann")
    page, own = teacher.get(at).text, teacher.get(f"{at}/members/{number}").text
    assert "已邀请，还没接受" in page and "0 人" in page
    assert "bias" not in own and "做过" not in own and "/password" not in own
    refused = teacher.post(f"{at}/members/{number}/password", headers=headers)
    assert refused.status_code == 403 and "加入了这个班" in refused.text
    assert sign_in(ann, "Ann", PASSWORD) == 303
    assert "52" not in teacher.get(f"{at}/questions/fcn-parameter-count").text.split("<main")[1]
    assert "邀请你加入" in ann.get("/account").text and "邀请了你" in ann.get("/").text
    assert ann.get(at.removeprefix("/teach")).status_code == 403
    bob.post(f"{at.removeprefix('/teach')}/leave")
    assert "邀请你加入" not in bob.get("/account").text
    ann.post(f"/join/{code}", headers=headers)
    own = teacher.get(f"{at}/members/{number}").text
    assert "做过" in own and "/mistakes/bias_forgotten" in own
    assert count(app)["members"] == 1


BAD_LISTS = {
    "张三\n<b>x": "名字以字母、汉字或数字开头",
    "name,email\n张三,nowhere": "不像一个邮箱",
    "张三\n李四\n张三": "和第 1 行是同一个名字",
    "name,email\nA,a@b.c\nB,A@b.c": "和第 2 行是同一个",
    "Teacher\n张三": "这是你自己的账户",
    "姓名,学号\n张三,2.02E+09": "科学计数",
    "name,email\nAnn,other@example.org": "邮箱对不上",
    "学号,邮箱\n1,a@b.c": "没有“姓名”",
    '张三,"1': "引号没有配对",
    " \n,,\n": "名单是空的",
    "\n".join(f"student {i}" for i in range(1001)): "最多 1000 行",
    "\n".join(f"student {i}" for i in range(201)): "最多新建 200 个账户",
}


def test_a_bad_list_says_what_is_wrong_and_keeps_what_was_pasted(
    app: FastAPI, person: Person, teacher: TestClient, at: str, headers: dict[str, str]
) -> None:
    person("Ann")
    before = count(app)
    for typed, sentence in BAD_LISTS.items():
        teacher.cookies.set("language", "zh")
        for where in ("", "/confirm"):
            response = teacher.post(f"{at}/roster{where}", data={"list": typed}, headers=headers)
            assert response.status_code == 422 and sentence in response.text
            assert typed in [shown.replace("\r\n", "\n") for shown in kept(response.text)]
            assert f'action="{at}/roster/confirm"' not in response.text
        teacher.cookies.set("language", "en")
        english = listed(teacher, at, typed).text.split("<main")[1]
        problem = re.search(r'class="problem"[^>]*>([^<]+)<', english)
        assert problem and not re.search("[\u4e00-\u9fff]", problem[1])
    assert count(app) == before


def test_1000_lines_of_people_who_are_in_the_class_are_no_trouble(
    app: FastAPI, teacher: TestClient, at: str
) -> None:
    names = [f"student {i}" for i in range(1000)]
    listed(teacher, at, "\n".join(names[:3]), "/confirm")
    assert "已在班里 3 人" in listed(teacher, at, "\n".join(names[:3])).text
    assert listed(teacher, at, "\n".join(names)).status_code == 422  # 997 new ones are too many at once


def test_a_csv_of_50_from_excel_in_china(app: FastAPI, teacher: TestClient, at: str) -> None:
    rows = "学号,姓名,邮箱,\r\n" + "".join(f"{20260000 + i},学生{i}号,,\r\n" for i in range(50)) + ",,,\r\n"
    sent = {"file": ("名单.csv", rows.encode("gb18030"), "text/csv")}
    preview = teacher.post(f"{at}/roster", data={"list": "a list typed before"}, files=sent)
    assert preview.status_code == 200 and "新建 50 个账户" in preview.text
    assert kept(preview.text)[0].replace("\r\n", "\n") == rows.replace("\r\n", "\n")
    done = listed(teacher, at, kept(preview.text)[0], "/confirm")
    assert len(set(re.findall(r"<code>(\w{16})</code>", done.text))) == 50
    with reading(app.state.engine) as connection:
        kept_rows = set(connection.execute(select(members.c.number, members.c.state, members.c.made)).all())
    assert kept_rows == {(str(20260000 + i), "joined", True) for i in range(50)}


@pytest.mark.parametrize("data", [b"PK\x03\x04rest", b"\x89PNG\r\n\x1a\n\x00\x00", b"\xd0\xcf\x11\xe0"])
def test_a_file_that_is_no_list_is_refused_and_what_was_pasted_stays(
    teacher: TestClient, at: str, data: bytes
) -> None:
    response = teacher.post(f"{at}/roster", data={"list": "张三"}, files={"file": ("x.xlsx", data)})
    assert response.status_code == 422 and "CSV" in response.text and kept(response.text) == ["张三"]


def test_a_file_beyond_the_limit_is_refused(teacher: TestClient, at: str) -> None:
    response = teacher.post(f"{at}/roster", files={"file": ("x.csv", b"x" * 600_000)})
    assert response.status_code == 413


def test_an_import_that_fails_in_the_middle_leaves_nothing(
    app: FastAPI, teacher: TestClient, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = count(app)
    real, calls = roster.users.register, []

    def taken(*arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) == 2:  # somebody has registered the name since the preview
            raise roster.Conflict(roster.users.NAME_TAKEN, "name")
        return real(*arguments)

    monkeypatch.setattr(roster.users, "register", taken)
    response = listed(teacher, at, LIST, "/confirm")
    assert response.status_code == 422 and "已经有人用了" in response.text and len(calls) == 2
    assert kept(response.text)[-1].replace("\r\n", "\n") == LIST and count(app) == before


# --- passwords


def test_a_reset_password_is_shown_once_and_ends_every_session(
    app: FastAPI, person: Person, device: Callable[[], TestClient], teacher: TestClient, at: str, code: str,
    headers: dict[str, str],
) -> None:  # fmt: skip
    ann = person("Ann")
    ann.post(f"/join/{code}")
    number = id_of(app, "Ann")
    response = teacher.post(f"{at}/members/{number}/password", headers=headers)
    found = re.search(r'<p class="code small">(\w{16})</p>', response.text)
    assert response.status_code == 200 and found
    assert ann.get("/account/export").status_code == 403
    assert sign_in(device(), "Ann", PASSWORD) == 403 and sign_in(device(), "Ann", found[1]) == 303
    assert found[1] not in teacher.get(f"{at}/members/{number}").text
    assert teacher.get(f"{at}/members/{number}/password").headers["location"] == f"{at}/members/{number}"


def test_who_left_or_teaches_cannot_be_given_a_password(
    app: FastAPI, person: Person, teacher: TestClient, at: str, code: str
) -> None:
    ann, colleague = person("Ann"), person("Colleague", "instructor")
    for each in (ann, colleague):
        assert each.post(f"/join/{code}").status_code == 303
    assert teacher.post(f"{at}/members/{id_of(app, 'Colleague')}/password").status_code == 403
    teacher.post(f"{at}/members/{id_of(app, 'Ann')}/remove")
    assert teacher.post(f"{at}/members/{id_of(app, 'Ann')}/password").status_code == 404
    assert teacher.get(f"{at}/members/{id_of(app, 'Teacher')}").status_code == 404
    for name in ("Ann", "Colleague"):
        assert sign_in(person("x" + name), name, PASSWORD) == 303


def test_another_classs_owner_cannot_reset_through_their_own_class(
    app: FastAPI, person: Person, at: str, code: str
) -> None:
    ann, other = person("Ann"), person("Other", "instructor")
    ann.post(f"/join/{code}")
    elsewhere = other.post("/teach/classes", data={"name": "x"}).headers["location"]
    assert other.post(f"{elsewhere}/members/{id_of(app, 'Ann')}/password").status_code == 404
    listed(other, elsewhere, "Ann", "/confirm")  # only invited
    assert other.post(f"{elsewhere}/members/{id_of(app, 'Ann')}/password").status_code == 403


# --- results


@pytest.fixture
def practised(person: Person, teacher: TestClient, at: str, code: str) -> None:
    """Ann forgets the bias twice, Bob once and then is right; Cid does nothing."""
    for name, totals in (("Ann", ["52", "52"]), ("Bob", ["52", "67"]), ("Cid", [])):
        client = person(name)
        client.post(f"/join/{code}")
        for total in totals:
            client.post(NINE, data={"total": total})


@pytest.mark.usefixtures("practised")
def test_the_results_of_a_class(teacher: TestClient, at: str, headers: dict[str, str]) -> None:
    page = teacher.get(at, headers=headers).text
    assert ("<html" in page) == (not headers)
    assert "/mistakes/bias_forgotten" in page and "2 人，共 2 次" in page
    order = [
        re.findall(r'members/\d+">(\w+)</a>', teacher.get(f"{at}?sort={s}", headers=headers).text)
        for s in ("name", "mean", "x")
    ]
    assert order == [["Ann", "Bob", "Cid"], ["Bob", "Ann", "Cid"], ["Ann", "Bob", "Cid"]]
    found = teacher.get(f"{at}?q=bo&topic=parameters", headers=headers).text
    assert "Ann" not in found and "Bob" in found and "/questions/softmax-outputs" not in found
    assert "没有符合条件的同学" in teacher.get(f"{at}?q=zzz", headers=headers).text


@pytest.mark.usefixtures("practised")
def test_the_answers_to_one_question(
    app: FastAPI, teacher: TestClient, at: str, headers: dict[str, str]
) -> None:
    page = teacher.get(f"{at}/questions/fcn-parameter-count", headers=headers).text
    assert "2 人作答 4 次" in page and re.search(r'class="typed">52</th><td>3</td><td>2</td>', page)
    assert "/mistakes/bias_forgotten" in page and ">67<" not in page
    assert "还没有人作答" in teacher.get(f"{at}/questions/softmax-outputs", headers=headers).text


@pytest.mark.usefixtures("practised")
def test_every_question_of_the_bank_shows_its_answers(
    app: FastAPI, person: Person, teacher: TestClient, at: str
) -> None:
    ann = person("Dee")
    ann.post(f"/join/{code_of(app)}")
    for question in app.state.library.bank.listed:
        wrong = {}
        for part in question.parts:
            if part.response == "choice":
                wrong[part.id] = next(option.id for option in part.options if not option.right)
            elif part.response == "order":
                wrong |= {f"{part.id}.{item.id}": str(i) for i, item in enumerate(reversed(part.items), 1)}
            elif part.response == "match":
                wrong |= {f"{part.id}.{pair.id}": part.right[0].id for pair in part.left}
            elif part.response == "layers":
                wrong[f"{part.id}.0"] = part.palette[0]
            else:
                wrong |= {part.id: "7", f"{part.id}.0": "7", f"{part.id}.0.0": "7"}
        assert ann.post(f"/questions/{question.slug}", data=wrong).status_code == 303
        for language in ("zh", "en"):
            page = teacher.get(f"{at}/questions/{question.slug}?lang={language}")
            assert page.status_code == 200 and "{'" not in page.text
        assert teacher.get(f"{at}/questions/{question.slug}/answers.xlsx").status_code == 200


@pytest.mark.usefixtures("practised")
def test_results_leave_as_tables_that_hold_no_formula(
    app: FastAPI, person: Person, teacher: TestClient, at: str
) -> None:
    formula = '=HYPERLINK("http://x","y")'
    listed(teacher, at, f'姓名\t学号\n丁\t"{formula.replace(chr(34), chr(34) * 2)}"', "/confirm")
    client = person("Eve")
    client.post(f"/join/{code_of(app)}")
    client.post(NINE, data={"layers.0": "＝1+1", "layers.1": "-3", "total": "-67"})
    response = teacher.get(f"{at}/results.csv")
    assert (
        response.content.startswith(b"\xef\xbb\xbf")
        and "filename*=UTF-8''%E6%B7%B1" in response.headers["content-disposition"]
    )
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert f"'{formula}" in [row[1] for row in rows]
    assert {row[0]: row[2:4] for row in rows[1:]}["Ann"] == ["0", "1"]
    wrong = list(
        csv.reader(
            io.StringIO(
                teacher.get(f"{at}/questions/fcn-parameter-count/answers.csv").content.decode("utf-8-sig")
            )
        )
    )
    assert ["0", "total", "'-67"] in [row[:3] for row in wrong]
    mistakes = teacher.get(f"{at}/mistakes.csv").content.decode("utf-8-sig")
    assert '"bias_forgotten",2,2' in mistakes
    assert teacher.get(f"{at}/results.pdf").status_code == 422


def test_leaving_and_deleting_an_account_leaves_the_class_whole(
    app: FastAPI, person: Person, teacher: TestClient, at: str, code: str
) -> None:
    ann = person("Ann")
    ann.post(f"/join/{code}")
    assert ann.post("/account/delete", data={"current": PASSWORD}).status_code == 303
    assert count(app)["members"] == 0 and teacher.get(at).status_code == 200
    assert teacher.post("/account/delete", data={"current": PASSWORD}).status_code == 303
    with reading(app.state.engine) as connection:
        left = [
            connection.scalar(select(func.count()).select_from(t))
            for t in (classes, users, sessions, attempts)
        ]
    assert left == [0, 0, 0, 0]


@pytest.mark.usefixtures("practised")
def test_answers_to_numbers_that_a_changed_question_no_longer_has(
    app: FastAPI, teacher: TestClient, at: str
) -> None:
    with writing(app.state.engine) as connection:
        connection.execute(update(attempts).values(slug="loss-functions", variant=7))
    page = teacher.get(f"{at}/questions/loss-functions")
    assert page.status_code == 200 and "2 人作答 4 次" in page.text
