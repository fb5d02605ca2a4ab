"""Calls by gRPC whose answers nobody reads: HTTP/2 by hand, for no library lets its window be closed."""
import socket
import struct

HEADERS, DATA, SETTINGS = 1, 0, 4
END_STREAM, END_HEADERS = 1, 4
INITIAL_WINDOW_SIZE = 4


def frame(kind, flags, stream, payload):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def literal(name, value):
    """A field that no table knows (RFC 7541 section 6.2.2); both are short."""
    return b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value


def message(payload):
    """Of /runtime.Runtime/Handle, for the function sayhi."""
    proto = b"\x12\x01t" + b"\x1a" + bytes([len(payload)]) + payload + b"\x5a\x05sayhi"
    return b"\0" + struct.pack(">I", len(proto)) + proto


def calls(address, count, payload, timeout=None, secured=lambda connection: connection):
    """A connection with as many calls, which has no room for any answer; `timeout` as grpc-timeout has it."""
    host, _, port = address.rpartition(":")
    head = b"".join(literal(name, value) for name, value in (
        (b":method", b"POST"), (b":scheme", b"http"), (b":path", b"/runtime.Runtime/Handle"), (b":authority", b"h"),
        (b"content-type", b"application/grpc"), (b"te", b"trailers"), *([(b"grpc-timeout", timeout)] if timeout else [])))
    connection = secured(socket.create_connection((host, int(port))))
    connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(SETTINGS, 0, 0, struct.pack(
        ">HI", INITIAL_WINDOW_SIZE, 0)) + b"".join(
            frame(HEADERS, END_HEADERS, stream, head) + frame(DATA, END_STREAM, stream, message(payload))
            for stream in range(1, 2 * count, 2)))
    return connection
