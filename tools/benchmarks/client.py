"""One connection of a client that does no more than is needed, so that it can be timed."""

import socket


class Client:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, path, fields=()):
        lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *fields]
        self.socket.sendall("".join(line + "\r\n" for line in [*lines, ""]).encode())

    def receive(self):
        """The next response, head and body."""
        while b"\r\n\r\n" not in self.received:
            self.more()
        head = self.received[: self.received.index(b"\r\n\r\n") + 4]
        length = len(head)
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                length += int(line.split(b":")[1])
        while len(self.received) < length:
            self.more()
        response, self.received = self.received[:length], self.received[length:]
        return response

    def more(self):
        received = self.socket.recv(65536)
        if not received:
            raise ConnectionError("the server closed the connection before its answer was whole")
        self.received += received

    def get(self, path, fields=()):
        self.send(path, fields)
        return self.receive()
