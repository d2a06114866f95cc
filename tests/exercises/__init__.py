"""Exercises: mutants, by lesson, each with the sentence that it must get."""
