"""The function of applications/open_runtimes.cpp, running."""
import contextlib
import json
import os
import subprocess
import sys
import tempfile

from curl_reply import SECRET, Reply
from program import Program

BUILD = os.path.abspath(sys.argv[1])
FUNCTION = "e2e/e2e_open_runtimes"


class Function(Program):
    """The function, with its folder of logs."""

    def __init__(self, arguments=(), program=FUNCTION, wrapper=(), **variables):
        self.folder = tempfile.TemporaryDirectory()
        self.logs = f"{self.folder.name}/mnt/logs"
        os.makedirs(self.logs)
        with open(f"{self.folder.name}/timings.txt", "w", encoding="ascii") as timings:
            timings.write("local_download=0.5\nextract=0.25\n")
        environment = {"OPEN_RUNTIMES_SECRET": SECRET, "TURNGATE_LISTEN": "127.0.0.1:0", "TURNGATE_LOG_DIR": self.logs,
                       "TURNGATE_TIMINGS_FILE": f"{self.folder.name}/timings.txt", "APPLICATION_FOLDER": self.folder.name,
                       **variables}
        super().__init__(BUILD, [*arguments], {k: v for k, v in environment.items() if v is not None},
                         program=program, wrapper=wrapper, stdout=subprocess.PIPE)
        self.door = self.port()

    def ask(self, action, **options):
        headers = {"x-action": action, **options.pop("headers", {})}
        return Reply(self.door, headers=headers, **options)

    def wait_for_lines(self, text, count):
        with self.changed:
            return self.changed.wait_for(lambda: sum(text in line for line in self.lines) >= count, 120)

    def log(self, log_id, kind="logs"):
        with contextlib.suppress(FileNotFoundError), open(f"{self.logs}/{log_id}_{kind}.log", encoding="utf-8") as file:
            return file.read()
        return ""

    def errors(self, log_id):
        return self.log(log_id, "errors")

    def __exit__(self, *error):
        super().__exit__(*error)
        self.folder.cleanup()


def old_call(function, body, challenge="k", host="null", method="POST"):
    headers = {"content-type": "application/json", "x-open-runtimes-secret": None, "x-internal-challenge": challenge,
               "host": host}
    return Reply(function.door, method=method, headers=headers, body=body if isinstance(body, bytes) else
                 json.dumps(body).encode())
