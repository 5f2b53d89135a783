"""A local stand-in for Slack: its Web API, Socket Mode and a page, in memory and on loopback only.

`server.WorkspaceServer` starts it, `workspace.Workspace` is what a person can do in it, and
`faults.Faults` makes it misbehave the way Slack sometimes does.
"""
