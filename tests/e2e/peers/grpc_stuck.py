"""grpc_stuck.py ADDRESS COUNT hang|for-ever|later|patient|nothing: calls a function that does not end by itself, by
python3-grpcio, without protoc: the message is a payload alone. Prints the status of each call."""
import sys

import grpc

ADDRESS, COUNT, WHAT = sys.argv[1], int(sys.argv[2]), sys.argv[3]
PAYLOAD = {"later": b'{"do": "hang later"}', "patient": b'{"do": "until file"}',
           "nothing": b'{"do": "nothing"}'}.get(WHAT, b'{"do": "hang"}')

with grpc.insecure_channel(ADDRESS) as channel:
    grpc.channel_ready_future(channel).result(timeout=60)
    handle = channel.unary_unary("/runtime.Runtime/Handle")  # of bytes
    for _ in range(COUNT):
        try:
            handle(b"\x1a" + bytes([len(PAYLOAD)]) + PAYLOAD, timeout={"hang": 0.2, "patient": 90}.get(WHAT))
            print("OK", flush=True)
        except grpc.RpcError as error:
            print(error.code().name, flush=True)
