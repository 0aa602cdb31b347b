"""Alembic revisions, run by `storage.migrating`."""
