"""A function of OpenEdge or Baetyl as its master starts it, and what its instance may have."""
import contextlib
import json
import os
import re
import subprocess
import threading

import slow_grpc
from peers import check
from program import Program

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = "/usr/bin/python3"  # which has Debian's grpc
MOST_THREADS, MOST_MEMORY = 16, 50 << 20


def configuration(port, handler="sayhi.handler", codedir="."):
    """What OpenEdge's master passes behind -c."""
    return json.dumps({
        "name": "localfunc-sayhi-1", "logger": {"path": "", "level": "info", "format": "text", "console": True},
        "server": {"address": f"127.0.0.1:{port}", "timeout": 5_000_000_000, "message": {"length": {"max": 4194304}}},
        "function": {"id": "f", "name": "sayhi", "handler": handler, "codedir": codedir,
                     "instance": {"min": 0, "max": 1, "timeout": 5_000_000_000}, "env": {}}})


class Function(Program):
    """argv[0] is the name of the instance."""

    def __init__(self, program, arguments, environment=None, **options):
        super().__init__("", arguments, environment, program, name="localfunc-sayhi-1", **options)
        self.program = program
        self.heard = 0

    def listening(self, where=r"\S+"):
        """The address that it has: it is waited for."""
        return self.wait_for(f"listening on ({where})")[1]

    def says(self, words):
        """Waits for a line of the log that has them, behind the one that was waited for last: a client may try more than once."""
        line = self.wait_for(f".*{re.escape(words)}.*", self.heard)[0]
        self.heard = next(i for i, said in enumerate(self.lines) if i >= self.heard and line in said) + 1
        return True

    def status(self, key):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(re.search(rf"{key}:\s*(\d+)", status.read())[1])

    def check_memory(self):
        """Where it is the program's own: a sanitizer keeps what is freed."""
        with open(self.program, "rb") as program:
            if b"__asan_init" in program.read():
                return
        peak = self.status("VmHWM") << 10
        check(f"{peak} bytes in memory, of at most {MOST_MEMORY}", peak <= MOST_MEMORY)


class Peak:
    """Until the end of the with block, or its own, the most threads that the function has."""

    def __init__(self, function):
        self.function, self.most, self.is_over = function, 0, threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def watch(self):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            while not self.is_over.wait(0.002):
                self.most = max(self.most, self.function.status("Threads"))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.thread.join()
        check(f"at most {MOST_THREADS} threads", 1 < self.most <= MOST_THREADS, self.most)


def slow_readers(program):
    """Who reads no answers costs neither threads nor memory for each, and holds up others for a while only."""
    with Function(program, ["-c", configuration(0)], {"TURNGATE_WRITE_TIMEOUT": "1s"}) as function:
        address = function.listening()
        with Peak(function):
            connections = [slow_grpc.calls(address, 4, b'{"do": "much"}') for _ in range(5)]
            run = subprocess.run([PYTHON, f"{HERE}/peers/grpc_stuck.py", address, "1", "nothing"], capture_output=True, text=True)
        check("another call is answered behind those who do not read", run.stdout == "OK\n", run)
        for connection in connections:
            connection.close()
        function.check_memory()
        check("it ends well", function.stop() == 0)
