"""Requests as an executor of Open Runtimes sends them, by curl."""
import subprocess

from peers import finish, need

SECRET = "s3cret"
CURL = need("curl") or finish()


class Reply:
    """What curl has got. Fields that come more than once are lists."""

    def __init__(self, port, path="/", method="POST", body=b"", headers=None, options=()):
        fields = {"content-type": "text/plain", "x-open-runtimes-secret": SECRET, **(headers or {})}
        command = [CURL, "-s", "-i", "--http1.1", "--max-time", "100", "-X", method, *options]
        for name, value in fields.items():
            if value is not None:
                # "name: " means to curl, and to who sends this, to leave the field out.
                command += ["-H", f"{name};" if value == "" and name != "content-length" else f"{name}: {value}"]
        if method == "HEAD":
            command[command.index("-X"):command.index("-X") + 2] = ["-I"]
        elif body is not None:
            command += ["-H", "expect:", "--data-binary", "@-"]
        said = subprocess.run([*command, f"http://127.0.0.1:{port}{path}"], input=body or b"", capture_output=True,
                              check=False)
        head, _, self.bytes = said.stdout.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        self.status = int(lines[0].split()[1]) if said.stdout else -said.returncode
        self.headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            known = self.headers.get(name.lower())
            self.headers[name.lower()] = value.strip() if known is None else [known, value.strip()]
        self.log_id = self.headers.get("x-open-runtimes-log-id")
        self.text = self.bytes.decode("utf-8", "replace")

    def __repr__(self):
        return f"{self.status} {self.headers} {self.text[:300]}"
