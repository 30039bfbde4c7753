"""Results of a class against counts made the long way round, from random logs."""

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from statistics import fmean
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from app.accounts import users
from app.storage.attempts import Attempt, record
from app.storage.database import reading, writing
from app.storage.revisions import sync_revisions
from app.storage.tables import attempts
from app.teaching import answers, classes, membership, results
from app.teaching.answers import Entry, answered
from app.teaching.results import Asked, results_of
from app.teaching.spreadsheet import Sheet, as_csv, as_xlsx, guarded

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SLUGS = ("a", "b", "c")
TOPICS = {"a": ["x"], "b": ["x", "y"], "c": ["y"]}
ASKED = [Asked(slug, TOPICS[slug]) for slug in SLUGS]

# --- one question: pure, against brute force over random logs

scores = st.sampled_from([None, 0.0, 0.5, 1.0])
responses = st.sampled_from(["1", " 1", "２", "2", ["1", "2"]])
verdicts = st.fixed_dictionaries(
    {
        "verdict": st.sampled_from(["correct", "partly", "incorrect", "unreadable", None]),
        "mistake": st.sampled_from([None, "m", "m+n"]),
    }
)


@st.composite
def logs(draw: st.DrawFn) -> list[Any]:
    entries: list[Any] = []
    for number in range(1, draw(st.integers(0, 25)) + 1):
        earlier = [e for e in entries if e.kind in ("answer", "self_mark")]
        if earlier and draw(st.booleans()) and draw(st.booleans()):
            old = draw(st.sampled_from(earlier))
            entry = SimpleNamespace(**{**vars(old), "id": number, "regrades": old.id, "score": draw(scores)})
            entry.verdicts = {part: draw(verdicts) for part in old.verdicts}
        else:
            parts = draw(st.sets(st.sampled_from("pq"), min_size=1))
            kind = draw(st.sampled_from(["answer", "answer", "self_mark"]))
            entry = SimpleNamespace(
                id=number, learner_id=draw(st.integers(1, 3)), variant=draw(st.integers(0, 1)), kind=kind,
                responses={part: draw(responses) for part in sorted(parts)},
                verdicts={part: draw(verdicts) for part in sorted(parts)} if kind == "answer" else {},
                score=draw(scores), regrades=None,
            )  # fmt: skip
        entries.append(entry)
    return entries


def what_counts(entries: Sequence[Any]) -> list[Any]:
    """For every entry made by a student: itself as its newest correction leaves it."""

    def origin(entry: Any) -> int:
        return entry.id if entry.regrades is None else origin(entries[entry.regrades - 1])

    made = [entry for entry in entries if entry.regrades is None]
    return [max((e for e in entries if origin(e) == one.id), key=lambda e: e.id) for one in made]


@given(logs())
def test_the_answers_to_a_question_are_what_one_counts_by_hand(entries: list[Any]) -> None:
    counted = what_counts(entries)
    found = {each.variant: each for each in answered(entries)}
    assert list(found) == sorted({entry.variant for entry in counted})
    for variant, each in found.items():
        mine = [e for e in counted if e.variant == variant]
        handed_in = [
            e for e in mine
            if e.kind == "answer" and (e.score is not None or None in [v["verdict"] for v in e.verdicts.values()])
        ]  # fmt: skip
        assert each.answers == len(handed_in)
        assert each.students == len({e.learner_id for e in handed_in})
        judged = []
        for i, e in enumerate(mine):
            if e not in handed_in:
                continue
            own = mine[i + 1 :]
            own = [o for o in own if o.learner_id == e.learner_id]
            until = next((j for j, o in enumerate(own) if o in handed_in), len(own))
            marks = [o.score for o in own[:until] if o.kind == "self_mark" and o.score is not None]
            judged += [score for score in [(marks or [e.score])[-1]] if score is not None]
        assert each.mean == (pytest.approx(fmean(judged)) if judged else None)
        by_hand = Counter(
            (part, str(e.responses[part]).strip().replace("２", "2"), v["mistake"])
            for e in handed_in
            for part, v in e.verdicts.items()
            if v["verdict"] in ("incorrect", "partly")
        )
        assert by_hand == {
            (part, str(w.response), w.mistake): w.times for part, listed in each.wrong.items() for w in listed
        }
        for listed in each.wrong.values():
            assert [w.times for w in listed] == sorted((w.times for w in listed), reverse=True)


def entry(number: int, **more: Any) -> Entry:
    values = {
        "id": number, "learner_id": 1, "variant": 0, "kind": "answer", "responses": {"p": "1"}, "score": 0.0,
        "verdicts": {"p": {"verdict": "incorrect", "mistake": "m"}}, "regrades": None,
    }  # fmt: skip
    found: Entry = SimpleNamespace(**values | more)  # type: ignore[assignment]
    return found


