"""How the cross-encoder was taught to tell an answer from what only comes near it."""
