"""The doors to people and machines in a browser."""
