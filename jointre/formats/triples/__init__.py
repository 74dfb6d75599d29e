"""Sentences with triples of words, as in NYT and WebNLG."""
