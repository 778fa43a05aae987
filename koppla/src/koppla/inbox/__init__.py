"""The mail sink of the embedded profile: an SMTP server and pages that show its mail."""
