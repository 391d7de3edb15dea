"""Runs the Rasa project in this process: the rules, the tracker, and rasa-sdk's own executor for the actions."""
