"""Measurements: `python -m bench`. No test asserts a time; these print them beside their limits."""
