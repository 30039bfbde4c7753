"""The database: engine, transactions, migrations."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, func, select, text
from sqlalchemy.engine import make_url

from app.storage.attempts import rebuild_progress

# SQLite has one writer at a time: within a process they queue here, since waiting in SQLite is asking again and again
WRITERS: WeakKeyDictionary[Engine, Lock] = WeakKeyDictionary()
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000")


def connect(url: str) -> Engine:
    """An engine; SQLite in WAL with every acknowledged commit on the disk before the reply."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    if address.database and address.database != ":memory:":
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url)
    event.listen(engine, "connect", prepare_sqlite)
    event.listen(engine, "begin", begin_sqlite)
    WRITERS[engine] = Lock()
    return engine


def prepare_sqlite(driver: Any, record: Any) -> None:
    driver.isolation_level = None  # we emit BEGIN ourselves: the driver would begin too late
    for pragma in PRAGMAS:
        driver.execute(f"PRAGMA {pragma}")


def begin_sqlite(connection: Connection) -> None:
    # a transaction that writes takes its lock at once: waiting beats failing in the middle
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction: committed when the block ends, undone when it raises."""
    with (
        WRITERS.get(engine, nullcontext()),
        engine.connect().execution_options(writes=True) as connection,
        connection.begin(),
    ):
        yield connection


def alone(connection: Connection, number: int) -> None:
    """Until the transaction ends no other passes here; SQLite lets one write at a time in any case."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(number)))


def alembic_config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest migration; what is derived from the log is then derived anew."""
    with writing(engine) as connection:
        before = MigrationContext.configure(connection).get_current_revision()
        command.upgrade(alembic_config(connection), "head")
        if before not in (None, ScriptDirectory.from_config(alembic_config()).get_current_head()):
            rebuild_progress(connection)


def is_ready(engine: Engine) -> bool:
    """Whether the database answers and its schema is the newest."""
    with reading(engine) as connection:
        connection.execute(text("SELECT 1"))
        current = MigrationContext.configure(connection).get_current_revision()
    return current == ScriptDirectory.from_config(alembic_config()).get_current_head()
