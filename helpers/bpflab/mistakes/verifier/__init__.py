"""What the verifier printed, as one fault at the learner's own line."""
