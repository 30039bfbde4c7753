"""Drafts of instructors, and what becomes of them, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine

from app.accounts import users
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.questions.source import BankError
from app.storage import revisions
from app.storage.database import reading, writing
from app.teaching import authoring, publishing
from app.teaching.health import health
from app.teaching.preview import preview

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SOURCE = """\
title: {zh: 卷积层的参数, en: Parameters of a convolution}
topics: [convolution]
marks: 2
minutes: 2
given: {in_channels: 3, out_channels: 16, kernel: [5, 5]}
prompt: {zh: "{{ in_channels }} 个通道", en: "{{ in_channels }} channels"}
parts:
  - id: total
    response: number
    answer: {operation: convolution_parameters, result: total}
"""
OTHER = SOURCE.replace("marks: 2", "marks: 3")


@pytest.fixture
def owner(engine: Engine) -> int:
    with writing(engine) as connection:
        return users.register(connection, "Ms Wang", None, "hash", NOW, "instructor").id


def begun(connection: Connection, owner: int, source: str = SOURCE) -> authoring.Authored:
    slug = authoring.begin(connection, "my-question", owner, source, {"taken"}, NOW)
    return authoring.owned(connection, slug, owner)


def test_a_draft_is_its_owners(engine: Engine, owner: int) -> None:
    with writing(engine) as connection:
        question = begun(connection, owner)
        assert (question.source, question.published, question.retired) == (SOURCE, None, False)
        with pytest.raises(NotAllowed):
            authoring.owned(connection, question.slug, owner + 1)
        with pytest.raises(NotFound):
            authoring.owned(connection, "nothing", owner)


@pytest.mark.parametrize(("wanted", "slug"), [("free", "free"), ("taken", "taken-2"), ("a" * 74, "a" * 74)])
def test_a_slug_is_nobody_elses(engine: Engine, owner: int, wanted: str, slug: str) -> None:
    with writing(engine) as connection:
        assert authoring.begin(connection, wanted, owner, SOURCE, {"taken"}, NOW) == slug
        assert authoring.begin(connection, wanted, owner, SOURCE, {"taken"}, NOW) != slug


@pytest.mark.parametrize("wanted", ["", "Caps", "a b", "../a", "a" * 75, "题", "-a", "drill-a", "a-drill"])
def test_what_cannot_be_an_address(engine: Engine, owner: int, wanted: str) -> None:
    with writing(engine) as connection, pytest.raises(Invalid):
        authoring.begin(connection, wanted, owner, SOURCE, (), NOW)


def test_a_faulty_draft_is_kept_and_the_line_ends_of_browsers_are_not(engine: Engine, owner: int) -> None:
    with writing(engine) as connection:
        question = begun(connection, owner)
        authoring.save(connection, question, "title: [\r\nx", question.seen, NOW)
        assert authoring.owned(connection, question.slug, owner).source == "title: [\nx\n"


def test_two_windows_never_overwrite_silently(engine: Engine, owner: int) -> None:
    with writing(engine) as connection:
        question = begun(connection, owner)
        seen = question.seen
        authoring.save(connection, question, OTHER, seen, NOW)
        after = authoring.owned(connection, question.slug, owner)
        with pytest.raises(Conflict):
            authoring.save(connection, after, SOURCE + "# mine\n", seen, NOW)
        authoring.save(connection, after, OTHER, seen, NOW)  # both wrote the same
        authoring.save(connection, after, SOURCE + "# mine\n", after.seen, NOW)
        assert authoring.owned(connection, question.slug, owner).source.endswith("# mine\n")


def test_publishing_keeps_every_version_and_rolling_back_brings_one_back(engine: Engine, owner: int) -> None:
    with writing(engine) as connection:
        question = begun(connection, owner)
        slug = question.slug
        first = publishing.publish(connection, question, SOURCE, owner, " one\n more ", NOW)
        question = authoring.owned(connection, slug, owner)
        assert (question.draft, question.published) == (None, SOURCE)
        with pytest.raises(Conflict):
            publishing.publish(connection, question, SOURCE, owner, "", NOW)
        publishing.publish(connection, question, OTHER, owner, "two", NOW + timedelta(hours=1))
        question = authoring.owned(connection, slug, owner)
        authoring.save(connection, question, OTHER + "# going on\n", question.seen, NOW)
        publishing.roll_back(connection, question, first, owner, "", NOW + timedelta(hours=2))
        question = authoring.owned(connection, slug, owner)
        assert (question.published, question.draft) == (SOURCE, OTHER + "# going on\n")
        found = publishing.versions(connection, slug)
    assert [(v.note, v.source) for v in found] == [("", SOURCE), ("two", OTHER), ("one more", SOURCE)]
    assert found[0].revision_id == found[2].revision_id and found[0].current
    assert [line for line in found[1].changes if line[0]] == [("-", "marks: 2"), ("+", "marks: 3")]
    assert {v.author for v in found} == {"Ms Wang"}


def test_a_retired_question_can_be_edited_and_published_again(engine: Engine, owner: int) -> None:
    with writing(engine) as connection:
        question = begun(connection, owner)
        publishing.publish(connection, question, SOURCE, owner, "", NOW)
        publishing.retire(connection, authoring.owned(connection, question.slug, owner), owner, "old", NOW)
        retired = authoring.owned(connection, question.slug, owner)
        assert (retired.retired, retired.published, retired.source) == (True, None, SOURCE)
        with pytest.raises(Conflict):
            publishing.retire(connection, retired, owner, "", NOW)
        assert not authoring.discard(connection, retired, NOW)
        publishing.publish(connection, retired, SOURCE, owner, "again", NOW)
        assert not authoring.owned(connection, question.slug, owner).retired


def test_discarding_takes_the_draft_and_what_was_never_published(engine: Engine, owner: int) -> None:
    with writing(engine) as connection:
        assert authoring.discard(connection, begun(connection, owner), NOW)
        question = begun(connection, owner)
        publishing.publish(connection, question, SOURCE, owner, "", NOW)
        question = authoring.owned(connection, question.slug, owner)
        authoring.save(connection, question, OTHER, question.seen, NOW)
        assert not authoring.discard(connection, authoring.owned(connection, question.slug, owner), NOW)
        assert authoring.owned(connection, question.slug, owner).source == SOURCE


def test_processes_ask_only_for_what_is_new(engine: Engine, owner: int) -> None:
    with writing(engine) as connection:
        question = begun(connection, owner)
        first = publishing.publish(connection, question, SOURCE, owner, "", NOW)
        second = publishing.publish(
            connection, authoring.owned(connection, question.slug, owner), OTHER, owner, "", NOW
        )
        assert [p.source for p in revisions.published_since(connection, 0)] == [OTHER]
        assert [p.id for p in revisions.published_since(connection, first)] == [second]
        assert revisions.published_since(connection, second) == []


def test_an_account_leaves_with_its_drafts_and_what_it_published_stays(engine: Engine, owner: int) -> None:
    with writing(engine) as connection:
        question = begun(connection, owner)
        publishing.publish(connection, question, SOURCE, owner, "", NOW)
        begun(connection, owner)
        assert len(revisions.questions_of(connection, owner)) == 2
        user = users.by_login(connection, "Ms Wang")
        assert user
        users.remove(connection, user)
    with reading(engine) as connection:
        row = revisions.question(connection, question.slug)
        assert row and row.owner_id is None
        assert revisions.question(connection, f"{question.slug}-2") is None
        assert publishing.versions(connection, question.slug)[0].author is None


def test_a_number_belongs_to_the_paper() -> None:
    with pytest.raises(BankError) as raised:
        authoring.read("number: 9\n" + SOURCE, "q")
    assert [(p.line, p.field) for p in raised.value.problems] == [(1, "number")]


def test_a_preview_has_five_more_variants_or_the_problems() -> None:
    shown = preview(SOURCE, "q")
    assert [v.number for v in shown.variants] == list(range(6)) and not shown.problems
    assert len({str(v.given) for v in shown.variants}) > 3
    faulty = preview(SOURCE.replace("result: total", "result: sum"), "q")
    assert faulty.question is None and faulty.problems


def test_health_tries_200_variants_and_says_what_is_worth_knowing() -> None:
    found = health(SOURCE, "q")
    assert found.well and found.variants == 200 and found.different > 50
    assert any("hints" in note.en for note in found.notes)
    erratum = "erratum: {printed: *, right: *, why: *, answers: {total: '1216'}}\n"
    broken = SOURCE + erratum.replace("*", "{zh: 无, en: none}")  # the right answer as the printed error
    assert not health(broken, "q").well


@pytest.mark.parametrize("response", ["shape", "matrix", "number"])
def test_an_answer_must_be_of_the_form_that_its_part_asks_for(response: str) -> None:
    source = SOURCE.replace("number", response)
    if response == "number":
        source = source.replace(
            "convolution_parameters, result: total", "dense_parameters, result: per_layer"
        )
        source = source.replace("given: {", "given: {widths: [2, 3, 1], ")
    with pytest.raises(BankError) as raised:
        authoring.read(source, "q")
    assert [(p.field, p.line) for p in raised.value.problems] == [("parts.0.response", 9)]
