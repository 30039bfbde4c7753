"""The migrations make the tables that the code declares, on both databases."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect

from app.storage.database import alembic_config, is_ready, migrate, reading, writing
from app.storage.tables import metadata


def test_a_migrated_database_has_the_declared_tables(engine: Engine) -> None:
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_users_and_sessions_can_be_taken_back_and_made_again(engine: Engine) -> None:
    with writing(engine) as connection:
        command.downgrade(alembic_config(connection), "0002")
    assert not {"users", "sessions"} & set(inspect(engine).get_table_names())
    assert not is_ready(engine)
    migrate(engine)
    constraints = {c["name"] for c in inspect(engine).get_unique_constraints("users")}
    assert constraints == {"uq_users_name_key", "uq_users_email", "uq_users_learner_id"}
    assert [index["name"] for index in inspect(engine).get_indexes("sessions")] == ["ix_sessions_user_id"]
