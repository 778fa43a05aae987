"""The fault suite: real clients against real processes while a nemesis acts, and a judge."""
