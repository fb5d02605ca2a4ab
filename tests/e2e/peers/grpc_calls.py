"""grpc_calls.py ADDRESS GENERATED: calls a function by python3-grpcio, with messages of protoc's Python.

Run by the system's Python, which has them; prints what came of each, a line of JSON each.
"""
import json
import sys

import grpc

ADDRESS, GENERATED = sys.argv[1:3]
sys.path.insert(0, GENERATED)
import baetyl_pb2  # noqa: E402
import faas_pb2  # noqa: E402
import openedge_pb2  # noqa: E402
import runtime_pb2  # noqa: E402

LIMITS = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


def tell(name, **facts):
    print(json.dumps({"name": name, **facts}), flush=True)


def method(channel, path, message):
    return channel.unary_unary(path, request_serializer=message.SerializeToString, response_deserializer=message.FromString)


def failed(name, call):
    try:
        call()
        tell(name, code="OK", details="")
    except grpc.RpcError as error:
        tell(name, code=error.code().name, details=error.details())


with grpc.insecure_channel(ADDRESS, options=LIMITS) as channel:
    grpc.channel_ready_future(channel).result(timeout=60)
    old = runtime_pb2.Message
    handle = method(channel, "/runtime.Runtime/Handle", old)

    def of(payload, **more):
        return old(QOS=1, Topic="t", Payload=payload, FunctionName="sayhi", FunctionInvokeID="id-1", **more)

    reply = handle(of(b'{"a": 1}'))
    tell("json", payload=reply.Payload.decode(), topic=reply.Topic, qos=reply.QOS, name_=reply.FunctionName,
         id=reply.FunctionInvokeID)
    tell("bytes", same=handle(of(b"\0\xff{")).Payload == b"\0\xff{")
    tell("empty", payload=handle(of(b"")).Payload.decode())
    tell("nothing", payload=handle(of(b'{"do": "nothing"}')).Payload.decode())
    large = b"x" * 4_000_000
    tell("large", same=handle(of(large)).Payload == large)
    failed("throw", lambda: handle(of(b'{"do": "throw"}')))
    failed("refuse", lambda: handle(of(b'{"do": "refuse"}')))
    failed("deadline", lambda: handle(of(b'{"do": "wait"}'), timeout=0.05))
    failed("sent too much", lambda: handle(of(b'{"do": "large"}')))
    failed("received too much", lambda: handle(of(b"x" * 5_000_000)))
    failed("compressed", lambda: handle(of(b"x" * 1000), compression=grpc.Compression.Gzip))
    failed("unknown method", lambda: method(channel, "/runtime.Runtime/Nothing", old)(of(b"")))

    new = baetyl_pb2.FunctionMessage
    reply = method(channel, "/baetyl.Function/Call", new)(
        new(ID=2**63 + 1, QOS=0, Topic="t", Payload=b"{}", Timestamp=-5, FunctionName="sayhi", FunctionInvokeID="i"))
    tell("baetyl", payload=reply.Payload.decode(), id=reply.ID, timestamp=reply.Timestamp)
    middle = openedge_pb2.FunctionMessage
    reply = method(channel, "/openedge.Function/Call", middle)(middle(ID=7, Topic="u", Payload=b"[]"))
    tell("openedge", payload=reply.Payload.decode(), id=reply.ID, topic=reply.Topic)
    latest = faas_pb2.Message
    reply = method(channel, "/faas.Function/Call", latest)(
        latest(ID=1, Metadata={"functionName": "sayhi", "invokeId": "i", "x": "y"}, Payload=b"1"))
    tell("faas", payload=reply.Payload.decode(), metadata=dict(reply.Metadata))

    # All at once, on one connection; the server has ten times fewer threads than streams.
    calls = [handle.future(of(b'{"n": %d}' % n)) for n in range(1000)]
    right = sum(json.loads(call.result(timeout=120).Payload)["event"]["n"] == n for n, call in enumerate(calls))
    tell("at once", right=right)
    tell("after all", payload=handle(of(b"1")).Payload.decode())
