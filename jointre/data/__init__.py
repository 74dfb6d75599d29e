"""Documents, and what models read and learn from them."""
