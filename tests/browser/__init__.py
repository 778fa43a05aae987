"""People at browsers: Debian's Chromium, driven through the whole of Koppla as it runs."""
