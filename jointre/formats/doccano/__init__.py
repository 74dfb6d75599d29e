"""doccano's exports."""
