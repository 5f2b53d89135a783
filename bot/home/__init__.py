"""App Home: what is on it for whom, its chart, and what is opened from it."""
