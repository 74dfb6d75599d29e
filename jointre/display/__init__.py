"""Documents in other forms: pictures, graphs; reached by the methods of ``Document``."""
