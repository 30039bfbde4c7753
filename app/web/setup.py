"""The link that `serve` prints: whoever opens it first becomes the first instructor."""

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.accounts import setup, users
from app.storage.database import reading, writing
from app.web.accounts import REGISTERING, Refused, enrol, entered, typed_in, waiting
from app.web.audience import open_to
from app.web.dependencies import TheAccount, TheEngine, TheForm
from app.web.rendering import render

router = APIRouter(include_in_schema=False)
PLACE = "/teach/setup/"
NOTHING: Mapping[str, Any] = {}


def is_public(record: logging.LogRecord) -> bool:
    """The server's log of requests leaves out the addresses that let an instructor in."""
    return PLACE not in record.getMessage()


logging.getLogger("uvicorn.access").addFilter(is_public)


@router.get(PLACE + "{token}")
@open_to("anyone")
def show(request: Request, engine: TheEngine, account: TheAccount, token: str) -> Response:
    with reading(engine) as connection:
        setup.admit(connection, request.app.state.secret_key, token)
    return page(request)


@router.post(PLACE + "{token}")
@open_to("anyone")
def enter(request: Request, engine: TheEngine, account: TheAccount, form: TheForm, token: str) -> Response:
    permit = partial(setup.admit, key=request.app.state.secret_key, shown=token)
    if account:
        with writing(engine) as connection:
            permit(connection)
            users.set_role(connection, account, "instructor")
        return RedirectResponse("/teach", 303)
    typed = {name: typed_in(form, name) for name in REGISTERING}
    with reading(engine) as connection:
        permit(connection)  # before anything that was typed is judged; again when it is written
    try:
        session = enrol(request, engine, typed, "instructor", permit)
    except Refused as refused:
        return page(request, typed, refused.problems, refused.status)
    return entered(request, session, "/teach")


def page(
    request: Request,
    typed: Mapping[str, str] = NOTHING,
    problems: Mapping[str, Any] = NOTHING,
    status: int = 200,
) -> Response:
    kept = {name: typed.get(name, "") for name in ("name", "email")}
    return waiting(render(request, "setup/index.html", kept | {"problems": problems}, status=status))
