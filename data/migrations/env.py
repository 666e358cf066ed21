"""Run the numbered migrations on the connection that the database hands over; never from a command line of its own."""
from alembic import context
from sqlmodel import SQLModel

import data.models  # noqa: F401 -- registers the tables

connection = context.config.attributes['connection']
context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=False, transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()
