"""Data that shows what the program does: people of every role, rules, decisions and cases.

Loaded once, by `manage.py load_demo`; production refuses it.
"""
