"""Browsers of several people: an instructor, a student, a guest."""

from collections.abc import Callable
from datetime import UTC, datetime

from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.accounts import sessions, users
from app.storage.database import writing

Device = Callable[[], TestClient]


def signed_in(app: FastAPI, client: TestClient, name: str = "Ann", role: users.Role = "instructor") -> int:
    """Sign a browser in as this person, who is made where there is none; returns their id."""
    now = datetime.now(UTC)
    with writing(app.state.engine) as connection:
        user = users.by_login(connection, name) or users.register(connection, name, None, "a hash", now, role)
        client.cookies.set("session", sessions.start(connection, user, now))
    return user.id
