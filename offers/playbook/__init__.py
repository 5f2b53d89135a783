"""What the engine works with: facts, plays, restraint, ranking and wording. Pure: no database, no clock."""
