"""Alembic's entry: runs migrations on the connection that `store.database.migrate` hands over."""

from alembic import context
from sqlalchemy import create_engine

import store.askers  # noqa: F401 - declares a table
from store.tables import Base

connection = context.config.attributes.get("connection")
if connection is None:  # `alembic -x url=... upgrade head` by hand
    connection = create_engine(context.get_x_argument(as_dictionary=True)["url"]).connect()
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
