"""Corrections of the log: they count in place of what they correct, on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, delete, select, text

from app.storage import attempts as log
from app.storage import corrections, learners
from app.storage.attempts import Attempt
from app.storage.database import connect, migrate, writing
from app.storage.mistakes import mistakes_of
from app.storage.revisions import sync_revisions
from app.storage.tables import attempts, mistakes, progress

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SCORES = st.sampled_from([None, 0.0, 0.5, 1.0])
NAMES = st.sampled_from([None, "bias_forgotten", "off_by_one", "bias_forgotten+off_by_one"])
LOGGED = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["answer", "answer", "self_mark", "hint", "give_up"]),
        "slug": st.sampled_from(["q", "r"]),
        "variant": st.integers(0, 2),
        "score": SCORES,
        "mistake": NAMES,
        "assisted": st.booleans(),
    }
)
CORRECTED = st.tuples(st.integers(0, 30), SCORES, NAMES)  # which entry, and its marks from now on
STEPS = st.lists(st.tuples(st.integers(0, 1), LOGGED | CORRECTED), max_size=25)  # of two learners


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One database for many logs."""
    folder: Path = tmp_path_factory.mktemp("corrections")
    made = connect(f"sqlite:///{folder}/gradus.db")
    migrate(made)
    yield made
    made.dispose()


def verdicts(mistake: str | None) -> dict[str, Any]:
    return {"total": {"verdict": "incorrect", "score": 0.0, "mistake": mistake}}


def entry(learner: int, revision: int, number: int, **values: Any) -> Attempt:
    judged = values["kind"] in corrections.JUDGED
    made = {
        "learner_id": learner, "revision_id": revision, "created_at": NOW + timedelta(hours=number),
        "submission": f"send {number}", "slug": values["slug"], "variant": values["variant"],
        "kind": values["kind"], "assisted": values["assisted"], "score": values["score"] if judged else None,
        "verdicts": verdicts(values["mistake"]) if values["kind"] == "answer" else {},
    }  # fmt: skip
    return Attempt(**made)


def expected(entries: list[Attempt]) -> dict[str, tuple[Any, ...]]:
    """By slug: answers, hints, given up, best, last, last variant; from the marks that stand, without any code of ours."""
    found = {}
    for slug in {e.slug for e in entries}:
        own = [e for e in entries if e.slug == slug]
        judged = [e for e in own if e.kind in ("answer", "self_mark") and e.score is not None]
        best = [e.score for e in judged if not e.assisted]
        found[slug] = (
            sum(e.kind == "answer" for e in judged), sum(e.kind == "hint" for e in own),
            sum(e.kind == "give_up" for e in own), max(best, default=None),  # type: ignore[type-var]
            judged[-1].score if judged else None, own[-1].variant,
        )  # fmt: skip
    return found


def slips(entries: list[Attempt]) -> dict[str, tuple[int, str, int]]:
    """By mistake: how often on numbers other than the last time, and where last."""
    places: dict[str, list[tuple[str, int]]] = {}
    for e in entries:
        for name in dict.fromkeys((e.verdicts.get("total", {}).get("mistake") or "").split("+")):
            if name:
                places.setdefault(name, []).append((e.slug, e.variant))
    return {name: (1 + sum(a != b for a, b in pairwise(at)), *at[-1]) for name, at in places.items()}


