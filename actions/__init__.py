"""rasa-sdk actions: tracker in, one call into `assistant`, reply dispatched. And the two runners that call them."""
