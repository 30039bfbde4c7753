"""quizzes, their assignments to classes, sittings and answers"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "quizzes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(8), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("learner_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("blueprint", sa.JSON(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("archived_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quizzes")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_quizzes_owner_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name=op.f("fk_quizzes_learner_id")),
        sa.UniqueConstraint("code", name=op.f("uq_quizzes_code")),
    )
    op.create_index(op.f("ix_quizzes_owner_id"), "quizzes", ["owner_id"])
    op.create_index(op.f("ix_quizzes_learner_id"), "quizzes", ["learner_id"])
    op.create_table(
        "assignments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("opens_at", moment, nullable=True),
        sa.Column("closes_at", moment, nullable=True),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
        sa.ForeignKeyConstraint(["quiz_id"], ["quizzes.id"], name=op.f("fk_assignments_quiz_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name=op.f("fk_assignments_class_id"), ondelete="CASCADE"),
        sa.UniqueConstraint("quiz_id", "class_id", name="uq_assignments_quiz_class"),
    )
    op.create_index(op.f("ix_assignments_class_id"), "assignments", ["class_id"])
    op.create_table(
        "sittings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=True),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("started_at", moment, nullable=False),
        sa.Column("deadline", moment, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("turned_at", moment, nullable=False),
        sa.Column("handed_in_at", moment, nullable=True),
        sa.Column("expired", sa.Boolean(), nullable=False),
        sa.Column("graded_at", moment, nullable=True),
        sa.Column("logged_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sittings")),
        sa.ForeignKeyConstraint(["quiz_id"], ["quizzes.id"], name=op.f("fk_sittings_quiz_id")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_sittings_assignment_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name=op.f("fk_sittings_learner_id")),
    )
    op.create_index(op.f("ix_sittings_quiz_id"), "sittings", ["quiz_id"])
    op.create_index(op.f("ix_sittings_assignment_id"), "sittings", ["assignment_id"])
    op.create_index("ix_sittings_learner", "sittings", ["learner_id", "handed_in_at"])
    op.create_table(
        "answers",
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("responses", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("verdicts", sa.JSON(), nullable=False),
        sa.Column("levels", sa.JSON(), nullable=False),
        sa.Column("checked_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("sitting_id", "place", name=op.f("pk_answers")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sittings.id"], name=op.f("fk_answers_sitting_id"), ondelete="CASCADE"),
    )


def downgrade() -> None:
    for table in ("answers", "sittings", "assignments", "quizzes"):
        op.drop_table(table)
