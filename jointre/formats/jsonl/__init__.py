"""jointre's own format: one Document per line."""
