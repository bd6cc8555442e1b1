"""What to say and ask about a step, and the experiments that answer. No Qt, no torch: the engine is asked."""
