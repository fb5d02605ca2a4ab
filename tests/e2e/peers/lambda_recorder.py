"""lambda_recorder.py FILE COMMAND...: runs a runtime through a relay to the Runtime API, and writes what both say to FILE,
a line of JSON for each side that speaks: who, and bytes as Latin-1."""
import json
import os
import select
import socket
import subprocess
import sys
import threading

host, _, port = os.environ["AWS_LAMBDA_RUNTIME_API"].partition(":")
listener = socket.create_server(("127.0.0.1", 0))
lock = threading.Lock()


def tell(who, said):
    with lock, open(sys.argv[1], "a", encoding="utf-8") as file:
        file.write(json.dumps({"from": who, "bytes": said.decode("latin-1")}) + "\n")


def relay(client):
    """A side has said all it wants to say once the other one speaks."""
    service = socket.create_connection((host, int(port)))
    speaker, said = None, b""
    while True:
        for ready in select.select([client, service], [], [])[0]:
            bytes_ = ready.recv(65536)
            if said and (ready is not speaker or not bytes_):
                tell("client" if speaker is client else "service", said)
                said = b""
            if not bytes_:
                client.close()
                service.close()
                return
            speaker = ready
            said += bytes_
            (service if ready is client else client).sendall(bytes_)


def serve():
    while True:
        threading.Thread(target=relay, args=(listener.accept()[0],), daemon=True).start()


threading.Thread(target=serve, daemon=True).start()
own = f"127.0.0.1:{listener.getsockname()[1]}"
sys.exit(subprocess.run(sys.argv[2:], env={**os.environ, "AWS_LAMBDA_RUNTIME_API": own}, check=False).returncode)
