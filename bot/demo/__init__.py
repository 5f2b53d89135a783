"""What a person needs to try Attaché without a Slack workspace: a local Slack and a sample company."""
