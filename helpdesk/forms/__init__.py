"""Forms of the public pages. What somebody typed comes back after any error."""
