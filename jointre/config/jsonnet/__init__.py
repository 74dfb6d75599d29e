"""Experiment files: jsonnet is evaluated with limits, overrides and mix-ins are added."""
