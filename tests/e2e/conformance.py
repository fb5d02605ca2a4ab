"""Requests with the answers of the handler in handler.cpp, the same through every front and back end."""
import dataclasses
import http.client
import re

from peers import check


@dataclasses.dataclass
class Case:
    name: str
    target: str
    body: bytes = b""                # of the answer
    method: str = "GET"
    fields: list = dataclasses.field(default_factory=list)
    sent: bytes = None               # the request's body
    status: int = 200
    answers: dict = dataclasses.field(default_factory=dict)  # fields of the answer: all values, in order
    is_whole: bool = True            # the answer ends as it should
    needs: frozenset = frozenset()   # what a front or back end may lack

    def all_needs(self):
        """With those that show in the case itself, which only what is no HTTP lacks."""
        facts = {"more than POST": self.method != "POST", "fields of a reply": bool(self.answers),
                 "statuses": self.status != 200, "an empty reply": self.body == b""}
        return self.needs | {need for need, is_true in facts.items() if is_true}


def pattern(size):
    """What /kinds/pattern?n=SIZE answers."""
    once = bytes(range(251))
    return (once * (size // 251 + 1))[:size]


BINARY = bytes(range(256)) * 4
UPLOAD = pattern(3_000_001)

CASES = [
    Case("a query, as it is", "/raw?x=%2F&y=+%26&z", b"GET /raw?x=%2F&y=+%26&z\n", answers={"Content-Type": ["text/plain"]}),
    Case("a parameter, decoded", "/kinds/plain?q=a%20b+c", b"GET plain q=a b c\n",
         answers={"Content-Type": ["text/plain; charset=utf-8"]}),
    Case("no query", "/kinds/plain", b"GET plain q=none\n"),
    Case("a path with escapes", "/a%20b/%C3%A9;v=1/c", b"GET /a%20b/%C3%A9;v=1/c\n"),
    Case("a path with an encoded slash", "/a%2Fb", b"GET /a%2Fb\n", needs=frozenset({"raw path"})),
    Case("an empty segment", "/a//b", b"GET /a//b\n", needs=frozenset({"raw path"})),
    Case("nothing but the root", "/", b"GET /\n"),
    Case("a POST", "/kinds/echo", b"a=1&b=2", "POST", [("Content-Type", "application/x-www-form-urlencoded")], b"a=1&b=2",
         answers={"Content-Type": ["application/x-www-form-urlencoded"]}),
    Case("bytes of every value", "/kinds/echo", BINARY, "POST", [("Content-Type", "application/octet-stream")], BINARY),
    Case("an empty POST", "/kinds/echo", b"", "POST", sent=b""),
    Case("a large upload", "/kinds/echo", UPLOAD, "POST", [("Content-Type", "application/octet-stream")], UPLOAD),
    Case("an upload in chunks", "/kinds/echo", BINARY, "POST", [("Transfer-Encoding", "chunked")], BINARY,
         needs=frozenset({"chunked uploads"})),
    Case("an upload that nobody reads", "/kinds/unread", b"not here\n", "POST", sent=UPLOAD, status=404,
         needs=frozenset({"unread uploads"})),
    Case("a PUT", "/x", b"PUT /x\n", "PUT", sent=b"", needs=frozenset({"methods"})),
    Case("a DELETE", "/x", b"DELETE /x\n", "DELETE", needs=frozenset({"methods"})),
    Case("a PATCH", "/kinds/plain", b"PATCH plain q=none\n", "PATCH", sent=b"", needs=frozenset({"methods"})),
    Case("a HEAD", "/kinds/plain?q=1", b"", "HEAD", answers={"Content-Type": ["text/plain; charset=utf-8"]}),
    Case("fields", "/kinds/fields", b"x-test-a: one, two\nx-test-b: 3;q=\"x, y\"\n",
         fields=[("X-Test-A", "one, two"), ("X-Test-B", '3;q="x, y"')], needs=frozenset({"fields"})),
    Case("a field that comes twice", "/kinds/fields", b"x-test-a: one, two\n",
         fields=[("X-Test-A", "one"), ("X-Test-A", "two")], needs=frozenset({"repeated fields"})),
    Case("no field of the connection", "/kinds/fields", b"x-test-a: 1\n",
         fields=[("X-Test-A", "1"), ("X-Test-Hop", "2"), ("Connection", "close, X-Test-Hop")],
         needs=frozenset({"nominated fields"})),
    Case("cookies both ways", "/kinds/cookies", b"a is 1, b is 2\n", fields=[("Cookie", "a=1; b=2")],
         answers={"Set-Cookie": ["a=1; Path=/", "b=2; HttpOnly"]}),
    Case("cookies in two fields", "/kinds/cookies", b"a is 1, b is 2\n", fields=[("Cookie", "a=1"), ("Cookie", "b=2")],
         needs=frozenset({"repeated fields"})),
    Case("not found", "/kinds/unread", b"not here\n", status=404),
    Case("a refusal", "/refuse", b"no name\n", status=422),
    Case("a status of our own", "/teapot", b"GET /teapot\n", status=418),
    Case("a handler that throws", "/throw", b"internal error\n", status=500, needs=frozenset({"faults"})),
    Case("a redirect", "/kinds/moved?q=1", b"", status=302, answers={"Location": ["/kinds/elsewhere?q=1"]}),
    Case("no content", "/kinds/empty", b"", status=204),
    Case("a coded answer", "/kinds/gzip", None, answers={"Content-Encoding": ["gzip"]}),
    Case("three events", "/kinds/stream", b"data: 0\n\ndata: 1\n\ndata: 2\n\n",
         answers={"Content-Type": ["text/event-stream"]}),
    Case("20 kB of no text", "/kinds/large", b"\xfe" * 20_000),
    Case("a large download", "/kinds/pattern?n=5000003", pattern(5_000_003), needs=frozenset({"5 MB"})),
    Case("an answer that breaks off, of a known length", "/kinds/torn", b"half", is_whole=False,
         needs=frozenset({"lengths"})),
    Case("an answer that breaks off", "/break", b"half", is_whole=False, needs=frozenset({"broken answers"})),
]


@dataclasses.dataclass
class Reply:
    status: int
    fields: http.client.HTTPMessage
    body: bytes
    is_whole: bool


class Front:
    """A server on a port of 127.0.0.1 under whose `prefix` the handler answers.

    `lacks` tells of needs that it cannot meet, with the reason. `adds` names fields of a request that are its own.
    `status` reads the status from a reply."""

    def __init__(self, name, port, prefix="", lacks=None, adds=(), status=lambda reply: reply.status):
        self.name, self.port, self.prefix = name, port, prefix
        self.lacks, self.status = lacks or {}, status
        self.added = re.compile(rb"^(?:%b): .*\n" % "|".join(adds).encode(), re.I | re.M) if adds else None

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def send(self, connection, method, target, fields, body):
        connection.putrequest(method, self.prefix + target, skip_accept_encoding=True)
        names = [name.lower() for name, _ in fields]
        if "connection" not in names:
            connection.putheader("Connection", "close")
        for name, value in fields:
            connection.putheader(name, value)
        in_chunks = "transfer-encoding" in names
        if body is not None and not in_chunks:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders()
        if in_chunks:
            middle = len(body) // 2
            body = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:middle], body[middle:], b""))
        try:
            connection.send(body or b"")
        except (BrokenPipeError, ConnectionResetError):
            pass  # it may answer before it has read all

    def ask(self, method, target, fields=(), body=None):
        connection = self.connect()
        try:
            self.send(connection, method, target, fields, body)
            got = connection.getresponse()
            try:
                content, is_whole = got.read(), True
            except http.client.IncompleteRead as broken:
                content, is_whole = broken.partial, False
            except ConnectionResetError:
                content, is_whole = None, False
            if self.added and content:
                content = self.added.sub(b"", content)
            return Reply(self.status(got), got.headers, content, is_whole)
        finally:
            connection.close()

    def first_event(self):
        """The first lines of a stream without an end, which goes on until it is closed. (reply, lines)"""
        connection = self.connect()
        self.send(connection, "GET", "/kinds/ticks", (), None)
        got = connection.getresponse()
        return got, [got.readline() for _ in range(2)]


