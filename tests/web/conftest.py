"""People with browsers of their own: a student, instructors, strangers."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.accounts import users
from app.main import create_app
from app.settings import Settings
from app.storage.database import writing

Person = Callable[..., TestClient]


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    return create_app(settings)


@pytest.fixture
def device(app: FastAPI) -> Iterator[Callable[[], TestClient]]:
    """Another browser, with cookies of its own."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(TestClient(app, follow_redirects=False))


@pytest.fixture
def person(app: FastAPI) -> Iterator[Person]:
    """A browser with cookies of its own; with a name, registered and signed in."""
    with ExitStack() as stack:

        def arrive(name: str = "", role: users.Role = "student") -> TestClient:
            client = stack.enter_context(TestClient(app, follow_redirects=False))
            if name:
                sent = {"name": name, "password": "correct horse"}
                assert client.post("/account/register", data=sent).status_code == 303
                with writing(app.state.engine) as connection:
                    user = users.by_login(connection, name)
                    assert user
                    users.set_role(connection, user, role)
            return client

        yield arrive


@pytest.fixture
def instructor(person: Person) -> TestClient:
    return person("Ms Wang", "instructor")
