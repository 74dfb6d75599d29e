"""PubTator's format, also used by CDR and BioRED."""
