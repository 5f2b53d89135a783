"""A file as ingest needs it: read, understood and cut into passages, in a process of its own."""
