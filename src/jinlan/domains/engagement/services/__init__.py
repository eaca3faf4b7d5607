"""What can be done about people of a client, interactions and promises."""
