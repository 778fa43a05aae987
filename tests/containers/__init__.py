"""In containers as people run it: the image, compose.yaml, and the main job while they are killed.

Needs a Docker engine: `make test-containers`.
"""
