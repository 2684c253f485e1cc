"""A guarded service in Python: reports about a user's account and tasks."""
