#!/usr/bin/env python3
"""review.py BINARY_DIR: `turngate review` on a terminal, by keys, signals and a program for differences; the terminal
is as it was afterwards, whatever ended it."""
import contextlib
import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import termios

BUILD = os.path.abspath(sys.argv[1])
TURNGATE = f"{BUILD}/bin/turngate"
PROMPT = "q quit"
EVENT = '{"method":"POST","path":"/orders"}'
REPLY = '{"status": 201, "headers": [["content-type", "application/json"]], "body": {"json": {"total": 1}}}'


class Session:
    """turngate review in a folder, as a shell's job on a terminal: its leader is a process that waits for it."""

    def __init__(self, folder, arguments=(), environment=None):
        self.told, told = os.pipe()
        orders, self.orders = os.pipe()
        self.leader, self.terminal = pty.fork()
        if self.leader == 0:
            with contextlib.suppress(BaseException):
                self.lead(folder, arguments, environment or {}, told, orders)
            os._exit(0)
        os.close(told)
        os.close(orders)
        self.before = termios.tcgetattr(self.terminal)
        self.seen = ""

    @staticmethod
    def lead(folder, arguments, environment, told, orders):
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        job = os.fork()
        if job == 0:
            os.setpgid(0, 0)
            os.tcsetpgrp(0, os.getpid())
            signal.signal(signal.SIGTTOU, signal.SIG_DFL)
            signal.signal(signal.SIGHUP, signal.SIG_DFL)
            os.chdir(folder)
            os.execvpe(TURNGATE, ["turngate", "review", *arguments],
                       {**os.environ, "LC_ALL": "C.UTF-8", "NO_COLOR": "1", **environment})
        os.write(told, f"job {job}\n".encode())
        while True:
            _, status = os.waitpid(job, os.WUNTRACED)
            if not os.WIFSTOPPED(status):
                os.write(told, f"ended {status}\n".encode())
                os.read(orders, 1)
                return
            os.write(told, b"stopped\n")
            os.read(orders, 1)
            os.tcsetpgrp(0, job)
            os.killpg(job, signal.SIGCONT)

    def line(self):
        """What the leader tells next; what the terminal shows meanwhile is kept."""
        text = b""
        while not text.endswith(b"\n"):
            ready, _, _ = select.select([self.told, self.terminal], [], [], 120)
            assert ready, f"nothing happens: {self.seen}"
            if self.terminal in ready:
                self.look()
            if self.told in ready:
                text += os.read(self.told, 1)
        return text.decode().split()

    def look(self):
        with contextlib.suppress(OSError):
            self.seen += os.read(self.terminal, 65536).decode("utf-8", "replace")
            self.seen = self.seen.replace("\r\n", "\n")

    def wait_for(self, text):
        """What is shown up to and with this text, which is then forgotten."""
        while text not in self.seen:
            ready, _, _ = select.select([self.terminal], [], [], 120)
            assert ready, f"no {text!r} in {self.seen}"
            before = self.seen
            self.look()
            assert self.seen != before, f"no {text!r} in {self.seen}"
        shown, self.seen = self.seen.split(text, 1)
        return shown + text

    def press(self, keys):
        os.write(self.terminal, keys.encode())

    def is_usual(self):
        return termios.tcgetattr(self.terminal) == self.before

    def is_keyed(self):
        return not termios.tcgetattr(self.terminal)[3] & (termios.ICANON | termios.ECHO)

    def job(self):
        word, number = self.line()
        assert word == "job"
        return int(number)

    def end(self):
        """Its exit status, negative for a signal. The terminal must be as it was before."""
        word, status = self.line()
        assert word == "ended", word
        while select.select([self.terminal], [], [], 0)[0]:
            before = self.seen
            self.look()
            if self.seen == before:
                break
        assert self.is_usual(), "the terminal is not as it was"
        os.write(self.orders, b".")
        os.close(self.terminal)
        os.waitpid(self.leader, 0)
        status = int(status)
        return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def write(folder, files):
    for name, text in files.items():
        os.makedirs(os.path.dirname(f"{folder}/{name}"), exist_ok=True)
        with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
            file.write(text)


def proposals(*names):
    files = {}
    for name in names:
        files |= {f"{name}.json": EVENT, f"{name}.reply.json.new": REPLY}
    return files


def left(folder):
    return sorted(os.path.relpath(os.path.join(path, name), folder) for path, _, names in os.walk(folder)
                  for name in names if "repl" in name)


def started(folder, *arguments, **environment):
    session = Session(folder, arguments, environment)
    session.number = session.job()
    return session


