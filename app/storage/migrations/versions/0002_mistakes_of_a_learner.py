"""mistakes of a learner, derived from the log"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mistakes",
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=86), nullable=False),
        sa.Column("variant", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name=op.f("fk_mistakes_learner_id")),
        sa.PrimaryKeyConstraint("learner_id", "name", name=op.f("pk_mistakes")),
    )


def downgrade() -> None:
    op.drop_table("mistakes")
