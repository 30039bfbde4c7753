"""What handlers are given: the learner's id from the cookie, the form, the library, the database."""

from typing import Annotated

from fastapi import Depends, Request
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import Engine
from starlette.datastructures import FormData
from starlette.responses import Response

from app.study.library import Library
from app.web.rendering import is_secure

LEARNER = "learner"


async def library(request: Request) -> Library:
    found: Library = request.app.state.library
    return found


async def engine(request: Request) -> Engine:
    found: Engine = request.app.state.engine
    return found


async def form(request: Request) -> FormData:
    # bounded: the largest question has far fewer fields, and the body is already limited
    return await request.form(max_files=0, max_fields=2000)


async def learner(request: Request) -> int | None:
    """The learner named by the signed cookie; None for a visitor who has not answered anything."""
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
        max_age=365 * 86400,
        httponly=True,
        samesite="lax",
        secure=is_secure(request),
    )


TheLibrary = Annotated[Library, Depends(library)]
TheEngine = Annotated[Engine, Depends(engine)]
TheForm = Annotated[FormData, Depends(form)]
TheLearner = Annotated[int | None, Depends(learner)]
