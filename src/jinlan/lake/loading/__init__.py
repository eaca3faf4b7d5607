"""From a delivery on disk to rows in the lake: find, type, validate, quarantine, tokenise, write."""
