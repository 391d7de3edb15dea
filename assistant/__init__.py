"""One message in, one reply out: the mind of Signpost. No web framework, no SQL."""
