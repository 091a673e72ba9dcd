"""Doors of the helpdesk."""
