"""What could be sold or lost, and what customers lack: the lists that people steer by."""
