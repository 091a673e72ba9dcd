"""The console's pages: doors that read input, call one action and answer."""
