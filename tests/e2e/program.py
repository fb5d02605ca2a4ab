"""The built program, running, for tests of what listens."""
import http.client
import json
import os
import re
import subprocess
import threading


# What would make a program take itself for one on another platform than its host's.
OTHER_PLATFORMS = {"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1", "APPWRITE_INTERNAL_RUNTIME_KEY": "k", "BAETYL_RUN_MODE": "native",
                   "OPEN_RUNTIMES_SECRET": "s", "RUNTIME_PORT": "1", "TURNGATE_OPEN_RUNTIMES": "v3",
                   "VERCEL_IPC_PATH": "/nowhere"}


class Program:
    """Runs `turngate`, or another program of the build, until the end of the with block; `wrapper` is a command that
    runs it, `name` what it is called by if not by its path. Lines of its log are in `lines`."""

    def __init__(self, build, arguments, environment=None, program="bin/turngate", wrapper=(), name=None, **options):
        full = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **(environment or {})}
        for variable in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LD_LIBRARY_PATH"):
            if variable in os.environ:
                full[variable] = os.environ[variable]
        options.setdefault("stderr", subprocess.PIPE)
        path = os.path.join(build, program)
        if name:
            options["executable"] = path
        self.process = subprocess.Popen([*wrapper, name or path, *arguments], env=full,
                                        stdin=subprocess.DEVNULL, text=True, **options)
        self.lines = []
        self.changed = threading.Condition()
        if self.process.stderr:
            self.reader = threading.Thread(target=self.read, daemon=True)
            self.reader.start()

    def read(self):
        for line in self.process.stderr:
            with self.changed:
                self.lines.append(line)
                self.changed.notify_all()

    def wait_for(self, pattern, after=0):
        """The first line that matches, from number `after` on, as its match."""
        def found():
            return next(filter(None, (re.search(pattern, line) for line in self.lines[after:])), None)
        with self.changed:
            assert self.changed.wait_for(found, 120), f"no {pattern!r} in {''.join(self.lines)}"
            return found()

    def port(self, pattern=r"listening on (?:http://)?127\.0\.0\.1:(\d+)"):
        return int(self.wait_for(pattern)[1])

    def access(self, path):
        """The line of the access log for `path`."""
        self.wait_for(rf'"path":"{re.escape(path)}"')
        return next(json.loads(line) for line in self.lines if f'"path":"{path}"' in line)

    def stop(self):
        self.process.terminate()
        return self.wait()

    def wait(self):
        """Until it ends by itself: its status. All that it has logged is in `lines` by then."""
        status = self.process.wait(60)
        if self.process.stderr:
            self.reader.join()
        return status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def ask(port, path, method="GET", headers=None, body=None):
    """One request on a connection of its own: (status, headers, body)."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request(method, path, body=body, headers={"Connection": "close", **(headers or {})})
    reply = connection.getresponse()
    return reply.status, reply.headers, reply.read().decode()
