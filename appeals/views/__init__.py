"""Doors of appeals and notices."""
