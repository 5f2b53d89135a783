"""Questions that no document answers and the records do: what covers a machine, what was done, what something costs."""
