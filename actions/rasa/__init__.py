"""What runs inside a Rasa server (Python 3.10, Rasa's own environment): it imports nothing else of Signpost."""