def keys_decide_one_by_one(folder):
    write(folder, proposals("a", "b", "deep/c", "d"))
    session = started(folder)
    shown = session.wait_for(PROMPT)
    assert "POST /orders   no expected reply" in shown and "+ HTTP/1.1 201 Created" in shown, shown
    assert "1/4" in shown and session.is_keyed()
    session.press("a")
    assert "accepted ./a.reply.json.new" in session.wait_for("2/4")
    session.wait_for(PROMPT)
    session.press("r")
    assert "rejected ./b.reply.json.new" in session.wait_for("3/4")
    session.press("sq")
    assert session.end() == 0
    assert "4 proposals   1 accepted   1 rejected   2 left" in session.seen, session.seen
    assert left(folder) == ["a.reply.json", "d.reply.json.new", "deep/c.reply.json.new"]


def all_that_follow(folder):
    for key, expected in (("A", ["a.reply.json.new", "b.reply.json", "c.reply.json"]), ("R", ["a.reply.json.new"])):
        with tempfile.TemporaryDirectory(dir=folder) as below:
            write(below, proposals("a", "b", "c"))
            session = started(below)
            session.press("s" + key)
            assert session.end() == 0
            assert left(below) == expected, left(below)


def other_keys_do_nothing(folder):
    write(folder, proposals("a"))
    session = started(folder)
    session.wait_for(PROMPT)
    # Arrows, function keys, Alt and letters: in none of them is an A, an R or an a meant.
    session.press("\x1b[A\x1bOR\x1b[1;5A\x1b[15~\x1ba\x1b\x1bOAxyz\n ")
    session.press("q")
    assert session.end() == 0
    assert left(folder) == ["a.reply.json.new"]


def answers_of_the_terminal_are_no_keys(folder):
    write(folder, proposals("a", "b"))
    session = started(folder)
    session.wait_for(PROMPT)
    # Colours, capabilities, names, attributes, positions; ended by ST or BEL; an A, an R or an a in each.
    for answer in ("\x1b]11;rgb:aaaa/aaaa/aaaa\x07", "\x1b]10;rgb:AAAA/RRRR/qqqq\x1b\\", "\x1bP1+r436f=Aar\x1b\\",
                   "\x1bP>|aRA(1)\x1b\\", "\x1b_GAr;a\x1b\\", "\x1b^aA\x1b\\", "\x1bXaR\x1b\\", "\x1b[?62;4a", "\x1b[12;40R",
                   "\x1b[?1;2A", "\x1bNa", "\x1b A", "\x1b#a", "\x1b]0;\u00e4A\x1b\x1b\\"):
        session.press(answer)
    session.press("s")
    session.wait_for("2/2")
    assert left(folder) == ["a.reply.json.new", "b.reply.json.new"], left(folder)
    # What was begun and never ends makes way for a control character: keys are not lost for good.
    session.wait_for(PROMPT)
    session.press("\x1b]11;a\na")
    assert session.end() == 0
    assert left(folder) == ["a.reply.json.new", "b.reply.json"], left(folder)


def keys_behind_a_key_that_begins_a_text_are_keys(folder):
    write(folder, proposals("a"))
    session = started(folder)
    session.wait_for(PROMPT)
    # Alt-P; the next key counts once a while has passed, however long this machine takes for that.
    session.press("\x1bP")
    for _ in range(100):
        if select.select([session.told], [], [], 0.5)[0]:
            break
        session.press("q")
    assert session.end() == 0
    assert left(folder) == ["a.reply.json.new"]


def what_ends_input_ends_it_within_a_sequence(folder):
    write(folder, proposals("a"))
    session = started(folder)
    session.wait_for(PROMPT)
    session.press("\x1b]11;a\x04")
    assert session.end() == 0
    assert left(folder) == ["a.reply.json.new"]


def what_has_changed_since_it_was_shown_is_shown_again(folder):
    write(folder, proposals("a", "b"))
    session = started(folder)
    session.wait_for(PROMPT)
    for key, total in (("a", 31), ("r", 32), ("A", 33), ("R", 34)):
        write(folder, {"next": REPLY.replace("1}", f"{total}}}")})
        os.rename(f"{folder}/next", f"{folder}/a.reply.json.new")
        session.press(key)
        shown = session.wait_for(PROMPT)
        assert "./a.reply.json.new has changed since it was shown" in shown and f"{total}" in shown, shown
        assert left(folder) == ["a.reply.json.new", "b.reply.json.new"], left(folder)
    session.press("aq")
    assert session.end() == 0
    with open(f"{folder}/a.reply.json", encoding="utf-8") as file:
        assert file.read() == REPLY.replace("1}", "34}")


def differences_are_shown_as_replay_shows_them(folder):
    write(folder, {**proposals("a"), "a.reply.json":
                   '{"status": 200, "headers": [["content-type", "text/plain"]], "body": {"json": {"total": 2}}}'})
    session = started(folder, "a.json")
    shown = session.wait_for(PROMPT)
    for line in (r"✗ a\.json   POST /orders", r"status    200  →  201", r"- content-type: text/plain",
                 r"\+ content-type: application/json", r"/total +- 2", r"\+ 1"):
        assert re.search(line, shown), f"{line}: {shown}"
    session.press("q")
    assert session.end() == 0


