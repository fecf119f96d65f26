"""Reports of pytest runs for Tinybug."""
