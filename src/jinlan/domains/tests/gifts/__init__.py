"""A sample room: gifts to clients. It has what a room has to write; everything else comes from its `Resource`."""
