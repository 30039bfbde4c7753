"""Practising, on both databases: what is kept, what counts, what help costs."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert

from app.errors import NotFound
from app.questions.variant import variant
from app.storage import attempts
from app.storage.database import reading, writing
from app.storage.revisions import sync_revisions
from app.study import practice
from app.study.library import Library, open_library
from app.study.past import OUTDATED, question_then
from app.study.practice import Entry, Practice
from tests.conftest import ROOT

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NINE, FOUR = "fcn-parameter-count", "why-gradient-descent"
RIGHT = {"layers": ["12", "20", "20", "15"], "total": "67"}
Act = Callable[..., Practice]


@pytest.fixture
def library(engine: Engine) -> Library:
    return open_library(engine, ROOT / "questions")


@pytest.fixture
def act(engine: Engine, library: Library) -> Act:
    """Does something as one learner, each time under a key of its own, and reads the state."""
    with writing(engine) as connection:
        learner = attempts.new_learner(connection, NOW)
    keys = iter(range(100))

    def act(what: Callable[[Connection, Entry], Any], slug: str = NINE, number: int = 0) -> Practice:
        question = library.question(slug)
        shown = variant(question, number)
        entry = Entry(learner, library.revision_id(question), shown, f"key {next(keys)}", NOW)
        with writing(engine) as connection:
            what(connection, entry)
        with reading(engine) as connection:
            return practice.read(connection, learner, shown, entry.revision_id)

    return act


def answering(responses: dict[str, Any]) -> Callable[[Connection, Entry], Any]:
    return lambda connection, entry: practice.answer(connection, entry, responses)


def marking(levels: dict[str, dict[str, int]]) -> Callable[[Connection, Entry], Any]:
    return lambda connection, entry: practice.mark_own(connection, entry, levels)


def progress(engine: Engine, slug: str = NINE) -> attempts.Progress:
    with reading(engine) as connection:
        return attempts.progress_of(connection, 1)[slug]


def test_an_answer_comes_back_with_its_verdicts(act: Act, engine: Engine) -> None:
    state = act(answering(RIGHT))
    assert state.responses == RIGHT and state.solved and state.score == 1.0
    assert state.verdicts["layers"].cells == ["correct"] * 4
    assert progress(engine).solved


def test_parts_left_blank_earn_nothing_of_the_whole(act: Act) -> None:
    state = act(answering({"total": "67"}))
    assert state.score == 0.25 and not state.solved


def test_hints_end_when_there_are_no_more(act: Act, engine: Engine) -> None:
    for expected in (1, 2, 2):
        assert act(practice.take_hint).hints == expected
    assert progress(engine).hints == 2


def test_a_solved_question_shows_its_solution_without_giving_up(act: Act) -> None:
    act(answering(RIGHT))
    assert not act(practice.give_up).gave_up


def test_after_the_solution_only_another_variant_counts(act: Act, engine: Engine, library: Library) -> None:
    assert act(practice.give_up).gave_up
    assert act(answering(RIGHT)).solved
    assert not progress(engine).solved
    answers = variant(library.question(NINE), 1).answers
    fresh = {"layers": [str(n) for n in answers["layers"].value], "total": str(answers["total"].value)}  # type: ignore[union-attr]
    act(answering(fresh), number=1)
    assert progress(engine).solved and progress(engine).most_variant == 1


def test_a_text_scores_only_once_its_writer_has_marked_it(act: Act, engine: Engine, library: Library) -> None:
    (part,) = library.question(FOUR).parts
    written = act(answering({part.id: "沿负梯度更新参数，让损失变小。"}), FOUR)
    assert written.score is None and written.own_to_judge == [part.id]
    half = {point.id: 1 for point in part.key_points[:3]}  # type: ignore[union-attr]
    assert act(marking({part.id: half}), FOUR).score == pytest.approx(0.5)
    assert progress(engine, FOUR).answers == 1
    assert act(answering({part.id: "沿负梯度更新参数，让损失变小。"}), FOUR).levels == {part.id: half}
    assert act(answering({part.id: "另写一段。"}), FOUR).levels == {}


def test_the_words_that_make_a_point_are_kept_with_its_mark(act: Act, library: Library) -> None:
    (part,) = library.question(FOUR).parts
    act(answering({part.id: "沿负梯度更新参数，让损失变小。"}), FOUR)
    levels, spans = {part.id: {"params": 1}}, {part.id: {"params": [4, 8]}}
    kept = act(lambda connection, entry: practice.mark_own(connection, entry, levels, spans), FOUR)
    assert (kept.levels, kept.spans) == (levels, spans)
    again = act(answering({part.id: "沿负梯度更新参数，让损失变小。"}), FOUR)
    assert (again.levels, again.spans) == (levels, spans)
    assert act(answering({part.id: "另写一段。"}), FOUR).spans == {}


def test_marks_without_an_answer_are_not_kept(act: Act) -> None:
    assert act(marking({"x": {"y": 1}}), FOUR) == Practice()


def test_everything_can_be_derived_from_the_log(act: Act, engine: Engine) -> None:
    for what in (answering({"total": "52"}), practice.take_hint, answering(RIGHT), practice.give_up):
        act(what)
    with writing(engine) as connection:
        assert attempts.rebuild_progress(connection) == 0


def test_unknown_questions_are_not_found_and_neighbours_are_listed_ones(library: Library) -> None:
    with pytest.raises(NotFound):
        library.question("nope")
    before, after = library.neighbours(library.question("mini-batch-drill"))
    assert (before and before.number, after and after.number) == (7, 9)
    first = library.bank.listed[0]
    assert library.neighbours(first)[0] is None


def test_what_was_answered_to_an_older_text_is_not_shown_under_a_newer(
    engine: Engine, library: Library
) -> None:
    question = library.question(NINE)
    shown, older = variant(question, 0), library.revision_id(question)
    with writing(engine) as connection:
        learner = attempts.new_learner(connection, NOW)
        newer = sync_revisions(connection, {NINE: ("another", "another text")}, NOW)[NINE]
        for revision, what in (
            (older, answering({"total": "52"})),
            (older, practice.take_hint),
            (older, practice.take_hint),
            (newer, practice.take_hint),  # there are no more
            (older, practice.give_up),
        ):
            what(connection, Entry(learner, revision, shown, f"{revision} {what}", NOW))
        then = practice.read(connection, learner, shown, older)
        now = practice.read(connection, learner, shown, newer)
        assert (then.responses, then.score, then.hints, then.gave_up) == ({"total": "52"}, 0.0, 2, True)
        assert now == Practice(hints=2, gave_up=True)
        answering(RIGHT)(connection, Entry(learner, newer, shown, "now", NOW))
        assert practice.read(connection, learner, shown, older) == then
        assert practice.read(connection, learner, shown, newer).solved
        assert attempts.progress_of(connection, learner)[NINE].answers == 2


def test_own_marks_belong_to_the_revision_that_was_answered(engine: Engine, library: Library) -> None:
    question = library.question(FOUR)
    (part,), shown, older = question.parts, variant(question, 0), library.revision_id(question)
    with writing(engine) as connection:
        learner = attempts.new_learner(connection, NOW)
        newer = sync_revisions(connection, {FOUR: ("another", "another text")}, NOW)[FOUR]

        def does(revision: int, what: Callable[[Connection, Entry], Any], key: str) -> Practice:
            what(connection, Entry(learner, revision, shown, key, NOW))
            return practice.read(connection, learner, shown, revision)

        does(older, answering({part.id: "沿负梯度更新。"}), "a")
        assert does(older, marking({part.id: {"params": 1}}), "b").levels == {part.id: {"params": 1}}
        assert does(newer, answering({part.id: "沿负梯度更新。"}), "c").levels == {}
        assert does(newer, marking({part.id: {"params": 0}}), "d").levels == {part.id: {"params": 0}}
        assert practice.read(connection, learner, shown, older).levels == {part.id: {"params": 1}}


def test_only_who_answered_a_revision_gets_its_question(engine: Engine, library: Library) -> None:
    question = library.question("mini-batch-drill")
    with writing(engine) as connection:
        ann, bob = attempts.new_learner(connection, NOW), attempts.new_learner(connection, NOW)
        for slug, revision in (
            (question.slug, library.revision_id(question)),
            ("drill-convolution-2", library.revision_id(library.question("drill-convolution-2"))),
            ("gone", sync_revisions(connection, {"gone": ("h", "title: of another age")}, NOW)["gone"]),
        ):
            connection.execute(insert(attempts.attempts), log_row(ann, revision, slug))
            for learner, number in ((None, 3), (bob, 3), (ann, 2)):
                with pytest.raises(NotFound) as refused:
                    question_then(connection, learner, slug, number, revision)
                assert refused.value.message == NotFound.message
            if slug != "gone":
                assert question_then(connection, ann, slug, 3, revision) == library.question(slug)
                continue
            with pytest.raises(NotFound) as outdated:
                question_then(connection, ann, slug, 3, revision)
            assert outdated.value.message == OUTDATED


def log_row(learner: int, revision: int, slug: str) -> dict[str, Any]:
    return {
        "learner_id": learner, "revision_id": revision, "slug": slug, "variant": 3, "kind": "answer",
        "submission": slug, "responses": {}, "verdicts": {}, "assisted": False, "created_at": NOW,
    }  # fmt: skip
