"""Helpers that several commands share: options, paths, streams, readers and progress."""
