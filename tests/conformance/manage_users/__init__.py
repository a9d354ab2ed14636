"""The manage_users suite."""