def test_a_correction_counts_in_place_of_what_it_corrects_and_the_newest_of_several() -> None:
    right = {"p": {"verdict": "correct", "mistake": None}}
    first, wrong = entry(1), entry(2)
    assert answered([first, wrong])[0].wrong["p"][0].times == 2
    corrected = entry(3, regrades=1, score=1.0, verdicts=right)
    (found,) = answered([first, wrong, corrected])
    assert (found.answers, found.mean, found.wrong["p"][0].times) == (2, 0.5, 1)
    (found,) = answered([first, wrong, corrected, entry(4, regrades=3, score=0.5)])  # corrected once more
    assert (found.answers, found.mean, found.wrong["p"][0].times) == (2, 0.25, 2)
    (found,) = answered([first, wrong, corrected, entry(4, regrades=1, score=0.0)])
    assert (found.answers, found.mean) == (2, 0.0)


def test_a_corrected_answer_keeps_its_place_before_its_writers_own_marks() -> None:
    text_only = {"p": {"verdict": None, "mistake": None}}
    written = entry(1, score=None, verdicts=text_only)
    marked = entry(2, kind="self_mark", score=0.8, verdicts={})
    (found,) = answered([written, marked, entry(3, regrades=1, score=None, verdicts=text_only)])
    assert (found.answers, found.mean, found.wrong) == (1, 0.8, {})


# --- a class: on both databases, against brute force over a random log


moves = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.sampled_from(SLUGS),
        st.sampled_from(["answer", "hint", "give_up"]),
        st.sampled_from([0.0, 0.5, 1.0]),
        st.booleans(),
        st.sampled_from([None, "m", "n", "m+n"]),
    ),
    max_size=40,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves)
def test_the_results_of_a_class_are_what_one_counts_by_hand(engine: Engine, log: list[Any]) -> None:
    """Students 0 to 2 have joined, 3 is only invited, 4 is in no class."""
    with writing(engine) as connection, connection.begin_nested() as undone:
        teacher = users.register(connection, "Teacher", None, "hash", NOW, "instructor")
        classroom = classes.create(connection, teacher.id, "一班", NOW)
        students = [users.register(connection, f"S{i}", None, "hash", NOW) for i in range(5)]
        for i, state in enumerate(["joined", "joined", "joined", "invited"]):
            membership.add(connection, classroom.id, students[i].id, state, NOW)
        revision = sync_revisions(connection, {"q": ("h", "text")}, NOW)["q"]
        for i, (who, slug, kind, score, assisted, mistake) in enumerate(log):
            judged = kind == "answer"
            record(
                connection,
                Attempt(
                    students[who].learner_id, revision, slug, i, kind, NOW + timedelta(minutes=i),
                    score=score if judged else None, assisted=assisted,
                    verdicts={"p": {"verdict": "incorrect", "mistake": mistake}} if judged else {},
                ),
            )  # fmt: skip
        found = results_of(connection, classroom.id, ASKED)
        partly = results_of(connection, classroom.id, ASKED[:1], {"a"})
        undone.rollback()

    def best(who: int, slug: str) -> float | None:
        own = [m[3] for m in log if m[:3] == (who, slug, "answer") and not m[4]]
        return max(own, default=None)

    def state(who: int, slug: str) -> str:
        if (best(who, slug) or 0) >= 1:
            return "solved"
        return "tried" if any(m[:2] == (who, slug) and m[2] != "hint" for m in log) else "new"

    assert [one.member.name for one in found.students] == ["S0", "S1", "S2"]
    for who, one in enumerate(found.students):
        assert [one.cells[slug].state for slug in SLUGS] == [state(who, slug) for slug in SLUGS]
        assert [one.cells[slug].best for slug in SLUGS] == [best(who, slug) for slug in SLUGS]
        times = [NOW + timedelta(minutes=i) for i, m in enumerate(log) if m[0] == who]
        assert (one.last and one.last.replace(tzinfo=UTC)) == max(times, default=None)
    for sums, within in [(found.questions[s], [s]) for s in SLUGS] + [
        (found.topics[t], [s for s in SLUGS if t in TOPICS[s]]) for t in "xy"
    ]:
        cells = [(who, slug) for who in range(3) for slug in within]
        counted = Counter(state(*cell) for cell in cells)
        assert (sums.solved, sums.tried, sums.of) == (counted["solved"], counted["tried"], len(cells))
        kept = [b for cell in cells if (b := best(*cell)) is not None]
        assert sums.mean == (pytest.approx(fmean(kept)) if kept else None)
    made = {
        (who, name, i)
        for i, (who, _, kind, _, _, names) in enumerate(log)
        if who < 3 and kind == "answer" and names
        for name in names.split("+")
    }
    times_made = Counter(name for _, name, _ in made)
    makers = Counter(name for _, name in {(who, name) for who, name, _ in made})
    assert {m.name: (m.students, m.times) for m in found.mistakes} == {
        name: (makers[name], times_made[name]) for name in makers
    }
    assert list(partly.questions) == ["a"] and {m.slug for m in partly.mistakes} <= {"a"}