def lines_are_shown_each_and_settled_together(folder):
    write(folder, {"calls.ndjson": f"{EVENT}\n{EVENT}\n{EVENT}\n", "calls.replies.ndjson": '\n{"status": 200}\n',
                   "calls.replies.ndjson.new": f"\n{REPLY}\n{REPLY}\n"})
    session = started(folder)
    shown = session.wait_for(PROMPT)
    assert "calls.ndjson:1" not in shown and "200  →  201" in shown and "? ./calls.ndjson:3" in shown, shown
    session.press("a")
    assert session.end() == 0
    with open(f"{folder}/calls.replies.ndjson", encoding="utf-8") as file:
        assert file.read() == f"\n{REPLY}\n{REPLY}\n"


def signals_put_the_terminal_back(folder):
    write(folder, proposals("a"))
    for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, -signal.SIGHUP),
                           (signal.SIGQUIT, -signal.SIGQUIT)):
        session = started(folder)
        session.wait_for(PROMPT)
        assert session.is_keyed()
        os.kill(session.number, number)
        assert session.end() == status, number
    session = started(folder)
    session.wait_for(PROMPT)
    session.press("\x03")
    assert session.end() == 130
    assert "1 left" in session.seen
    assert left(folder) == ["a.reply.json.new"]


def it_can_be_stopped_and_goes_on(folder):
    write(folder, proposals("a"))
    session = started(folder)
    session.wait_for(PROMPT)
    for stop in (lambda: session.press("\x1a"), lambda: os.kill(session.number, signal.SIGTSTP)):
        stop()
        assert session.line() == ["stopped"]
        assert session.is_usual()
        os.write(session.orders, b".")
        assert "no expected reply" in session.wait_for(PROMPT)
        assert session.is_keyed()
    session.press("a")
    assert session.end() == 0
    assert left(folder) == ["a.reply.json"]


def a_tool_shows_the_files_on_a_usual_terminal(folder):
    write(folder, {**proposals("-a b", "c"), "c.reply.json": '{"status": 200}', "tool": "#!/bin/sh\n"
                   "stty -a | grep -o '[-]*icanon'; wc -l \"$1\" \"$2\" | sed 's/^ *[0-9]* /file /'; kill -INT 0\n"})
    os.chmod(f"{folder}/tool", 0o755)
    session = started(folder, TURNGATE_DIFF_TOOL="./tool")
    session.wait_for(PROMPT)
    session.press("d")
    shown = session.wait_for(PROMPT)
    assert "\nicanon" in shown and "file /dev/null" in shown and "file ./-a b.reply.json.new" in shown, shown
    assert session.is_keyed()
    session.press("sd")
    session.wait_for("file ./c.reply.json\n")
    session.wait_for(PROMPT)
    session.press("\x04")
    assert session.end() == 0
    session = started(folder, TURNGATE_DIFF_TOOL="")
    session.press("dq")
    assert session.end() == 0
    assert "set TURNGATE_DIFF_TOOL" in session.seen


def what_cannot_be_accepted_is_told(folder):
    write(folder, {**proposals("b"), "a.reply.json.new": '{"status": "\x1b[31m"}'})
    session = started(folder)
    session.press("A")
    assert session.end() == 3
    assert "error: ./a.reply.json.new: " in session.seen and "\x1b[31m" not in session.seen, session.seen
    assert left(folder) == ["a.reply.json.new", "b.reply.json"]


def there_must_be_something_and_a_terminal(folder):
    session = started(folder)
    assert session.end() == 5
    assert "error: no proposed reply was found" in session.seen or "hint: turngate replay writes" in session.seen
    write(folder, proposals("a"))
    done = subprocess.run([TURNGATE, "review"], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=False)
    assert done.returncode == 2 and "turngate accept and turngate reject" in done.stderr, done.stderr


def main():
    cases = [keys_decide_one_by_one, all_that_follow, other_keys_do_nothing, answers_of_the_terminal_are_no_keys,
             keys_behind_a_key_that_begins_a_text_are_keys, what_ends_input_ends_it_within_a_sequence,
             what_has_changed_since_it_was_shown_is_shown_again,
             differences_are_shown_as_replay_shows_them, lines_are_shown_each_and_settled_together,
             signals_put_the_terminal_back, it_can_be_stopped_and_goes_on, a_tool_shows_the_files_on_a_usual_terminal, what_cannot_be_accepted_is_told,
             there_must_be_something_and_a_terminal]
    for case in cases:
        with tempfile.TemporaryDirectory() as folder:
            case(folder)
        print(case.__name__)


main()
