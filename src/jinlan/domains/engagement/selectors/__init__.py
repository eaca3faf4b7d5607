"""Reading people of a client, interactions and promises."""
