"""How somebody becomes signed in: at an issuer, or, in development, by choosing who to be."""