@given(steps=STEPS)
def test_progress_with_corrections_is_what_the_log_adds_up_to(kept: Engine, steps: list[Any]) -> None:
    with writing(kept) as connection:
        for table in (mistakes, progress, attempts):
            connection.execute(delete(table))
        revision = sync_revisions(connection, {"q": ("h", "text")}, NOW)["q"]
        people = [log.new_learner(connection, NOW), log.new_learner(connection, NOW)]
        stands: list[tuple[int, Attempt]] = []  # every entry with the marks that count
        for number, (who, step) in enumerate(steps):
            if isinstance(step, dict):
                added = entry(people[who], revision, number, **step)
                stands.append((log.record(connection, added), added))
                continue
            judged = [i for i, (_, e) in enumerate(stands) if e.kind in corrections.JUDGED]
            if judged:
                i, (score, mistake) = judged[step[0] % len(judged)], step[1:]
                entry_id, before = stands[i]
                marks = {"score": score, "verdicts": verdicts(mistake) if before.kind == "answer" else {}}
                stands[i] = (entry_id, Attempt(**before.__dict__ | marks))
                made = before.__dict__ | marks | {"submission": f"regrade {number}", "regrades": entry_id}
                corrections.correct(connection, [Attempt(**made)])
        for learner in people:
            own = [e for _, e in stands if e.learner_id == learner]
            assert {
                slug: (p.answers, p.hints, p.given_up, p.best, p.last, p.last_variant)
                for slug, p in log.progress_of(connection, learner).items()
            } == expected(own)
            found = mistakes_of(connection, learner)
            assert {slip.name: (slip.times, slip.slug, slip.variant) for slip in found} == slips(own)
        assert log.rebuild_progress(connection) == 0


def corrected_work(connection: Connection, learner: int, sends: range) -> None:
    """Answers of a half each, the first of which is corrected to all, twice."""
    revision = sync_revisions(connection, {"q": ("h", "text")}, NOW)["q"]
    values = {"kind": "answer", "slug": "q", "variant": 0, "mistake": None, "assisted": False}
    made = [entry(learner, revision, number, **values, score=0.5) for number in sends]
    first, *_ = [log.record(connection, sent) for sent in made]
    for score in (0.75, 1.0):
        again = made[0].__dict__ | {"score": score, "submission": f"regrade:{score}:{first}"}
        corrections.correct(connection, [Attempt(**again | {"regrades": first})])


def test_corrected_work_is_moved_with_its_corrections(engine: Engine) -> None:
    with writing(engine) as connection:
        phone, laptop = log.new_learner(connection, NOW), log.new_learner(connection, NOW)
        corrected_work(connection, phone, range(2))
        corrected_work(connection, laptop, range(3))  # the first of which, corrected there too, is on both
        learners.move(connection, laptop, phone)
        found = log.progress_of(connection, phone)["q"]
        assert (found.answers, found.best, found.last) == (3, 1.0, 0.5)
        rows = connection.execute(select(attempts.c.learner_id, attempts.c.regrades)).all()
        assert len(rows) == 5 and {row.learner_id for row in rows} == {phone}
        assert log.rebuild_progress(connection) == 0


def test_corrected_work_is_erased(engine: Engine) -> None:
    with writing(engine) as connection:
        gone, kept = log.new_learner(connection, NOW), log.new_learner(connection, NOW)
        corrected_work(connection, gone, range(2))
        corrected_work(connection, kept, range(2))
        learners.erase(connection, gone)
        rows = connection.execute(select(attempts.c.learner_id)).scalars().all()
        assert list(rows) == [kept] * 4
        assert log.rebuild_progress(connection) == 0


def test_erasing_looks_for_corrections_in_their_index(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        plan = connection.execute(text("EXPLAIN QUERY PLAN SELECT 1 FROM attempts WHERE regrades = 1")).all()
    assert "ix_attempts_regrades" in str(plan)


def test_an_answer_after_a_correction_is_added_to_it(engine: Engine) -> None:
    with writing(engine) as connection:
        learner = log.new_learner(connection, NOW)
        corrected_work(connection, learner, range(1))
        revision = sync_revisions(connection, {"q": ("h", "text")}, NOW)["q"]
        later = Attempt(learner, revision, "q", 1, "answer", NOW + timedelta(days=1), score=0.25)
        log.record(connection, later)
        found = log.progress_of(connection, learner)["q"]
        assert (found.answers, found.best, found.last) == (2, 1.0, 0.25)
        assert log.rebuild_progress(connection) == 0
