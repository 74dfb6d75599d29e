"""Helpers for the tests of components, public so that plug-ins can use them."""
