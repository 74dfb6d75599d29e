"""The JSON lines of DyGIE++, also used by PURE and PL-Marker."""
