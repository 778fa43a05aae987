"""The API's documents: OpenAPI of what is asked, AsyncAPI of what is told, and their pages."""
