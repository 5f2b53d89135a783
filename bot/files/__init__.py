"""Lists, reports and quotes as files: workbooks with typed cells, CSV, PDF, sent to whoever may see them."""
