"""Documents, chunks and their vectors in SQL, the source of truth."""
