"""The application: settings, database, bank, routers, error pages."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.settings import Settings
from app.storage.database import connect, migrate
from app.study.library import open_library
from app.web import (
    accounts,
    api,
    assignments,
    authoring,
    classes,
    documentation,
    downloads,
    drills,
    errors,
    files,
    gradebook,
    home,
    images,
    marking,
    membership,
    printing,
    publishing,
    questions,
    quizediting,
    quizmaking,
    quizzes,
    regrading,
    reports,
    roster,
    seat,
    setup,
    sittings,
    trial,
)
from app.web.rendering import ROOT
from app.web.security import Security

ROUTERS = (  # asked in this order: first what a thousand sitters ask for
    sittings, home, questions, drills, accounts, setup, membership, authoring, publishing, trial, regrading, images, files, classes, roster,
    downloads, api, documentation, quizzes, reports, printing,
    quizmaking, quizediting, assignments, gradebook, marking,
)  # fmt: skip
CLOSED_WHILE_SITTING = (
    questions,
    drills,
    api,
    trial,
    authoring,
    publishing,
)  # whatever shows or computes answers


class Static(StaticFiles):
    """Addresses carry a hash of the content, so browsers may keep files for good."""

    async def get_response(self, path: str, scope: Scope):  # type: ignore[no-untyped-def]
        response = await super().get_response(path, scope)
        versioned = b"v=" in scope.get("query_string", b"")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if versioned else "no-cache"
        return response


def create_app(settings: Settings | None = None) -> FastAPI:
    """A whole Gradus; migrates its database and loads its bank. BankError when the bank is faulty."""
    settings = settings or Settings()
    engine = connect(settings.url)
    migrate(engine)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        gc.freeze()  # a large bank need not be looked through again at every collection
        yield
        gc.unfreeze()
        engine.dispose()

    app = FastAPI(
        title="Gradus", version="1", lifespan=lifespan,
        docs_url=None, redoc_url=None, openapi_url="/api/openapi.json",
    )  # fmt: skip
    app.state.settings = settings
    app.state.engine = engine
    app.state.limiter = MovingWindowRateLimiter(MemoryStorage())
    app.state.secret_key = settings.signing_key()
    app.state.library = open_library(engine, settings.questions)
    app.state.looked_at = 0.0
    app.add_middleware(
        Security,
        max_request_bytes=settings.max_request_bytes,
        max_upload_bytes=settings.max_upload_bytes,
        request_seconds=settings.request_seconds,
    )
    errors.install(app)
    for module in ROUTERS:
        closed = [Depends(seat.not_sitting)] if module in CLOSED_WHILE_SITTING else []
        app.include_router(module.router, dependencies=closed)
    app.mount("/static", Static(directory=ROOT / "static"), name="static")
    return app
