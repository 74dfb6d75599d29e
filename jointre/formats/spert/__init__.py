"""SpERT's JSON format."""
