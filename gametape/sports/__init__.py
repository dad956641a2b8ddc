"""What differs from sport to sport."""
