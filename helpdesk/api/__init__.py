"""Cases for machines: they read and prepare what the console does. Deciding needs a person."""
