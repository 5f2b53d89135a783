"""How the bot behaves in Slack: takes on what is said once, shows that it works, posts where it may be read."""
