"""spaCy's binary format (.spacy)."""
