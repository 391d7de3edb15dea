"""The governance pack: documents for a council's data protection and accessibility work, written from the live configuration."""
