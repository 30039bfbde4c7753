"""What holds for every request and response: headers, same-site posts, size and time limits."""

import asyncio
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class Security:
    """ASGI middleware around the whole application."""

    def __init__(
        self,
        app: ASGIApp,
        max_request_bytes: int,
        request_seconds: float,
        failure: Callable[[Request, Exception], Response],
    ) -> None:
        self.app = app
        self.failure = failure
        self.max_request_bytes = max_request_bytes
        self.request_seconds = request_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def protected(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        headers = Headers(scope=scope)
        if refusal := self.refusal(scope, headers):
            await refusal(scope, receive, protected)
            return
        try:
            async with asyncio.timeout(self.request_seconds):
                body = await self.whole_body(receive)
                if body is None:
                    await self.too_large(scope)(scope, receive, protected)
                    return
                await self.app(scope, replayed(body, receive), protected)
        except TimeoutError:
            if not started:
                slow = self.refuse(
                    scope, 408, "请求超时，请再试一次。", "The request took too long; try again."
                )
                await slow(scope, receive, protected)
        except (
            Exception
        ) as error:  # here, not in a handler of the framework's: those answer outside our headers
            response = self.failure(Request(scope), error)
            if not started:
                await response(scope, receive, protected)

    def refusal(self, scope: Scope, headers: Headers) -> Response | None:
        if scope["method"] not in SAFE_METHODS and not same_site(headers):
            return self.refuse(scope, 403, "拒绝跨站提交。", "Posts from other sites are refused.")
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()) or int(length) > self.max_request_bytes:
            return self.too_large(scope)
        return None

    def too_large(self, scope: Scope) -> Response:
        kilobytes = self.max_request_bytes // 1024
        zh = f"提交的内容超过 {kilobytes} KB，请缩短后再交。"
        return self.refuse(
            scope, 413, zh, f"What was sent is over {kilobytes} KB; shorten it and send it again."
        )

    def refuse(self, scope: Scope, status: int, zh: str, en: str) -> Response:
        """A page would need the body or the database, which is just what is being refused."""
        if scope["path"].startswith("/api"):
            problem = {"type": "about:blank", "title": en, "status": status, "detail": en}
            problem["message"] = {"zh": zh, "en": en}
            return JSONResponse(problem, status, media_type="application/problem+json")
        return PlainTextResponse(f"{zh} {en}", status)

    async def whole_body(self, receive: Receive) -> bytes | None:
        """The request body; None when it is larger than allowed, whatever its headers said."""
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return bytes(body)
            body += message.get("body", b"")
            if len(body) > self.max_request_bytes:
                return None
            if not message.get("more_body", False):
                return bytes(body)


def replayed(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def same_site(headers: Headers) -> bool:
    """Browsers say where a post comes from; over plain http some send Origin only; other clients neither."""
    if site := headers.get("sec-fetch-site"):
        return site in ("same-origin", "none")
    if origin := headers.get("origin"):
        return urlsplit(origin).netloc == headers.get("host")
    return True
