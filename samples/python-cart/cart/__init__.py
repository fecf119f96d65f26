"""A shopping cart. Amounts are in cents."""
