"""AWS Lambda's Runtime API on raw sockets, for programs that poll it."""
import contextlib
import queue
import socket
import threading
import time

FUNCTION_URL = ('{"version":"2.0","routeKey":"$default","rawPath":"%s","rawQueryString":"%s","headers":'
                '{"host":"x.lambda-url.us-east-1.on.aws"},"requestContext":{"accountId":"1","apiId":"x",'
                '"domainName":"x.lambda-url.us-east-1.on.aws","http":{"method":"GET","path":"%s",'
                '"protocol":"HTTP/1.1","sourceIp":"192.0.2.1"},"requestId":"r","stage":"$default"},'
                '"isBase64Encoded":false}')


def http_event(path, query=""):
    return FUNCTION_URL % (path, query, path)


class Call:
    """A request as it came: target, fields (names in lower case) and body."""

    def __init__(self, target, fields, body):
        self.target, self.fields, self.body = target, fields, body


class FakeLambda:
    """Hands out events; `calls` has what else was asked, in order."""

    def __init__(self, extensions=True):
        self.events, self.calls = queue.Queue(), queue.Queue()
        self.extensions = extensions
        self.polls = threading.Semaphore(0)
        self.chunks = threading.Semaphore(0)  # of streams, as they come
        self.connections = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self):
        self.listener.close()

    def accept(self):
        while True:
            try:
                connection = self.listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def drop_connections(self):
        """As a sandbox that is thawed may find them: dead."""
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.connections.clear()

    def serve(self, connection):
        self.connections.append(connection)
        stream = connection.makefile("rb")
        try:
            while True:
                call = self.read(stream)
                if not call:
                    return
                reply = self.answer(call, connection)
                if reply is None:
                    stream.read()  # the peer's end
                    return
                connection.sendall(reply)
        except OSError:
            pass
        finally:
            connection.close()

    def read(self, stream):
        line = stream.readline()
        if not line:
            return None
        fields = {}
        while (field := stream.readline().decode("latin-1").rstrip("\r\n")):
            name, value = field.split(":", 1)
            fields[name.lower()] = value.strip()
        if fields.get("transfer-encoding") != "chunked":
            return Call(line.split()[1].decode(), fields, stream.read(int(fields.get("content-length", 0))))
        body = b""
        while (size := int(stream.readline(), 16)):
            body += stream.read(size)
            stream.readline()
            self.chunks.release()
        while (field := stream.readline().decode("latin-1").rstrip("\r\n")):
            name, value = field.split(":", 1)
            fields[name.lower()] = value.strip()
        return Call(line.split()[1].decode(), fields, body)

    def answer(self, call, connection):
        if call.target.endswith("/invocation/next"):
            self.polls.release()
            while True:
                ident, event, fields = self.events.get()
                if connection in self.connections:
                    break
                self.events.put((ident, event, fields))  # for who asks on a connection that lives
                return None
            deadline = int(time.time() * 1000) + 60000
            head = (f"HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: {ident}\r\nLambda-Runtime-Deadline-Ms: "
                    f"{deadline}\r\nLambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-west-1:1:function:f\r\n"
                    + "".join(f"{name}: {value}\r\n" for name, value in fields.items()))
            return (head + f"Content-Length: {len(event.encode())}\r\n\r\n{event}").encode()
        self.calls.put(call)
        if call.target.startswith("/2020-01-01/extension/"):
            if not self.extensions:
                return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
            if call.target.endswith("/event/next"):
                return None
            return (b"HTTP/1.1 200 OK\r\nLambda-Extension-Identifier: 9f3a-1\r\nContent-Length: 2\r\n\r\n{}")
        return b"HTTP/1.1 202 Accepted\r\nContent-Length: 16\r\n\r\n{\"status\":\"OK\"}\n"

    def push(self, ident, event, **fields):
        """Names of fields have _ for -."""
        self.events.put((ident, event, {name.replace("_", "-"): value for name, value in fields.items()}))

    def take(self):
        return self.calls.get(timeout=60)

    def invoke(self, ident, event, **fields):
        """The call that answers the event."""
        self.push(ident, event, **fields)
        return self.take()
