"""HTTP and nothing else: the chat page, the JSON API and the health page."""
