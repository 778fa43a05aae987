"""Questions to the activation database. Nothing here commits."""
