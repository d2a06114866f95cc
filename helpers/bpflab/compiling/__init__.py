"""From C to what the kernel accepts, or to a refusal at the learner's own line."""
