"""Load: an open stream of users' changes, driven by Locust over real sockets."""
