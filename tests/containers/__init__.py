"""What only a container engine can show."""
