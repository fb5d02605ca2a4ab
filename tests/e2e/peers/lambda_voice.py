"""lambda_voice.py RECORDED RESULT: a runtime that says to the Runtime API what is recorded, byte for byte. What it has
been answered is compared with the record, and what differs written to RESULT."""
import json
import os
import re
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lambda_exchange import recorded, steady

address = os.environ["AWS_LAMBDA_RUNTIME_API"]
host, _, port = address.partition(":")
connection = socket.create_connection((host, int(port)))
identifier, differences = "", []
for who, said in recorded(sys.argv[1]):
    if who == "client":
        connection.sendall(said.replace("{api}", address).replace("{id}", identifier).encode("latin-1"))
        continue
    heard = b""
    while len(steady(heard.decode("latin-1"))) < len(said):
        part = connection.recv(65536)
        if not part:
            break
        heard += part
    heard = heard.decode("latin-1")
    found = re.search(r"Request-Id: ([0-9a-f-]+)", heard)
    identifier = found[1] if found else identifier
    if steady(heard) != said:
        differences.append([said, steady(heard)])
with open(sys.argv[2] + ".part", "w", encoding="utf-8") as file:
    json.dump(differences, file)
os.rename(sys.argv[2] + ".part", sys.argv[2])
connection.recv(1)  # until it is ended
