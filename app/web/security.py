"""What holds for every request and response: headers, same-site posts, size and time limits."""

import asyncio
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.text import text
from app.web.errors import SENTENCES, failure, respond
from app.web.rendering import SESSION

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
UPLOADS = {"/teach/images", "/teach/import"}
DISCARDED = (
    8  # times the limit are read and thrown away: a browser shows our answer only once it has sent all
)


class Security:
    """ASGI middleware around the whole application."""

    def __init__(
        self, app: ASGIApp, max_request_bytes: int, max_upload_bytes: int, request_seconds: float
    ) -> None:
        self.app = app
        self.max_request_bytes = max_request_bytes
        self.max_upload_bytes = max_upload_bytes
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

        request = Request(scope)
        try:
            async with asyncio.timeout(self.request_seconds):
                response = self.refusal(request)
                if response is None:
                    body = await self.body(request, receive)
                    if body is not None:
                        await self.app(scope, replayed(body, receive), protected)
                        return
                    response = self.too_large(request)
        except TimeoutError:
            slow = text("请求超时，请再试一次。", "The request took too long; try again.")
            response = respond(request, 408, slow)
        except (
            Exception
        ) as error:  # here, not in a handler of the framework's: those answer outside our headers
            response = failure(request, error)
        if not started:
            await response(scope, receive, protected)

    def limit(self, request: Request) -> int:
        """Only somebody signed in may upload; who it is, and in which role, is looked up later."""
        uploads = request.url.path in UPLOADS and SESSION in request.cookies
        return self.max_upload_bytes if uploads else self.max_request_bytes

    def refusal(self, request: Request) -> Response | None:
        if request.method not in SAFE_METHODS and not same_site(request.headers):
            return respond(request, 403, text("拒绝跨站提交。", "Posts from other sites are refused."))
        length = request.headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()):
            return respond(request, 400, SENTENCES[400])
        if int(length) > DISCARDED * self.limit(request):
            return self.too_large(request)
        return None

    def too_large(self, request: Request) -> Response:
        limit = self.limit(request)
        size = f"{limit // 1024**2} MB" if limit >= 1024**2 else f"{limit // 1024} KB"
        zh = f"提交的内容超过 {size}，请缩小或分几次提交。"
        en = f"What was sent is over {size}; make it smaller or send it in parts."
        return respond(request, 413, text(zh, en))

    async def body(self, request: Request, receive: Receive) -> bytes | None:
        """The request body; None when it is larger than allowed, whatever its headers said."""
        limit, body, length = self.limit(request), bytearray(), 0
        while length <= DISCARDED * limit:
            message = await receive()
            chunk = message.get("body", b"")
            length += len(chunk)
            if length <= limit:
                body += chunk
            if message["type"] != "http.request" or not message.get("more_body", False):
                return bytes(body) if length <= limit else None
        return None


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
