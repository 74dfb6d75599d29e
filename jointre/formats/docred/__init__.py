"""DocRED's JSON format."""
