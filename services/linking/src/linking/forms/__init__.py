"""The other route's public part: guidance and forms to download (R7, R8), for anyone."""
