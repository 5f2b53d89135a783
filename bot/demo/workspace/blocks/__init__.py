"""Block Kit as Slack checks it: which blocks exist, where they may stand, and what each may hold."""
