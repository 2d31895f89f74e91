"""answer.py FILE... -- an HTTP server without an opinion.

Tells its port, then answers each connection's request with the bytes of the
next FILE, and closes.  It ends behind the last one.
"""

import socket
import sys

listener = socket.create_server(("127.0.0.1", 0))
listener.settimeout(60)
print(listener.getsockname()[1], flush=True)
for name in sys.argv[1:]:
    connection, _ = listener.accept()
    connection.settimeout(60)
    request = b""
    while b"\r\n\r\n" not in request:
        more = connection.recv(65536)
        if not more:
            break
        request += more
    with open(name, "rb") as answer:
        connection.sendall(answer.read())
    connection.shutdown(socket.SHUT_WR)
    while connection.recv(65536):
        pass
    connection.close()
