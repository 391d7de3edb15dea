"""The database: SQLAlchemy tables and the stores that the other packages ask for by protocol."""
