"""Pure decisions of engagement: strength of a relationship, what a quick log says, the life of a promise."""
