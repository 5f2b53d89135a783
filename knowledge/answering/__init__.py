"""What may be said: the evidence a passage gives, the pieces that answer, the gate."""
