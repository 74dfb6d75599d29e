"""Studies of trained models: what they cost."""
