"""Forms check shape; actions check meaning."""
