"""The lag between real services, by a queue of our own on both topics."""
