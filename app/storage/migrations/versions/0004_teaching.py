"""questions of instructors with their publications, images, classes; answers that are graded anew"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "questions",
        sa.Column("slug", sa.String(80), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("draft", sa.Text(), nullable=True),
        sa.Column("drafted_at", moment, nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_questions")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_questions_owner_id"), ondelete="SET NULL"),
    )
    op.create_index(op.f("ix_questions_owner_id"), "questions", ["owner_id"])
    op.create_table(
        "publications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(80), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publications")),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name=op.f("fk_publications_revision_id")),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_publications_author_id"), ondelete="SET NULL"),
    )
    op.create_index("ix_publications_slug", "publications", ["slug", "id"])
    op.create_table(
        "images",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("media_type", sa.String(20), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_images")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_images_owner_id"), ondelete="SET NULL"),
    )
    op.create_table(
        "classes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("code", sa.String(8), nullable=False),
        sa.Column("slugs", sa.JSON(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("archived_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_classes")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_classes_owner_id"), ondelete="CASCADE"),
        sa.UniqueConstraint("code", name=op.f("uq_classes_code")),
    )
    op.create_index(op.f("ix_classes_owner_id"), "classes", ["owner_id"])
    op.create_table(
        "members",
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("number", sa.String(40), nullable=True),
        sa.Column("made", sa.Boolean(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("class_id", "user_id", name=op.f("pk_members")),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name=op.f("fk_members_class_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_members_user_id"), ondelete="CASCADE"),
        sa.CheckConstraint("state IN ('invited', 'joined')", name=op.f("ck_members_state")),
    )
    op.create_index(op.f("ix_members_user_id"), "members", ["user_id"])
    with op.batch_alter_table("attempts") as batch:
        batch.add_column(sa.Column("regrades", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_attempts_regrades"), "attempts", ["regrades"], ["id"])
        batch.create_index("ix_attempts_slug", ["slug", "id"])
    corrections = sa.text("regrades IS NOT NULL")
    op.create_index(
        "ix_attempts_regrades", "attempts", ["regrades"], sqlite_where=corrections, postgresql_where=corrections
    )


def downgrade() -> None:
    op.drop_index("ix_attempts_regrades", "attempts")
    with op.batch_alter_table("attempts") as batch:
        batch.drop_index("ix_attempts_slug")
        batch.drop_constraint(op.f("fk_attempts_regrades"), type_="foreignkey")
        batch.drop_column("regrades")
    for table in ("members", "classes", "images", "publications", "questions"):
        op.drop_table(table)
