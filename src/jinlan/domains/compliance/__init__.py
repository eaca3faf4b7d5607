"""Compliance (chapters 11.1, 21.1). In: consents of the extract, what clients say. Out: may we contact, share, go ahead."""
