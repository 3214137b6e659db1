"""Run by Alembic inside the transaction that ``syndicate.storage`` has begun."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes["tables"],
    render_as_batch=True,  # SQLite cannot alter most things in place
)
context.run_migrations()
