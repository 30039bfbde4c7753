"""What a sitting came to, against a recount that knows only the parts and what each was given."""

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from app.questions.bank import Bank
from app.questions.kinds import kind_of
from app.questions.part import TextPart
from app.questions.question import Question
from app.quizzes.quiz import Item
from app.quizzes.report import MOST_PRACTISED, Report, Tally, compare, report
from app.quizzes.sitting import Answer

SLUGS = (
    "fcn-parameter-count",
    "gradient-descent",
    "why-activations",
    "essay",
    "one-hot",
    "feature-map-sizes",
)
MISTAKES = ("bias_forgotten", "outputs_forgotten", "bias_forgotten+outputs_forgotten", None)
SOME = hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
WRITTEN = {"responses": {"role": "…"}, "verdicts": {"role": {"verdict": None, "score": None}}}


def answered(question: Question, place: int, chance: Random) -> tuple[Answer, dict[str, float | None]]:
    """An answer, and the share of each part as it was given: None where it is still to be given."""
    responses: dict[str, Any] = {}
    verdicts: dict[str, Any] = {}
    levels: dict[str, dict[str, int]] = {}
    shares: dict[str, float | None] = {}
    for part in question.parts:
        shares[part.id] = 0.0
        if chance.random() < 0.3:
            continue
        responses[part.id] = "…"
        if chance.random() < 0.2:
            verdicts[part.id] = {"verdict": "unreadable", "score": None, "mistake": None}
        elif isinstance(part, TextPart):
            verdicts[part.id] = {"verdict": None, "score": None, "mistake": None}
            shares[part.id] = None
            if chance.random() < 0.5:
                tops = {point.id: max(1, len(point.levels) - 1) for point in part.key_points}
                levels[part.id] = {name: chance.randint(0, top) for name, top in tops.items()}
                got = sum(p.marks * levels[part.id][p.id] / tops[p.id] for p in part.key_points)
                shares[part.id] = got / sum(p.marks for p in part.key_points)
        else:
            score = shares[part.id] = chance.choice([0.0, 0.25, 1.0])
            verdicts[part.id] = {"verdict": "?", "score": score, "mistake": chance.choice(MISTAKES)}
    return Answer(place, {}, responses, 1, chance.uniform(0, 900), verdicts, levels, None), shares


def item(question: Question) -> Item:
    return Item(question.slug, 1, 0, question.marks, question.minutes)


def sums(tally: Tally) -> tuple[float, float, float]:
    return tally.earned, tally.open, tally.out_of


@given(slugs=st.lists(st.sampled_from(SLUGS), max_size=8), pass_mark=st.integers(0, 100), seed=st.integers())
@SOME
def test_every_sum_is_that_of_a_recount(bank: Bank, slugs: list[str], pass_mark: int, seed: int) -> None:
    chance, questions = Random(seed), [bank.questions[slug] for slug in slugs]
    drawn = [answered(question, i + 1, chance) for i, question in enumerate(questions)]
    found = report([item(q) for q in questions], questions, [answer for answer, _ in drawn], pass_mark)

    rows = []  # number, topics, kind, mistakes, marks, share: one a part
    for number, (question, (answer, shares)) in enumerate(zip(questions, drawn, strict=True), start=1):
        for part in question.parts:
            marks = question.marks * part.marks / sum(each.marks for each in question.parts)
            named = str(answer.verdicts.get(part.id, {}).get("mistake")).split("+")
            rows.append((number, set(question.topics), kind_of(part), named, marks, shares[part.id]))

    def recount(these: list[Any]) -> Any:
        earned = sum(marks * share for *_, marks, share in these if share is not None)
        still = sum(marks for *_, marks, share in these if share is None)
        return pytest.approx((earned, still, sum(marks for *_, marks, _ in these)))

    assert sums(found.total) == recount(rows) and found.total.count == len(questions)
    assert found.total.seconds == pytest.approx(sum(answer.seconds for answer, _ in drawn))
    for number, place in enumerate(found.places, start=1):
        assert sums(place.tally) == recount([row for row in rows if row[0] == number])
    assert set(found.topics) == {topic for question in questions for topic in question.topics}
    for topic, tally in found.topics.items():
        assert sums(tally) == recount([row for row in rows if topic in row[1]])
        assert tally.count == sum(topic in question.topics for question in questions)
    assert set(found.kinds) == {row[2] for row in rows}
    for kind, tally in found.kinds.items():
        these = [row for row in rows if row[2] == kind]
        assert sums(tally) == recount(these) and tally.count == len(these)
    made: dict[str, set[int]] = {}
    for number, _, _, named, _, _ in rows:
        for name in named:
            made.setdefault(name, set()).add(number)
    made.pop("None", None)
    assert {name: {place.number for place in places} for name, places in found.mistakes.items()} == made
    assert found.to_mark == [row[0] for row in rows if row[5] is None]
    assert sum(found.states.values()) == len(questions)
    earned, still, out_of = recount(rows).expected
    wanted = out_of * pass_mark / 100
    if abs(earned - wanted) > 1e-6 < abs(earned + still - wanted):
        assert found.passed is (True if earned > wanted else None if earned + still > wanted else False)


