"""A family of models that is not part of jointre: a BIO tagger with a pair classifier."""
