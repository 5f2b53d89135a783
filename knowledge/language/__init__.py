"""Words, codes, figures, sentences and hazard notices, as people and manuals write them. Pure."""
