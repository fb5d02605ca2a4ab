"""grpc_server.py PORT GENERATED: a function of OpenEdge by python3-grpcio alone, that answers with the payload."""
import sys
from concurrent import futures

import grpc

sys.path.insert(0, sys.argv[2])
from runtime_pb2 import Message  # noqa: E402

handler = grpc.method_handlers_generic_handler("runtime.Runtime", {
    "Handle": grpc.unary_unary_rpc_method_handler(lambda message, _: message, Message.FromString,
                                                  Message.SerializeToString)})
server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
server.add_generic_rpc_handlers((handler,))
server.add_insecure_port(f"127.0.0.1:{sys.argv[1]}")
server.start()
server.wait_for_termination()
