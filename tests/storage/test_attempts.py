"""The attempt log and the progress derived from it, on both databases."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, func, insert, select, update

from app.storage import attempts as log
from app.storage.attempts import Attempt, Progress
from app.storage.database import alembic_config, is_ready, migrate, reading, writing
from app.storage.mistakes import mistakes_of
from app.storage.revisions import sync_revisions
from app.storage.tables import attempts, learners, mistakes, progress, revisions

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def entry(engine: Engine) -> Callable[..., Attempt]:
    """Makes log entries of one learner and one question."""
    with writing(engine) as connection:
        learner = log.new_learner(connection, NOW)
        revision = sync_revisions(connection, {"q": ("h", "text")}, NOW)["q"]

    def make(**more: Any) -> Attempt:
        values = {"slug": "q", "variant": 0, "kind": "answer", "score": 0.5, "created_at": NOW} | more
        return Attempt(learner_id=learner, revision_id=revision, **values)

    return make


def count(engine: Engine) -> int:
    with reading(engine) as connection:
        return int(connection.scalar(select(func.count()).select_from(attempts)) or 0)


def only_progress(engine: Engine, learner: int) -> Progress:
    with reading(engine) as connection:
        return log.progress_of(connection, learner)["q"]


def test_a_migrated_database_is_ready_and_migrating_again_changes_nothing(engine: Engine) -> None:
    migrate(engine)
    assert is_ready(engine)


def test_an_answer_is_kept_with_its_progress(engine: Engine, entry: Callable[..., Attempt]) -> None:
    first = entry(score=0.5)
    with writing(engine) as connection:
        log.record(connection, first)
        log.record(connection, entry(score=1.0, variant=3))
        log.record(connection, entry(kind="hint", score=None))
    found = only_progress(engine, first.learner_id)
    assert (found.answers, found.hints, found.best, found.most_variant, found.solved) == (2, 1, 1.0, 3, True)


def test_a_repeated_send_records_once(engine: Engine, entry: Callable[..., Attempt]) -> None:
    sent = entry(submission="same")
    with writing(engine) as connection:
        first = log.record(connection, sent)
    with writing(engine) as connection:
        assert log.record(connection, sent) == first
    assert count(engine) == 1
    assert only_progress(engine, sent.learner_id).answers == 1


def test_what_is_raised_inside_a_transaction_leaves_nothing(
    engine: Engine, entry: Callable[..., Attempt]
) -> None:
    with pytest.raises(RuntimeError), writing(engine) as connection:
        log.record(connection, entry())
        raise RuntimeError
    assert count(engine) == 0


def test_an_answer_after_seeing_the_solution_does_not_count_as_best(
    engine: Engine, entry: Callable[..., Attempt]
) -> None:
    seen = entry(kind="give_up", score=None)
    with writing(engine) as connection:
        log.record(connection, seen)
        log.record(connection, entry(score=1.0, assisted=True))
    found = only_progress(engine, seen.learner_id)
    assert (found.best, found.last, found.given_up, found.solved) == (None, 1.0, 1, False)


def test_an_unread_answer_costs_nothing(engine: Engine, entry: Callable[..., Attempt]) -> None:
    unread = entry(score=None)
    with writing(engine) as connection:
        log.record(connection, entry(score=1.0))
        log.record(connection, unread)
    found = only_progress(engine, unread.learner_id)
    assert (found.answers, found.best, found.last) == (1, 1.0, 1.0)


def test_rebuilding_finds_nothing_to_change_and_mends_what_was_tampered_with(
    engine: Engine, entry: Callable[..., Attempt]
) -> None:
    learner = entry().learner_id
    with writing(engine) as connection:
        for i in range(40):
            kind = ("answer", "hint", "give_up", "self_mark")[i % 4]
            score = (i % 11) / 10 if kind in ("answer", "self_mark") else None
            made = entry(
                kind=kind, score=score, slug=f"q{i % 3}", variant=i % 5, created_at=NOW + timedelta(hours=i)
            )
            log.record(connection, made)
    with writing(engine) as connection:
        assert log.rebuild_progress(connection) == 0
        before = log.progress_of(connection, learner)
        connection.execute(update(progress).where(progress.c.slug == "q1").values(best=0.0, answers=99))
    with writing(engine) as connection:
        assert log.rebuild_progress(connection) == 1
        assert log.progress_of(connection, learner) == before


def test_a_revision_is_kept_once_and_a_changed_text_is_another(engine: Engine) -> None:
    with writing(engine) as connection:
        first = sync_revisions(connection, {"q": ("h1", "one")}, NOW)
        again = sync_revisions(connection, {"q": ("h1", "one")}, NOW)
        changed = sync_revisions(connection, {"q": ("h2", "two")}, NOW)
        kept = connection.scalar(select(func.count()).select_from(revisions))
    assert first == again != changed
    assert kept == 2


def test_an_attempt_needs_its_learner(engine: Engine, entry: Callable[..., Attempt]) -> None:
    from sqlalchemy.exc import IntegrityError

    with writing(engine) as connection:
        connection.execute(insert(learners), {"created_at": NOW})
    stranger = Attempt(**{**entry().__dict__, "learner_id": 999_999})
    with pytest.raises(IntegrityError), writing(engine) as connection:
        log.record(connection, stranger)


def test_sqlite_keeps_every_acknowledged_commit_and_foreign_keys(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        return
    with reading(engine) as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}


def wrong(*names: str) -> dict[str, Any]:
    return {str(i): {"verdict": "incorrect", "mistake": name} for i, name in enumerate(names)}


def test_mistakes_are_counted_once_a_variant(engine: Engine, entry: Callable[..., Attempt]) -> None:
    first = entry(verdicts=wrong("bias_forgotten", "bias_forgotten"))
    with writing(engine) as connection:
        log.record(connection, first)
        log.record(connection, entry(verdicts=wrong("bias_forgotten")))  # tried again, still wrong
        log.record(connection, entry(variant=1, verdicts=wrong("bias_forgotten+stride_ignored")))
        log.record(connection, entry(variant=1, verdicts={"0": {"verdict": "correct", "mistake": None}}))
        found = mistakes_of(connection, first.learner_id)
    assert [(slip.name, slip.times, slip.variant) for slip in found] == [
        ("bias_forgotten", 2, 1),
        ("stride_ignored", 1, 1),
    ]


def test_mistakes_are_rebuilt_from_the_log(engine: Engine, entry: Callable[..., Attempt]) -> None:
    with writing(engine) as connection:
        log.record(connection, entry(verdicts=wrong("bias_forgotten")))
        log.record(connection, entry(variant=2, verdicts=wrong("off_by_one")))
        assert log.rebuild_progress(connection) == 0
        connection.execute(update(mistakes).values(times=9))
        connection.execute(mistakes.delete().where(mistakes.c.name == "off_by_one"))
        assert log.rebuild_progress(connection) == 2
        assert log.rebuild_progress(connection) == 0


def test_an_older_database_gets_the_mistakes_of_its_log(
    engine: Engine, entry: Callable[..., Attempt]
) -> None:
    first = entry(verdicts=wrong("bias_forgotten"))
    with writing(engine) as connection:
        log.record(connection, first)
    with writing(engine) as connection:
        command.downgrade(alembic_config(connection), "0001")
    assert not is_ready(engine)
    migrate(engine)
    with reading(engine) as connection:
        assert [slip.times for slip in mistakes_of(connection, first.learner_id)] == [1]
