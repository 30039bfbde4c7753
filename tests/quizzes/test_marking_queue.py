"""One mark for all who wrote the same: what is to be marked, and what a mark reaches."""

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select, update

from app.accounts import users
from app.errors import Conflict, Invalid, NotFound
from app.quizzes import marking, paper, sitting
from app.quizzes.blueprint import Rules
from app.quizzes.grouping import Group
from app.quizzes.marking_queue import (
    following,
    groups_of,
    kept_of,
    levels_of,
    mark,
    progress,
    tally,
    top,
)
from app.storage.database import reading, writing
from app.storage.tables import attempts, sittings
from app.study.library import Library, open_library
from tests.quizzes.exam import LATER, NOW, Exam, exam, sit

ROOT = Path(__file__).parents[2]
SLUGS = ("role-of-loss", "fcn-parameter-count", "mini-batch", "essay")
GAP, GUIDE = "衡量预测与标签的差距。", "指导参数更新"
WRITTEN = [
    {"role": GAP, "what": "一小批样本", "total": "67"},
    {"role": f"  {GAP[:-1]}"},
    {"role": GUIDE, "why": "省内存"},
    {"role": GAP},
    {"what": "一小批样本"},
]


@pytest.fixture
def library(engine: Engine) -> Library:
    return open_library(engine, ROOT / "questions")


@pytest.fixture
def sat(engine: Engine, library: Library) -> Exam:
    return begun(engine, library, SLUGS, WRITTEN)


def begun(engine: Engine, library: Library, slugs: Any, written: Any, rules: Rules | None = None) -> Exam:
    with writing(engine) as connection:
        teacher = users.register(connection, "王老师", None, "a hash", NOW, "instructor")
        made = exam(connection, library, teacher.id, slugs, written, rules)
        grade_all(connection, library, made)
    return made


def grade_all(connection: Connection, library: Library, made: Exam) -> None:
    for due in marking.ungraded(connection, made.assignment.id):
        marking.grade(connection, library, sitting.found(connection, due), LATER)


def groups(connection: Connection, made: Exam, slug: str = "role-of-loss", part: str = "role") -> list[Group]:
    return groups_of(kept_of(connection, made.assignment.id), slug, part)


def give(
    connection: Connection, library: Library, made: Exam, name: str, levels: dict[str, int],
    was: dict[str, int] | None = None,
) -> None:  # fmt: skip
    """Mark a group of answers to the role of the loss."""
    mark(connection, library, made.assignment.id, "role-of-loss", "role", name, levels, was, LATER)


def earned(
    connection: Connection, library: Library, sitting_id: int, slug: str, part_id: str
) -> float | None:
    own = sitting.found(connection, sitting_id)
    place = next(i for i, item in enumerate(own.items, start=1) if item.slug == slug)
    variant = paper.shown(connection, library, own.item(place))
    marks = marking.parts_of(variant.question, sitting.answer_at(connection, sitting_id, place))
    return next(each.earned for each in marks if each.part.id == part_id)


def test_every_text_part_is_listed_with_what_is_written_and_marked(
    engine: Engine, library: Library, sat: Exam
) -> None:
    with reading(engine) as connection:
        listed = progress(connection, library, sat.quiz, sat.assignment.id)
    assert [(each.question.slug, each.part.id) for each in listed] == [
        ("role-of-loss", "role"), ("mini-batch", "what"), ("mini-batch", "why"),
        ("essay", "ideas"), ("essay", "training"), ("essay", "field"), ("essay", "outlook"),
    ]  # fmt: skip
    assert [(each.written, each.marked, each.open_groups) for each in listed[:4]] == [
        (4, 0, 2), (2, 0, 1), (1, 0, 1), (0, 0, 0),
    ]  # fmt: skip


def test_a_mark_reaches_all_who_wrote_the_same_and_nobody_else(
    engine: Engine, library: Library, sat: Exam
) -> None:
    with writing(engine) as connection:
        most, other = groups(connection, sat)
        assert [len(most.answers), len(other.answers)] == [3, 1]
        give(connection, library, sat, most.name, {"quantify": 1})
    with reading(engine) as connection:
        found = [earned(connection, library, own, "role-of-loss", "role") for own in sat.sittings]
        assert found == [pytest.approx(2 / 5), pytest.approx(2 / 5), None, pytest.approx(2 / 5), 0]
        after = groups(connection, sat)
        assert [group.is_open for group in after] == [False, True]
        assert tally(after)["quantify", 1] == 3 and tally(after)["guide", 1] == 0


def test_one_text_is_marked_without_the_other_of_its_question(engine: Engine, library: Library) -> None:
    sat = begun(engine, library, SLUGS, [{"what": "一小批样本", "why": "省内存"}])
    with writing(engine) as connection:
        for part, points in (("what", {"definition": 1}), ("why", {"memory": 1})):
            name = groups(connection, sat, "mini-batch", part)[0].name
            mark(connection, library, sat.assignment.id, "mini-batch", part, name, points, None, LATER)
        kept = sitting.answer_at(connection, sat.sittings[0], 3)
    assert kept.levels == {"what": {"definition": 1}, "why": {"memory": 1}}


def test_what_is_open_tried_by_the_owner_or_empty_is_not_marked(
    engine: Engine, library: Library, sat: Exam
) -> None:
    with writing(engine) as connection:
        late = users.register(connection, "迟到的", None, "a hash", NOW)
        sit(connection, library, sat.quiz, late.learner_id, {"role": "还在写"}, sat.assignment.id)
        trial = users.register(connection, "试卷的", None, "a hash", NOW)
        own = sit(connection, library, sat.quiz, trial.learner_id, {"role": "自己试"}, None)
        sitting.hand_in(connection, own, LATER)
        grade_all(connection, library, sat)
        texts = {each.text for group in groups(connection, sat) for each in group.answers}
    assert texts == {GAP, f"  {GAP[:-1]}", GUIDE}


