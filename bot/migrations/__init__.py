"""Alembic migrations, shipped inside the package so that an installed `attache db upgrade` finds them."""
