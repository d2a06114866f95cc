"""The lessons as files: run, refreshed, judged."""