def test_the_log_of_a_class_is_read_in_its_order(engine: Engine) -> None:
    with writing(engine) as connection:
        teacher = users.register(connection, "Teacher", None, "hash", NOW, "instructor")
        classroom = classes.create(connection, teacher.id, "一班", NOW)
        ann, bob = (users.register(connection, name, None, "hash", NOW) for name in ("Ann", "Bob"))
        membership.add(connection, classroom.id, ann.id, "joined", NOW)
        membership.add(connection, classroom.id, bob.id, "invited", NOW)
        revision = sync_revisions(connection, {"a": ("h", "text")}, NOW)["a"]
        wrong = {"p": {"verdict": "incorrect", "mistake": "m"}}
        for who, slug in ((ann, "a"), (bob, "a"), (ann, "b"), (ann, "a")):
            attempt = Attempt(
                who.learner_id,
                revision,
                slug,
                0,
                "answer",
                NOW,
                responses={"p": "1"},
                verdicts=wrong,
                score=0.0,
            )
            first = record(connection, attempt)
        correcting = asdict(attempt) | {"submission": "again", "score": 1.0, "regrades": first}
        correcting["verdicts"] = {"p": {"verdict": "correct", "mistake": None}}
        connection.execute(attempts.insert(), correcting)
        (found,) = answers.answers_to(connection, classroom.id, "a")
    assert (found.answers, found.students, found.mean, found.wrong["p"][0].times) == (2, 1, 0.5, 1)


def test_results_stand_on_indexes(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        return
    for query, given_ in (
        (results.PROGRESS, {"class_id": 1}),
        (results.MISTAKES, {"class_id": 1}),
        (answers.ENTRIES, {"class_id": 1, "slug": "a"}),
    ):
        with reading(engine) as connection:
            compiled = query.params(**given_).compile(engine, compile_kwargs={"literal_binds": True})
            plan = connection.execute(text(f"EXPLAIN QUERY PLAN {compiled}")).all()
        assert not [step for step in plan if str(step[3]).startswith("SCAN")]


# --- tables to take along


@pytest.mark.parametrize(
    "typed",
    [
        "=1+1", "+1", "-67", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠x", '"=1', "'=1", "“＝1”", "  =1",
        '=HYPERLINK("http://x","y")', "\u3000=1", "＂=1", "\n=1",
    ],
)  # fmt: skip
def test_no_text_is_a_formula(typed: str) -> None:
    assert guarded(typed) == f"'{typed}"
    content = as_xlsx([Sheet("s", [["heading"], [typed], [1.5]])])
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        page = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314
        strings = book.read("xl/sharedStrings.xml").decode()
    name = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    assert not list(page.iter(f"{name}f")) and not list(page.iter(f"{name}hyperlink"))
    assert [c.get("t") for c in page.iter(f"{name}c")] == ["s", "s", None]
    assert typed.strip("\r\n\t \u3000").replace('"', "&quot;")[:3] in strings.replace('"', "&quot;")


def test_other_texts_and_numbers_stay_as_they_are() -> None:
    rows: list[list[Any]] = [
        ["张三", "a=b", 'say "x"; y', None, -3, 0.5],
        ["", "1-2", "x\ny", "2026001", 1, 2.0],
    ]
    content = as_csv(Sheet("s", rows))
    assert content.startswith(b"\xef\xbb\xbf")
    read = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert read == [
        ["张三", "a=b", 'say "x"; y', "", "-3", "0.5"],
        ["", "1-2", "x\ny", "2026001", "1", "2.0"],
    ]


def test_a_workbook_has_its_sheets_and_holds_the_longest_text() -> None:
    with zipfile.ZipFile(
        io.BytesIO(as_xlsx([Sheet("学生", [["x" * 40_000]]), Sheet("错误", [["y\x01"]])]))
    ) as book:
        assert (
            "学生" in book.read("xl/workbook.xml").decode()
            and "错误" in book.read("xl/workbook.xml").decode()
        )
        assert "x" * 32_767 in book.read("xl/sharedStrings.xml").decode()
        ElementTree.fromstring(book.read("xl/sharedStrings.xml"))  # noqa: S314
