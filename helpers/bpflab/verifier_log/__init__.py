"""The verifier's log: its walk over a program as data, and what it knows in words."""
