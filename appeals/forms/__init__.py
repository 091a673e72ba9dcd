"""Forms about decisions, appeals and notices: of the public pages and of the console."""
