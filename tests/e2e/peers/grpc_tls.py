"""grpc_tls.py ADDRESS GENERATED CERTIFICATES [CA [CERTIFICATE]]: one call of Baetyl 2 by python3-grpcio over TLS.

Files in CERTIFICATES are named CA.pem, CERTIFICATE.pem and CERTIFICATE.key. Prints the payload of the answer, or the
status. Run by the system's Python.
"""
import sys

import grpc

ADDRESS, GENERATED, FOLDER = sys.argv[1:4]
CA, CERTIFICATE = sys.argv[4], (sys.argv[5:] or [None])[0]
sys.path.insert(0, GENERATED)
import faas_pb2  # noqa: E402


def read(name):
    with open(f"{FOLDER}/{name}", "rb") as file:
        return file.read()


credentials = grpc.ssl_channel_credentials(read(CA + ".pem"), *((read(CERTIFICATE + ".key"), read(CERTIFICATE + ".pem"))
                                                                if CERTIFICATE else ()))
with grpc.secure_channel(ADDRESS, credentials, [("grpc.ssl_target_name_override", "localhost")]) as channel:
    call = channel.unary_unary("/faas.Function/Call", request_serializer=faas_pb2.Message.SerializeToString,
                               response_deserializer=faas_pb2.Message.FromString)
    message = faas_pb2.Message(ID=1, Metadata={"functionName": "sayhi", "invokeId": "i"}, Payload=sys.stdin.buffer.read())
    try:
        sys.stdout.buffer.write(call(message, timeout=60, wait_for_ready=False).Payload)
    except grpc.RpcError as error:
        print(error.code().name)
