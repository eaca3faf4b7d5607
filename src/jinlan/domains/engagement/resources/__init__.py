"""Lists of people of clients, of interactions and of promises."""
