"""The program interface of decisions, notices, appeals and measures."""
