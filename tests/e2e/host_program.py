"""`turngate host lambda`, running, for tests of what it runs."""
import json
import os
import re
import sys
import tempfile

from peers import until
from program import Program, ask

BUILD = os.path.abspath(sys.argv[1])
FUNCTION = [sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers", "lambda_bootstrap.py")]
INVOKE = "/2015-03-31/functions/function/invocations"


class Host(Program):
    """`turngate host lambda` in front of `command`. What it prints is in `output`, a file."""

    def __init__(self, *options, command=None, environment=None, directory=None):
        self.file = tempfile.NamedTemporaryFile(mode="w+", encoding="utf-8")
        super().__init__(BUILD, [*(["-C", directory] if directory else []), "host", "lambda", "-p", "0", *options, "--",
                                 *(command or FUNCTION)], environment=environment, stdout=self.file)
        self.door = self.port(r"http://127\.0\.0\.1:(\d+)\n")

    @property
    def output(self):
        with open(self.file.name, encoding="utf-8") as file:
            return file.read()

    def says(self, pattern):
        return until(pattern, lambda: re.search(pattern, self.output))

    def invoke(self, event=None, **fields):
        status, headers, body = ask(self.door, INVOKE, "POST", body=json.dumps(event if event is not None else {}),
                                    headers={name.replace("_", "-"): value for name, value in fields.items()})
        return status, headers, json.loads(body) if body else None
