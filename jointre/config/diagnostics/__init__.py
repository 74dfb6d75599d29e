"""What messages say: the nearest name, what is accepted, where a key stands and belongs."""
