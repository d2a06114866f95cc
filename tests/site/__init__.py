"""The site that ``./lab site`` builds: its pages as text, and in a browser."""
