"""The account page: register, sign in and out, change the password, take one's data along, delete it."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection, Engine
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from app.accounts import passwords, sessions, users
from app.accounts.export import everything
from app.accounts.users import User
from app.errors import Conflict, Invalid
from app.storage import attempts
from app.storage.database import reading, writing
from app.teaching.membership import memberships_of
from app.text import Text, text
from app.web.audience import open_to
from app.web.dependencies import TheAccount, TheEngine, TheForm, TheUser, guest, keep_session, local
from app.web.limiting import allowed, client, forget
from app.web.rendering import SESSION, render
from app.web.seat import not_sitting

router = APIRouter(include_in_schema=False)

WRONG = text("名字（或邮箱）和密码对不上。", "The name (or e-mail) and the password do not match.")
WRONG_PASSWORD = text("现在的密码不对。", "The current password is not right.")
TOO_OFTEN = text("试得太频繁了，过几分钟再来。", "Too many tries; come back in a few minutes.")
TRIES = "20/15 minutes"  # of one account
MINUTES = 15
REGISTERING = {
    "name": users.checked_name,
    "email": users.checked_email,
    "password": passwords.checked_password,
}
Problems = Mapping[str, Text]  # by field
NOTHING: Mapping[str, Any] = {}


class Refused(Exception):
    """What is wrong with what was typed to register, by field."""

    def __init__(self, problems: Problems, status: int) -> None:
        self.problems, self.status = problems, status
        super().__init__()


@router.get("/account")
@open_to("anyone")
def show(
    request: Request, engine: TheEngine, account: TheAccount, changed: str = "", back: str = ""
) -> Response:
    if account is None:
        return sign_in_page(request, back=back)
    return account_page(request, engine, account, changed=bool(changed))


@router.get("/account/register")
@open_to("anyone")
def registering(request: Request, account: TheAccount, back: str = "") -> Response:
    return RedirectResponse("/account", 303) if account else register_page(request, {"back": back})


@router.post("/account/register")
@open_to("anyone")
def register(request: Request, engine: TheEngine, _: TheAccount, form: TheForm) -> Response:
    typed = {name: typed_in(form, name) for name in (*REGISTERING, "back")}
    try:
        token = enrol(request, engine, typed)
    except Refused as refused:
        return register_page(request, typed, refused.problems, refused.status)
    return entered(request, token, typed["back"])


@router.post("/account/sign-in")
@open_to("anyone")
def sign_in(request: Request, engine: TheEngine, _: TheAccount, form: TheForm) -> Response:
    login, password, back = (typed_in(form, name) for name in ("login", "password", "back"))
    if not may_try(request, login):
        return sign_in_page(request, login, TOO_OFTEN, 429, back)
    with reading(engine) as connection:
        user = users.by_login(connection, login)
    # outside the transaction: the work of checking a password must not keep others from writing
    if not passwords.matches(password, user.password_hash if user else None) or user is None:
        return sign_in_page(request, login, WRONG, 403, back)
    forget(request, TRIES, "account", users.folded(login))
    better = passwords.hashed(password) if passwords.is_outdated(user.password_hash) else None
    now = datetime.now(UTC)
    with writing(engine) as connection:
        if better:
            users.set_password(connection, user, better)
        token = admit(request, connection, user, now)
    return entered(request, token, back)


@router.post("/account/password")
@open_to("signed in")
def change_password(request: Request, engine: TheEngine, user: TheUser, form: TheForm) -> Response:
    if problem := unconfirmed(request, user, form):
        return account_page(request, engine, user, {"current": problem})
    try:
        kept = passwords.hashed(passwords.checked_password(typed_in(form, "password")))
    except Invalid as error:
        return account_page(request, engine, user, {"password": error.message})
    with writing(engine) as connection:
        users.set_password(connection, user, kept)
        sessions.end_all(connection, user, but=request.cookies[SESSION])
    return RedirectResponse("/account?changed=password", 303)


@router.post("/account/sign-out")
@open_to("anyone")
def sign_out(request: Request, engine: TheEngine) -> Response:
    with writing(engine) as connection:
        sessions.end(connection, request.cookies.get(SESSION, ""))
    return left("/account")


@router.post("/account/sign-out-everywhere")
@open_to("signed in")
def sign_out_everywhere(engine: TheEngine, user: TheUser) -> Response:
    with writing(engine) as connection:
        sessions.end_all(connection, user)
    return left("/account")


@router.get("/account/export", dependencies=[Depends(not_sitting)])  # one's own right answers are in it
@open_to("signed in")
def export(engine: TheEngine, user: TheUser) -> Response:
    with reading(engine) as connection:
        data = everything(connection, user)
    name = f"gradus-{datetime.now(UTC):%Y-%m-%d}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(
        json.dumps(data, ensure_ascii=False, indent=1), headers=headers, media_type="application/json"
    )


@router.post("/account/delete")
@open_to("signed in")
def delete(request: Request, engine: TheEngine, user: TheUser, form: TheForm) -> Response:
    if problem := unconfirmed(request, user, form):
        return account_page(request, engine, user, {"delete": problem})
    with writing(engine) as connection:
        users.remove(connection, user)
    return left("/")


@router.get("/account/{action}")
@open_to("anyone")
async def back(
    action: Literal["sign-in", "password", "sign-out", "sign-out-everywhere", "delete"],
) -> Response:
    """Where a reload or a link leads from a page that a post answered directly."""
    return RedirectResponse("/account", 303)


def enrol(
    request: Request,
    engine: Engine,
    typed: Mapping[str, str],
    role: users.Role = "student",
    permit: Callable[[Connection], None] = lambda connection: None,
) -> str:
    """Register and sign in; returns the session's token. Refused with what is wrong; `permit` may raise, too."""
    checked: dict[str, Any] = {}
    problems: dict[str, Text] = {}
    for name, check in REGISTERING.items():
        try:
            checked[name] = check(typed[name])
        except Invalid as error:
            problems[name] = error.message
    if problems:
        raise Refused(problems, 422)
    if not may_try(request, checked["name"]):
        raise Refused({"": TOO_OFTEN}, 429)
    now, kept = datetime.now(UTC), passwords.hashed(checked["password"])
    try:
        with writing(engine) as connection:
            permit(connection)
            user = users.register(connection, checked["name"], checked["email"], kept, now, role)
            return admit(request, connection, user, now)
    except Conflict as error:
        raise Refused({error.field or "": error.message}, 409) from error


