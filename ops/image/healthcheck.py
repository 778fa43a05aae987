"""Whether the process of this container is ready; exit code 1 where not.

A socket and nothing else: started every few seconds in every container, it must cost little.
"""

import socket
import sys

PATH = sys.argv[1] if len(sys.argv) > 1 else "/readyz"

try:
    with socket.create_connection(("127.0.0.1", 8000), 8) as connection:
        connection.sendall(f"GET {PATH} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        answer = connection.makefile("rb").read(4096)
except OSError as error:
    sys.exit(str(error))
sys.exit(None if answer.split(b" ", 2)[1:2] == [b"200"] else answer.decode(errors="replace"))
