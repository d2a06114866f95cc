"""Exercises: what each asks for, who judges the answer, and in which words."""