def typed_in(form: FormData, name: str) -> str:
    return str(form.get(name, ""))


def may_try(request: Request, login: str) -> bool:
    """Whether this client, and anyone for this account, may send one more password."""
    rate = f"{request.app.state.settings.passwords_per_minute}/minute"
    return allowed(request, rate, "passwords", client(request)) and allowed(
        request, TRIES, "account", users.folded(login)
    )


def unconfirmed(request: Request, user: User, form: FormData) -> Text | None:
    """What is wrong with the current password, which is asked for again."""
    if not may_try(request, user.name):
        return TOO_OFTEN
    if not passwords.matches(typed_in(form, "current"), user.password_hash):
        return WRONG_PASSWORD
    forget(request, TRIES, "account", users.folded(user.name))
    return None


def admit(request: Request, connection: Connection, user: User, now: datetime) -> str:
    """Keep the guest's work, end the session that was here before, start one; returns its token."""
    users.keep_work(connection, guest(request), user)
    sessions.end(connection, request.cookies.get(SESSION, ""))
    return sessions.start(connection, user, now)


def entered(request: Request, token: str, back: str = "") -> Response:
    response = RedirectResponse(local(back, "/account"), 303)
    keep_session(request, response, token)
    return response


def at(page: str, back: str) -> str:
    return f"{page}?{urlencode({'back': local(back)})}" if local(back) else page


def left(address: str) -> Response:
    response = RedirectResponse(address, 303)
    response.delete_cookie(SESSION)
    return response


def sign_in_page(
    request: Request, login: str = "", problem: Text | None = None, status: int = 200, back: str = ""
) -> Response:
    context = {"login": login, "problem": problem, "back": local(back), "here": at("/account", back)}
    return waiting(render(request, "accounts/sign_in.html", context, status=status))


def register_page(
    request: Request, typed: Mapping[str, str] = NOTHING, problems: Problems = NOTHING, status: int = 200
) -> Response:
    kept = {name: typed.get(name, "") for name in ("name", "email")}
    back = typed.get("back", "")
    context = kept | {"problems": problems, "back": local(back), "here": at("/account/register", back)}
    return waiting(render(request, "accounts/register.html", context, status=status))


def account_page(
    request: Request, engine: Any, user: User, problems: Problems = NOTHING, changed: bool = False
) -> Response:
    with reading(engine) as connection:
        progress = attempts.progress_of(connection, user.learner_id)
        places = sessions.count(connection, user, datetime.now(UTC))
        memberships = memberships_of(connection, user.id)
    context = {
        "user": user, "problems": problems, "changed": changed, "places": places, "here": "/account",
        "memberships": memberships, "answers": sum(p.answers for p in progress.values()),
        "solved": sum(p.solved for p in progress.values()),
    }  # fmt: skip
    status = 429 if TOO_OFTEN in problems.values() else 422 if problems else 200
    return waiting(render(request, "accounts/account.html", context, status=status))


def waiting(response: Response) -> Response:
    if response.status_code == 429:
        response.headers["Retry-After"] = str(60 * MINUTES)
    return response