def differences(case, reply):
    if not case.is_whole and reply.status in (502, 503):
        return []  # it broke before anything of it was sent
    wrong = []
    if reply.status != case.status:
        wrong.append(f"status {reply.status}, not {case.status}")
    if reply.is_whole != case.is_whole:
        wrong.append("it is whole" if reply.is_whole else "it is broken off")
    # A connection that breaks may lose what was on its way.
    is_right = reply.body is None or (reply.body == case.body if case.is_whole else case.body.startswith(reply.body))
    if case.body is not None and not is_right:
        wrong.append(f"{len(reply.body)} bytes {reply.body[:200]!r}, not {len(case.body)} {case.body[:200]!r}")
    for name, values in case.answers.items():
        seen = reply.fields.get_all(name, [])
        if seen != values:
            wrong.append(f"{name}: {seen}, not {values}")
    return wrong


def try_cases(front):
    """Asks for every case; a row of the matrix: for each case '+', '-' (it lacks what is needed) or 'X'."""
    row = ""
    for case in CASES:
        lacking = [front.lacks[need] for need in sorted(case.all_needs()) if need in front.lacks]
        if lacking:
            print(f"lacks    {front.name}: {case.name}: {lacking[0]}", flush=True)
            row += "-"
            continue
        try:
            wrong = differences(case, front.ask(case.method, case.target, case.fields, case.sent))
        except (OSError, http.client.HTTPException) as error:
            wrong = [repr(error)]
        check(f"{front.name}: {case.name}", not wrong, "; ".join(wrong))
        row += "X" if wrong else "+"
    return row


def print_matrix(rows):
    """Rows by the name of what they are of: a column a front, a line a case."""
    for number, name in enumerate(rows):
        print(f"{'  ' * number}{name}")
    for i, case in enumerate(CASES):
        print(" ".join(row[i] for row in rows.values()) + "  " + case.name)
