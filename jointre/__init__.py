"""Joint named-entity recognition and relation extraction."""
