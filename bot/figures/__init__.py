"""Figures in Slack: asked for in words, shown with their definition, kept ready for Home, sent as digest and file."""
