"""All the work of a learner, moved to another or erased, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select

from app.storage import attempts as log
from app.storage import learners
from app.storage.attempts import Attempt
from app.storage.database import writing
from app.storage.mistakes import mistakes_of
from app.storage.revisions import sync_revisions
from app.storage.tables import answers, attempts, mistakes, progress, quizzes, sittings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FORGOTTEN = {"total": {"verdict": "incorrect", "mistake": "bias_forgotten"}}


def work(connection: Connection, learner: int, count: int, offset: int = 0, **more: Any) -> None:
    """Wrong answers to variants of one question, an hour after one another."""
    revision = sync_revisions(connection, {"q": ("h", "text")}, NOW)["q"]
    for i in range(offset, offset + count):
        values = {"slug": "q", "variant": i, "score": 0.5, "verdicts": FORGOTTEN, "kind": "answer"} | more
        at = NOW + timedelta(hours=i)
        log.record(connection, Attempt(learner, revision, created_at=at, submission=f"send {i}", **values))


def held(connection: Connection, learner: int) -> tuple[int, ...]:
    return tuple(
        connection.scalar(select(func.count()).select_from(table).where(table.c.learner_id == learner)) or 0
        for table in (attempts, progress, mistakes)
    )


def test_moved_work_is_there_once_with_its_progress_and_mistakes(engine: Engine) -> None:
    with writing(engine) as connection:
        phone, laptop = log.new_learner(connection, NOW), log.new_learner(connection, NOW)
        work(connection, phone, 12)
        work(connection, laptop, 5, offset=10)  # sends 10 and 11 are on both
        learners.move(connection, laptop, phone)
        assert held(connection, laptop) == (0, 0, 0)
        assert held(connection, phone) == (15, 1, 1)
        assert log.progress_of(connection, phone)["q"].answers == 15
        assert log.progress_of(connection, phone)["q"].most_variant == 14
        assert [slip.times for slip in mistakes_of(connection, phone)] == [15]
        assert log.rebuild_progress(connection) == 0


def test_two_sign_ins_at_once_move_the_work_once(engine: Engine) -> None:
    with writing(engine) as connection:
        phone, laptop = log.new_learner(connection, NOW), log.new_learner(connection, NOW)
        work(connection, phone, 4)
        work(connection, laptop, 4, offset=2)
    ready = Barrier(4)

    def move(_: int) -> None:
        ready.wait()
        with writing(engine) as connection:
            learners.move(connection, laptop, phone)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(move, range(4)))
    with writing(engine) as connection:
        assert held(connection, laptop) == (0, 0, 0)
        assert held(connection, phone) == (6, 1, 1)
        assert log.rebuild_progress(connection) == 0


def test_moving_again_or_to_oneself_changes_nothing(engine: Engine) -> None:
    with writing(engine) as connection:
        phone, laptop = log.new_learner(connection, NOW), log.new_learner(connection, NOW)
        work(connection, laptop, 3)
        learners.move(connection, laptop, phone)
        before = log.progress_of(connection, phone)
        learners.move(connection, laptop, phone)
        learners.move(connection, phone, phone)
        assert held(connection, phone) == (3, 1, 1)
        assert log.progress_of(connection, phone) == before


def test_progress_of_one_learner_is_derived_without_touching_others(engine: Engine) -> None:
    with writing(engine) as connection:
        one, other = log.new_learner(connection, NOW), log.new_learner(connection, NOW)
        work(connection, one, 2)
        work(connection, other, 2)
        connection.execute(progress.update().values(answers=99))
        assert log.rebuild_progress(connection, one) == 1
        assert log.progress_of(connection, one)["q"].answers == 2
        assert log.progress_of(connection, other)["q"].answers == 99


def test_erasing_leaves_nothing_but_a_number_that_is_not_given_again(engine: Engine) -> None:
    with writing(engine) as connection:
        kept, gone = log.new_learner(connection, NOW), log.new_learner(connection, NOW)
        work(connection, kept, 2)
        work(connection, gone, 2)
        learners.erase(connection, gone)
        assert held(connection, gone) == (0, 0, 0)
        assert held(connection, kept) == (2, 1, 1)
        assert log.new_learner(connection, NOW) not in (kept, gone)


def drawn(connection: Connection, learner: int | None, code: str) -> int:
    """A quiz that a learner has drawn for themself."""
    row = {"code": code, "learner_id": learner, "title": "", "blueprint": {}, "rules": {}, "items": []}
    return log.new_id(connection.execute(insert(quizzes), row | {"created_at": NOW}))


def sat(connection: Connection, learner: int, quiz: int) -> int:
    """A sitting with one answer."""
    times = dict.fromkeys(("started_at", "deadline", "turned_at", "handed_in_at"), NOW)
    row = {"quiz_id": quiz, "learner_id": learner, "items": [], "place": 1, "expired": False} | times
    sitting = log.new_id(connection.execute(insert(sittings), row))
    blank: dict[str, Any] = {key: {} for key in ("fields", "responses", "verdicts", "levels")}
    connection.execute(
        insert(answers), blank | {"sitting_id": sitting, "place": 1, "version": 0, "seconds": 0}
    )
    return sitting


def whose(connection: Connection, table: Any) -> list[int | None]:
    return list(connection.scalars(select(table.c.learner_id).order_by(table.c.id)))


def test_moved_work_takes_its_quizzes_and_sittings_along(engine: Engine) -> None:
    with writing(engine) as connection:
        phone, laptop, third = (log.new_learner(connection, NOW) for _ in range(3))
        one, other = drawn(connection, laptop, "AAAAAAAA"), drawn(connection, third, "BBBBBBBB")
        for learner, quiz in ((laptop, one), (laptop, other), (phone, other), (third, one)):
            sat(connection, learner, quiz)
        learners.move(connection, laptop, phone)
        assert whose(connection, quizzes) == [phone, third]
        assert whose(connection, sittings) == [phone, phone, phone, third]
        assert connection.scalar(select(func.count()).select_from(answers)) == 4


def test_erasing_takes_sittings_with_answers_and_leaves_papers_to_those_who_sat_them(engine: Engine) -> None:
    with writing(engine) as connection:
        kept, gone = log.new_learner(connection, NOW), log.new_learner(connection, NOW)
        alone, shared = drawn(connection, gone, "AAAAAAAA"), drawn(connection, gone, "BBBBBBBB")
        others = drawn(connection, kept, "CCCCCCCC")
        for learner, quiz in ((gone, alone), (gone, shared), (gone, others)):
            sat(connection, learner, quiz)
        theirs = sat(connection, kept, shared)
        learners.erase(connection, gone)
        assert list(connection.execute(select(quizzes.c.id, quizzes.c.learner_id).order_by(quizzes.c.id))) == [
            (shared, None), (others, kept),
        ]  # fmt: skip
        assert list(connection.scalars(select(sittings.c.id))) == [theirs]
        assert list(connection.scalars(select(answers.c.sitting_id))) == [theirs]