def test_a_later_paper_opens_the_group_again_and_keeps_its_marks(
    engine: Engine, library: Library, sat: Exam
) -> None:
    with writing(engine) as connection:
        name = groups(connection, sat)[0].name
        marks = {"quantify": 1, "guide": 1}
        give(connection, library, sat, name, marks)
        late = users.register(connection, "迟到的", None, "a hash", NOW)
        own = sit(connection, library, sat.quiz, late.learner_id, {"role": GAP}, sat.assignment.id)
        sitting.expire(connection, NOW + timedelta(days=1))
        assert groups(connection, sat)[0].marked == 3  # not graded: nothing to mark yet
        grade_all(connection, library, sat)
        group = groups(connection, sat)[0]
        assert (group.name, len(group.answers), group.marked, group.is_open) == (name, 4, 3, True)
        assert group.levels == marks
        give(connection, library, sat, name, marks, marks)
        assert earned(connection, library, own.id, "role-of-loss", "role") == pytest.approx(4 / 5)


def test_numbers_of_ones_own_and_a_shuffled_paper_do_not_scatter_a_text(
    engine: Engine, library: Library
) -> None:
    rules = Rules(variants="each", shuffled=True)
    sat = begun(engine, library, SLUGS, [{"role": GAP}] * 12, rules)
    with writing(engine) as connection:
        (group,) = groups(connection, sat)
        assert len({each.place for each in group.answers}) > 1  # seen at different places
        give(connection, library, sat, group.name, {"fit": 1})
        found = [earned(connection, library, own, "role-of-loss", "role") for own in sat.sittings]
        assert found == [pytest.approx(2 / 5)] * 12


def test_the_same_words_under_other_numbers_are_marked_apart(
    engine: Engine, library: Library, sat: Exam
) -> None:
    with writing(engine) as connection:
        own = sitting.found(connection, sat.sittings[0])
        items = [asdict(item) | ({"variant": 3} if item.slug == "role-of-loss" else {}) for item in own.items]
        connection.execute(update(sittings).where(sittings.c.id == own.id).values(items=items))
        assert sorted(len(group.answers) for group in groups(connection, sat)) == [1, 1, 2]


def test_of_two_tabs_the_second_is_told_unless_it_agrees(engine: Engine, library: Library, sat: Exam) -> None:
    with writing(engine) as connection:
        name = groups(connection, sat)[0].name

    def send(levels: dict[str, int], was: dict[str, int] | None) -> None:
        with writing(engine) as connection:
            give(connection, library, sat, name, levels, was)

    send({"quantify": 1}, None)
    send({"quantify": 1}, None)
    with pytest.raises(Conflict):
        send({"guide": 1}, None)
    with reading(engine) as connection:
        assert groups(connection, sat)[0].levels == {"quantify": 1}
    send({"guide": 1}, {"quantify": 1})
    with reading(engine) as connection:
        assert groups(connection, sat)[0].levels == {"guide": 1}


def test_a_group_that_is_not_there_is_not_found(engine: Engine, library: Library, sat: Exam) -> None:
    with pytest.raises(NotFound), writing(engine) as connection:
        give(connection, library, sat, "0" * 16, {})


def test_marks_given_after_the_release_are_in_the_log_of_every_learner(
    engine: Engine, library: Library, sat: Exam
) -> None:
    with writing(engine) as connection:
        for own in sat.sittings:
            marking.enter(connection, library, sitting.found(connection, own), LATER)
        name = groups(connection, sat)[0].name
        give(connection, library, sat, name, {"guide": 1})
        logged = select(attempts.c.learner_id).where(attempts.c.kind == "self_mark")
        learners = set(connection.scalars(logged))
    assert learners == {sat.students[i].learner_id for i in (0, 1, 3)}


def test_the_next_is_the_one_behind_else_the_first_that_is_open(engine: Engine, library: Library) -> None:
    sat = begun(engine, library, SLUGS, [{"role": text} for text in ("一", "二", "三")])
    with writing(engine) as connection:
        first, second, third = groups(connection, sat)
        assert following([first, second, third]) == first
        assert following([first, second, third], second.name) == third
        assert following([first, second, third], third.name) == first
        give(connection, library, sat, first.name, {})
        assert following(groups(connection, sat), third.name) == second


def test_levels_are_read_whole_or_refused_by_the_name_of_their_point(library: Library) -> None:
    ticked, rubric = (library.bank.questions[slug].parts[0] for slug in ("role-of-loss", "essay"))
    assert ticked.response == rubric.response == "text"
    assert levels_of(ticked, {"guide": "1", "no such point": "9"}) == {
        point.id: int(point.id == "guide") for point in ticked.key_points
    }
    assert levels_of(rubric, {"ideas": "0"} | {p.id: str(top(p)) for p in rubric.key_points}) == {
        p.id: len(p.levels) - 1 for p in rubric.key_points
    }
    for part, typed in (
        (ticked, {"guide": "2"}),
        (ticked, {"guide": "-1"}),
        (ticked, {"guide": "１"}),
        (rubric, {}),
    ):
        with pytest.raises(Invalid) as refused:
            levels_of(part, typed)
        assert refused.value.field in {point.id for point in part.key_points}
