"""Errors as pages, fragments or problem+json. Here alone do the four errors meet status codes."""

import logging
import traceback
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from app.errors import Conflict, GradusError, Invalid, NotAllowed, NotFound
from app.questions.sentences import sentence
from app.text import Text, text
from app.web.rendering import render

STATUS: dict[type[GradusError], int] = {NotFound: 404, NotAllowed: 403, Conflict: 409, Invalid: 422}
SENTENCES = {
    400: text("这个请求读不懂。", "This request cannot be read."),
    404: NotFound.message,
    403: NotAllowed.message,
    405: text("这里不能这样请求。", "This cannot be requested in this way."),
    408: text("请求超时了。", "The request took too long."),
    413: text("提交的内容太长了。", "What was sent is too long."),
    422: Invalid.message,
    429: text("请求太频繁，请稍后再试。", "Too many requests; try again in a little while."),
    500: text(
        "服务器出错了，你已提交的作答没有丢。", "The server failed; the answers you handed in are safe."
    ),
}
# the tags that the operations give the members of their unions
UNION_MEMBERS = {"vector", "matrix", "whole", "real", "one", "both"}
log = logging.getLogger("gradus")


def field_of(location: Sequence[Any]) -> str:
    """The field as the sender wrote it; pydantic's names for the members of a union are left out."""
    return ".".join(str(step) for step in location if step not in UNION_MEMBERS)


def respond(
    request: Request,
    status: int,
    message: Text,
    errors: Sequence[dict[str, Any]] = (),
    headers: dict[str, str] | None = None,
    address: str | None = None,
) -> Response:
    if request.url.path.startswith("/api"):
        problem = {
            "type": "about:blank",
            "title": SENTENCES.get(status, GradusError.message).en,
            "status": status,
            "detail": message.en,
            "message": message.model_dump(),
        }
        more = {"errors": list(errors)} if errors else {}
        return JSONResponse(problem | more, status, headers, "application/problem+json")
    page = render(
        request,
        "error.html",
        {"status": status, "message": message, "address": address},
        "_error.html",
        status,
    )
    page.headers.update(headers or {})
    return page


def install(app: FastAPI) -> None:
    @app.exception_handler(GradusError)
    async def ours(request: Request, error: GradusError) -> Response:
        fields = [{"field": error.field, "message": error.message.model_dump()}] if error.field else []
        status = next(code for kind, code in STATUS.items() if isinstance(error, kind))
        return respond(request, status, error.message, fields, address=error.address)

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> Response:
        errors: list[dict[str, Any]] = [
            {
                "field": "" if detail["type"] == "json_invalid" else field_of(detail["loc"][1:]),
                "message": sentence(detail).model_dump(),
            }
            for detail in error.errors()
        ]
        first = errors[0]
        said = Text(**first["message"])
        where = str(first["field"])
        named = text(f"{where}：{said.zh}", f"{where}: {said.en}") if where else said
        return respond(request, 422, named, errors)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        message = SENTENCES.get(error.status_code, GradusError.message)
        return respond(request, error.status_code, message, headers=dict(error.headers or {}))


def failure(request: Request, error: Exception) -> Response:
    """What nobody expected: its type and place are logged, never its message, which could carry an answer."""
    place = "".join(traceback.format_tb(error.__traceback__))
    log.error("unexpected %s at %s\n%s", type(error).__name__, request.url.path, place)
    return respond(request, 500, SENTENCES[500])
