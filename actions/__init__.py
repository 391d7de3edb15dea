"""rasa-sdk actions: tracker in, one call into `assistant`, reply dispatched. Nothing else."""