def judged(
    bank: Bank, slug: str, place: int = 1, score: float | None = None, **more: Any
) -> tuple[Question, Answer]:
    """An answer to all parts, each given this score; none at all where there is no score."""
    question = bank.questions[slug]
    parts = [part.id for part in question.parts] if score is not None else []
    verdicts = {part: {"verdict": "?", "score": score, "mistake": None} for part in parts}
    values = {"responses": dict.fromkeys(parts, "…"), "verdicts": verdicts, "levels": {}, "seconds": 60.0}
    return question, Answer(place, {}, version=1, checked_at=None, **(values | more))


def of(*places: tuple[Question, Answer], pass_mark: int = 60) -> Report:
    questions = [question for question, _ in places]
    return report([item(q) for q in questions], questions, [answer for _, answer in places], pass_mark)


@pytest.mark.parametrize(
    ("score", "state"), [(1.0, "correct"), (0.5, "partly"), (0.0, "wrong"), (None, "empty")]
)
def test_a_place_is_right_partly_wrong_or_empty(bank: Bank, score: float | None, state: str) -> None:
    assert of(judged(bank, "one-hot", score=score)).places[0].state == state


def test_a_text_is_open_until_it_is_marked_and_may_be_marked_with_nothing(bank: Bank) -> None:
    still = of(judged(bank, "role-of-loss", **WRITTEN))
    assert (still.places[0].state, still.total.open, still.total.lost, still.passed) == ("open", 2, 0, None)
    assert not still.total.complete and still.practise == []
    none = of(judged(bank, "role-of-loss", **WRITTEN, levels={"role": {}}))
    assert (none.places[0].state, none.total.open, none.total.lost, none.passed) == ("wrong", 0, 2, False)


def test_passing_is_told_as_soon_as_it_is_certain(bank: Bank) -> None:
    half = judged(bank, "one-hot", 1, 1.0), judged(bank, "role-of-loss", 2, **WRITTEN)  # 2 of 4, 2 open
    assert [of(*half, pass_mark=mark).passed for mark in (0, 50, 51, 100)] == [True, True, None, None]
    failed = judged(bank, "one-hot", 1, 0.0), half[1]
    assert [of(*failed, pass_mark=mark).passed for mark in (50, 51)] == [None, False]


def test_what_lost_most_marks_is_practised_first(bank: Bank) -> None:
    slugs = ("one-hot", "convolve-and-pool", "platforms")
    found = of(*[judged(bank, slug, i + 1, 0.0) for i, slug in enumerate(slugs)])
    assert [place.item.slug for place in found.practise] == ["convolve-and-pool", "one-hot", "platforms"]
    assert of(judged(bank, "one-hot", score=1.0)).practise == []
    assert len(of(*[judged(bank, "one-hot", i + 1, 0.0) for i in range(30)]).practise) == MOST_PRACTISED


def test_the_next_to_mark_comes_round_and_is_never_the_one_looked_at(bank: Bank) -> None:
    first, third = (judged(bank, "role-of-loss", place, **WRITTEN) for place in (1, 3))
    found = of(first, judged(bank, "one-hot", 2, 1.0), third)
    assert [found.next_to_mark(after) for after in (0, 1, 2, 3)] == [1, 3, 3, 1]
    assert of(first).next_to_mark(1) is None and of(judged(bank, "one-hot", 1, 1.0)).next_to_mark(1) is None


def test_a_question_that_can_no_longer_be_read_keeps_what_it_earned(bank: Bank) -> None:
    (good, answer), (gone, other) = judged(bank, "one-hot", 1, 1.0), judged(bank, "essay", 2, 0.5)
    found = report([item(good), item(gone)], [good, None], [answer, other], 60, {2: 0.4}.get)
    assert sums(found.total) == pytest.approx((2 + 0.4 * 5, 0, 7))
    assert found.places[1].state == "partly" and set(found.topics) == {"classification"}
    assert sums(report([item(gone)], [None], [other], 60).total) == (0, 0, 5)


def test_only_what_is_marked_to_the_end_is_compared() -> None:
    half, most, unfinished = Tally(10, 5), Tally(20, 18), Tally(10, 9, 1)
    assert compare([unfinished, Tally()]) is None and compare([]) is None
    found = compare([half, unfinished, most])
    assert found and (found.count, found.last, found.best, found.mean) == (2, 0.5, 0.9, pytest.approx(0.7))


def test_three_thousand_places_are_one_report(bank: Bank) -> None:
    found = of(*[judged(bank, slug, i + 1, 0.25) for i, slug in enumerate(SLUGS * 500)])
    assert found.total.out_of == pytest.approx(500 * sum(bank.questions[slug].marks for slug in SLUGS))
    assert found.total.count == 3000 and len(found.practise) == MOST_PRACTISED
