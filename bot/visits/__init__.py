"""Service calls in Slack: opened and closed, and a walk through the checks for a symptom."""
