"""What the web half may ask the lake reader about definitions: questions (standard library only) and their answers."""
