"""What several formats share: files, errors of records, words at characters, checks of fields."""
