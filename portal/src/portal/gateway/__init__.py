"""The gateway's HTTP API as the portal uses it, checked against docs/api/openapi.json by a test."""
