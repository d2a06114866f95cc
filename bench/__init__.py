"""Measurements of the lab beside what people use instead; nothing is asserted."""
