"""Statements of reasons as the European Union's transparency database takes them.

Everything here is pure: values in, values out. `check` judges what a platform sent, `answers` writes what it
gets back, `recourse` judges the one member that the European schema lacks.
"""
