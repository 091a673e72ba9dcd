"""Calling the API as no client should: what the schema allows, what it forbids, and what it cannot say."""
