"""Papers drawn from a blueprint: the same seed gives the same, and they are balanced as the bank is."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from app.errors import Invalid
from app.questions.bank import Bank
from app.questions.kinds import KINDS, kinds_of
from app.questions.question import Question
from app.questions.variant import variant
from app.quizzes.blueprint import (
    MOST_DRAWN,
    MOST_MINUTES,
    MOST_QUESTIONS,
    READY,
    Blueprint,
    chosen,
    drawn,
    weights,
)

SEEDS = st.text(alphabet="ABCDEFGHJKMNPQRSTUVWXYZ23456789", min_size=8, max_size=8)
FEW = hypothesis_settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
NEAR = 6  # minutes of a mock that may be left over
UNLIKE = (
    0.12  # by how much the share of a topic or kind in a mock differs from its share in the bank, at most
)


def minutes(questions: list[Question]) -> float:
    return sum(question.minutes for question in questions)


def slugs(questions: list[Question]) -> list[str]:
    return [question.slug for question in questions]


def shares(questions: list[Question]) -> dict[str, float]:
    return {name: weight / minutes(questions) for name, weight in weights(questions).items()}


def test_the_whole_paper_is_all_of_it_as_printed(bank: Bank) -> None:
    blueprint, rules = READY["paper"]
    paper = chosen(blueprint, bank, "any")
    assert [question.number for question in paper] == list(range(1, 31))
    assert sum(question.marks for question in paper) == 100 and minutes(paper) == blueprint.minutes == 120
    assert set(drawn(paper, rules.variants, "any")) == {0}


@given(seed=SEEDS)
@FEW
def test_the_same_seed_gives_the_same_paper(bank: Bank, seed: str) -> None:
    for blueprint, rules in READY.values():
        first, again = chosen(blueprint, bank, seed), chosen(blueprint, bank, seed)
        assert slugs(first) == slugs(again)
        assert drawn(first, rules.variants, seed) == drawn(again, rules.variants, seed)


def test_different_seeds_give_different_papers(bank: Bank) -> None:
    mock, sprint = READY["mock"][0], READY["sprint"][0]
    assert len({tuple(slugs(chosen(mock, bank, str(seed)))) for seed in range(50)}) > 45
    assert len({tuple(slugs(chosen(sprint, bank, str(seed)))) for seed in range(50)}) > 45


def test_every_question_of_the_bank_comes_up_in_a_mock_sometimes(bank: Bank) -> None:
    seen = Counter(slug for seed in range(100) for slug in slugs(chosen(READY["mock"][0], bank, str(seed))))
    assert set(seen) == set(slugs(bank.listed)) and max(seen.values()) < 100


@given(seed=SEEDS)
@FEW
def test_a_mock_fills_its_hour_and_is_balanced_as_the_bank_is(bank: Bank, seed: str) -> None:
    paper = chosen(READY["mock"][0], bank, seed)
    assert 60 - NEAR <= minutes(paper) <= 60
    assert len(set(slugs(paper))) == len(paper)
    assert {kind for question in paper for kind in kinds_of(question)} == set(KINDS)
    assert len({topic for question in paper for topic in question.topics}) >= len(bank.topics) - 1
    usual, here = shares(bank.listed), shares(paper)
    assert all(abs(here.get(name, 0) - share) <= UNLIKE for name, share in usual.items())


@given(seed=SEEDS)
@FEW
def test_a_sprint_has_ten_different_operations_with_numbers_of_their_own(bank: Bank, seed: str) -> None:
    blueprint, rules = READY["sprint"]
    paper = chosen(blueprint, bank, seed)
    assert len({question.operation for question in paper} - {None}) == len(paper) == 10
    assert {question.level for question in paper} == {2}
    numbers = drawn(paper, rules.variants, seed)
    assert all(0 < number < MOST_DRAWN for number in numbers)
    assert all(variant(question, number).answers for question, number in zip(paper, numbers, strict=True))


def test_a_longer_sprint_has_every_operation_before_one_comes_again(bank: Bank) -> None:
    found = Counter(q.operation for q in chosen(Blueprint(kind="sprint", count=25), bank, "s"))
    assert sum(found.values()) == 25 and set(found) == set(bank.drills) and set(found.values()) == {1, 2}


@given(
    topics=st.sets(st.sampled_from(["convolution", "training", "losses", "sequences"])),
    kinds=st.sets(st.sampled_from(list(KINDS))),
    count=st.integers(1, 12),
    seed=SEEDS,
)
@FEW
def test_ones_own_keeps_to_topics_kinds_and_count(
    bank: Bank, topics: set[str], kinds: set[str], count: int, seed: str
) -> None:
    blueprint = Blueprint(kind="own", topics=tuple(topics), kinds=tuple(kinds), count=count)
    fitting = [
        question
        for question in bank
        if (not topics or topics & set(question.topics)) and (not kinds or kinds & set(kinds_of(question)))
    ]
    if not fitting:
        with pytest.raises(Invalid):
            chosen(blueprint, bank, seed)
        return
    paper = chosen(blueprint, bank, seed)
    assert set(slugs(paper)) <= set(slugs(fitting)) and len(set(slugs(paper))) == len(paper)
    assert len(paper) == min(count, len(fitting))
    listed = [question for question in fitting if question.slug in bank.places]
    if len(listed) >= count:  # drills only where the questions are too few
        assert set(slugs(paper)) <= set(slugs(listed))


@given(limit=st.integers(8, 119), seed=SEEDS)
@FEW
def test_ones_own_without_a_count_fills_its_minutes(bank: Bank, limit: int, seed: str) -> None:
    assert limit - NEAR <= minutes(chosen(Blueprint(kind="own", minutes=limit), bank, seed)) <= limit


def test_with_neither_count_nor_minutes_all_that_fits_is_there(bank: Bank) -> None:
    paper = chosen(Blueprint(kind="own", topics=("convolution",)), bank, "s")
    assert sorted(slugs(paper)) == sorted(slugs(bank.topics["convolution"]))


def test_what_cannot_be_is_said_at_its_field(bank: Bank) -> None:
    for blueprint, field in (
        (Blueprint(kind="own", topics=("cooking",), count=3), "topics"),
        (Blueprint(kind="own", kinds=("text",), minutes=1), "minutes"),
        (Blueprint(kind="chosen", slugs=("gone",)), "topics"),
        (Blueprint(kind="sprint", count=0), "topics"),
    ):
        with pytest.raises(Invalid) as refused:
            chosen(blueprint, bank, "s")
        assert refused.value.field == field


def test_chosen_questions_stay_in_their_order(bank: Bank) -> None:
    wanted = ("dropout", "essay", "gone", "one-hot")
    assert slugs(chosen(Blueprint(kind="chosen", slugs=wanted), bank, "s")) == ["dropout", "essay", "one-hot"]


def test_numbers_are_printed_the_same_or_each_their_own(bank: Bank) -> None:
    questions = bank.listed
    printed, same = drawn(questions, "printed", "s"), drawn(questions, "same", "s")
    assert set(printed) == {0}
    assert [number > 0 for number in same] == [question.varies for question in questions]
    assert same != drawn(questions, "same", "t")
    drills = [question for question in bank if question.level]
    assert 0 not in drawn(drills, "printed", "s")


def large(bank: Bank, times: int) -> Bank:
    """The listed questions many times over, with other topics."""
    found = {}
    for i in range(times):
        for question in bank.listed:
            slug = f"{question.slug}-{i}"
            topics = [f"topic-{i % 7}", *question.topics]
            found[slug] = question.model_copy(update={"slug": slug, "number": None, "topics": topics})
    return replace(bank, questions=found)


def test_a_large_bank_is_balanced_too(bank: Bank) -> None:
    many = large(bank, 100)
    usual = shares(many.listed)
    for seed in range(5):
        paper = chosen(Blueprint(kind="mock", minutes=60), many, str(seed))
        assert 60 - NEAR <= minutes(paper) <= 60
        assert {kind for question in paper for kind in kinds_of(question)} == set(KINDS)
        here = shares(paper)
        assert all(abs(here.get(name, 0) - share) <= UNLIKE for name, share in usual.items())


def test_no_paper_is_longer_than_a_quiz_may_be(bank: Bank) -> None:
    many = large(bank, 100)
    whole = chosen(Blueprint(kind="own"), many, "s")
    assert len(whole) <= MOST_QUESTIONS and MOST_MINUTES - NEAR <= minutes(whole) <= MOST_MINUTES
    assert len(chosen(Blueprint(kind="own", count=MOST_QUESTIONS), many, "s")) == MOST_QUESTIONS
