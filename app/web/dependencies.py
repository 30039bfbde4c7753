"""What handlers are given: who asks, the form, the library, the database."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from time import monotonic
from typing import Annotated

from fastapi import Depends, Request
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, State
from starlette.responses import Response

from app.accounts import sessions
from app.accounts.users import User
from app.errors import NotAllowed, NotFound
from app.storage.database import reading, writing
from app.study.library import Library, refreshed
from app.text import text
from app.web.rendering import SESSION, is_secure

LEARNER = "learner"
FRESH = 0.5  # seconds
YEAR = 365 * 86400
FOR_INSTRUCTORS = text("这一页给老师用。", "This page is for instructors.")
SIGN_IN_FIRST = text("请先登录，再来做这件事。", "Sign in first, then do this.")


async def library(request: Request) -> Library:
    """The library as it is published; looked up again every half-second, since another process may publish."""
    state = request.app.state
    if monotonic() - state.looked_at > FRESH:
        state.looked_at = monotonic()
        await run_in_threadpool(refresh, state)
    found: Library = state.library
    return found


def refresh(state: State) -> None:
    """Take in what has been published."""
    with reading(state.engine) as connection:
        found = refreshed(state.library, connection)
    if found.publication > state.library.publication:  # another thread may have looked later
        state.library = found


async def engine(request: Request) -> Engine:
    found: Engine = request.app.state.engine
    return found


async def form(request: Request) -> FormData:
    # bounded: the largest question has far fewer fields, and the body is already limited
    return await request.form(max_files=0, max_fields=2000)


async def upload(request: Request) -> AsyncIterator[FormData]:
    """A form with at most one file, as large as uploads may be."""
    limit = request.app.state.settings.max_upload_bytes
    async with request.form(max_files=1, max_fields=20, max_part_size=limit) as found:
        yield found


async def account(request: Request) -> User | None:
    """Who is signed in; pages find them in the request's state. Guests cost no query."""
    token = request.cookies.get(SESSION)
    found = await run_in_threadpool(signed_in, request.app.state.engine, token) if token else None
    request.state.account = found
    return found


def signed_in(engine: Engine, token: str) -> User | None:
    now = datetime.now(UTC)
    with reading(engine) as connection:
        found = sessions.find(connection, token, now)
    if found is None:
        return None
    user, stale = found
    if stale:
        with writing(engine) as connection:
            sessions.touch(connection, token, now)
    return user


TheAccount = Annotated[User | None, Depends(account)]


async def user(account: TheAccount) -> User:
    """Who is signed in; NotAllowed for a guest."""
    if account is None:
        raise NotAllowed(SIGN_IN_FIRST)
    return account


async def instructor(user: Annotated[User, Depends(user)]) -> User:
    if user.role != "instructor":
        raise NotAllowed(FOR_INSTRUCTORS)
    return user


async def learner(request: Request, account: TheAccount) -> int | None:
    """Whose work it is: of the account, else of the guest's cookie; None before a first answer."""
    return account.learner_id if account else guest(request)


def guest(request: Request) -> int | None:
    """The learner named by the signed cookie of a guest."""
    cookie = request.cookies.get(LEARNER)
    if not cookie:
        return None
    try:
        return int(signer(request).loads(cookie))
    except (BadSignature, ValueError, TypeError):
        return None


def signer(request: Request) -> URLSafeSerializer:
    return URLSafeSerializer(request.app.state.secret_key, salt=LEARNER)


def remember(request: Request, response: Response, learner_id: int) -> None:
    """Keep the learner by a signed cookie for a year."""
    response.set_cookie(
        LEARNER,
        str(signer(request).dumps(learner_id)),
        max_age=YEAR,
        httponly=True,
        samesite="lax",
        secure=is_secure(request),
    )


def whole(number: str) -> int:
    """The number of an address; NotFound where there can be none."""
    if not (number.isascii() and number.isdigit()) or len(number) > 9:
        raise NotFound
    return int(number)


def local(address: str, otherwise: str = "") -> str:
    """The address where it is one of this site, for going back to it."""
    return address if address.startswith("/") and not address.startswith(("//", "/\\")) else otherwise


def keep_session(request: Request, response: Response, token: str) -> None:
    """From now on the account is who asks; its work is no longer a guest's."""
    response.set_cookie(
        SESSION, token, max_age=YEAR, httponly=True, samesite="lax", secure=is_secure(request)
    )
    response.delete_cookie(LEARNER)


TheLibrary = Annotated[Library, Depends(library)]
TheEngine = Annotated[Engine, Depends(engine)]
TheForm = Annotated[FormData, Depends(form)]
TheUpload = Annotated[FormData, Depends(upload)]
TheLearner = Annotated[int | None, Depends(learner)]
TheUser = Annotated[User, Depends(user)]
TheInstructor = Annotated[User, Depends(instructor)]
