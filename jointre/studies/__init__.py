"""Studies: variants of an experiment, trained with several seeds and compared in a table."""
