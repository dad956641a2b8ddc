"""What our own networks have in common: blocks of layers, how they are run, batches."""
