"""Helpers that several formats share: files, errors of records, offsets, texts."""
