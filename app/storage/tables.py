"""The tables. The attempt log is append-only and is the truth; progress is derived from it."""

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

learners = Table(
    "learners",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

revisions = Table(
    "revisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("slug", String(80), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("source", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("slug", "hash", name="uq_revisions_slug_hash"),
)

KINDS = ("answer", "self_mark", "hint", "give_up")

CORRECTIONS: dict[str, Any] = dict.fromkeys(
    ("sqlite_where", "postgresql_where"), text("regrades IS NOT NULL")
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("learner_id", ForeignKey("learners.id"), nullable=False),
    Column("revision_id", ForeignKey("revisions.id"), nullable=False),
    Column("slug", String(86), nullable=False),  # of the question, or of its drill
    Column("variant", Integer, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("submission", String(64), nullable=False),  # a repeated send carries the same key
    Column("responses", JSON, nullable=False),
    Column("verdicts", JSON, nullable=False),
    Column("score", Float),  # share of the question's marks; NULL where nothing was judged
    Column("assisted", Boolean, nullable=False),  # after its solution had been asked for
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("regrades", ForeignKey("attempts.id")),  # the earlier entry whose marks this one corrects
    UniqueConstraint("learner_id", "submission", name="uq_attempts_learner_submission"),
    CheckConstraint(f"kind IN {KINDS}", name="kind"),
    Index("ix_attempts_learner_slug", "learner_id", "slug", "variant", "kind", "id"),
    Index("ix_attempts_slug", "slug", "id"),  # all that was answered to one question
    Index("ix_attempts_regrades", "regrades", **CORRECTIONS),  # erasing asks for it, entry by entry
)

progress = Table(
    "progress",
    metadata,
    Column("learner_id", ForeignKey("learners.id"), primary_key=True),
    Column("slug", String(86), primary_key=True),
    Column("answers", Integer, nullable=False),
    Column("hints", Integer, nullable=False),
    Column("given_up", Integer, nullable=False),
    Column("best", Float),  # of unassisted answers
    Column("last", Float),
    Column("last_variant", Integer, nullable=False),
    Column("most_variant", Integer, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)

mistakes = Table(
    "mistakes",
    metadata,
    Column("learner_id", ForeignKey("learners.id"), primary_key=True),
    Column("name", String(80), primary_key=True),
    Column("times", Integer, nullable=False),  # on different variants
    Column("slug", String(86), nullable=False),  # where it was made last
    Column("variant", Integer, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)

ROLES = ("student", "instructor")

users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(40), nullable=False),
    Column("name_key", String(160), nullable=False),  # the name without its case; folding can lengthen it
    Column("email", String(254)),  # without its case
    Column("password_hash", String(255), nullable=False),
    Column("role", String(10), nullable=False),
    Column("learner_id", ForeignKey("learners.id"), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("name_key"),
    UniqueConstraint("email"),
    UniqueConstraint("learner_id"),
    CheckConstraint(f"role IN {ROLES}", name="role"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("hash", String(64), primary_key=True),  # of the token that the cookie holds
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
)

questions = Table(  # made by instructors; those of the paper are files
    "questions",
    metadata,
    Column("slug", String(80), primary_key=True),
    Column("owner_id", ForeignKey("users.id", ondelete="SET NULL"), index=True),
    Column("draft", Text),  # what is being edited, perhaps faulty; NULL where nothing is
    Column("drafted_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

publications = Table(  # append-only; the newest of a slug is what students see
    "publications",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("slug", String(80), nullable=False),
    Column("revision_id", ForeignKey("revisions.id")),  # NULL: retired
    Column("author_id", ForeignKey("users.id", ondelete="SET NULL")),
    Column("note", String(500), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Index("ix_publications_slug", "slug", "id"),
)

images = Table(
    "images",
    metadata,
    Column("hash", String(64), primary_key=True),  # of the bytes, as they were encoded here
    Column("owner_id", ForeignKey("users.id", ondelete="SET NULL")),
    Column("media_type", String(20), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

classes = Table(
    "classes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("owner_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", String(80), nullable=False),
    Column("code", String(8), nullable=False),
    Column("slugs", JSON, nullable=False),  # what it practises, in order; empty: the whole bank
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("archived_at", DateTime(timezone=True)),
    UniqueConstraint("code"),
)

MEMBER_STATES = ("invited", "joined")

members = Table(
    "members",
    metadata,
    Column("class_id", ForeignKey("classes.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("state", String(10), nullable=False),
    Column("number", String(40)),  # of the student, as their school gives it
    Column("made", Boolean, nullable=False),  # the account was made by the roster
    Column("created_at", DateTime(timezone=True), nullable=False),
    CheckConstraint(f"state IN {MEMBER_STATES}", name="state"),
)

quizzes = Table(
    "quizzes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", String(8), nullable=False),  # the same code is the same paper
    Column("owner_id", ForeignKey("users.id", ondelete="SET NULL"), index=True),  # of an instructor's
    Column("learner_id", ForeignKey("learners.id"), index=True),  # who drew it for themself
    Column("title", String(120), nullable=False),  # empty: it is called by its kind
    Column("blueprint", JSON, nullable=False),
    Column("rules", JSON, nullable=False),
    Column("items", JSON, nullable=False),  # the paper: slug, revision and variant of each place
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("archived_at", DateTime(timezone=True)),
    UniqueConstraint("code"),
)

assignments = Table(
    "assignments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("quiz_id", ForeignKey("quizzes.id", ondelete="CASCADE"), nullable=False),
    Column("class_id", ForeignKey("classes.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("opens_at", DateTime(timezone=True)),
    Column("closes_at", DateTime(timezone=True)),
    Column("extra", JSON, nullable=False),  # minutes by user id
    Column("created_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("quiz_id", "class_id", name="uq_assignments_quiz_class"),
)

sittings = Table(
    "sittings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("quiz_id", ForeignKey("quizzes.id"), nullable=False, index=True),
    Column("assignment_id", ForeignKey("assignments.id", ondelete="SET NULL"), index=True),
    Column("learner_id", ForeignKey("learners.id"), nullable=False),
    Column("items", JSON, nullable=False),  # the paper as this learner has it
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("deadline", DateTime(timezone=True), nullable=False),
    Column("place", Integer, nullable=False),  # where they are, from 1, and since when
    Column("turned_at", DateTime(timezone=True), nullable=False),
    Column("handed_in_at", DateTime(timezone=True)),
    Column("expired", Boolean, nullable=False),  # handed in by the deadline
    Column("graded_at", DateTime(timezone=True)),
    Column("logged_at", DateTime(timezone=True)),  # its answers are in the log of attempts
    Index("ix_sittings_learner", "learner_id", "handed_in_at"),
)

answers = Table(
    "answers",
    metadata,
    Column("sitting_id", ForeignKey("sittings.id", ondelete="CASCADE"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("fields", JSON, nullable=False),  # by name: values, when typed, version, in which tab
    Column("responses", JSON, nullable=False),  # what the fields add up to, by part
    Column("version", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("verdicts", JSON, nullable=False),
    Column("levels", JSON, nullable=False),  # of the key points of texts, by part
    Column("checked_at", DateTime(timezone=True)),  # marked at once, and no longer to be changed
)
