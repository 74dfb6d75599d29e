"""Training: experiments run to archives."""
