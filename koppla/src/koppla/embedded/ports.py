"""Free TCP ports on 127.0.0.1."""

from __future__ import annotations

import random
import socket

# Below the range from which systems take the ports of outgoing connections (Linux 32768 up,
# macOS 49152 up). A client that reconnects to a stopped broker inside that range can be given
# the broker's own port as its source, connects to itself, and keeps the broker from coming back.
_RANGE = range(20_000, 32_000)


def is_free(port: int) -> bool:
    """Whether something could listen on 127.0.0.1:`port` at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_port() -> int:
    """A port that was free a moment ago; whoever listens must cope with losing it."""
    while True:
        port = random.choice(_RANGE)  # noqa: S311  # not a secret
        if is_free(port):
            return port
