#!/usr/bin/env python3
"""systemd.py BINARY_DIR SOURCE_DIR: does what systemd does, to the built program; checks the units."""
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

from peers import free_port
from program import ask
from web_servers import answers, wait_until

BUILD, SOURCE = map(os.path.abspath, sys.argv[1:])
PLUGIN = f"plugin:{BUILD}/e2e/e2e_handler.so"


class Manager:
    """Listens for notices on `name`: a path, or abstract if it begins with @."""

    def __init__(self, name):
        self.name = name
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + name[1:] if name[0] == "@" else name)
        self.socket.settimeout(30)

    def hear(self):
        return self.socket.recv(4096).decode()


def start(arguments, environment, listeners=(), pid=None):
    """Starts the program as systemd does: sockets at 3 and up, and LISTEN_PID its own."""
    child = os.fork()
    if child:
        return child
    try:
        null = os.open("/dev/null", os.O_WRONLY)
        os.dup2(null, 1)
        if "SHOW" not in os.environ:
            os.dup2(null, 2)
        copies = [os.dup(listener.fileno()) for listener in listeners]
        high = [os.dup2(copy, 100 + i) for i, copy in enumerate(copies)]
        for i, fd in enumerate(high):
            os.dup2(fd, 3 + i, inheritable=True)
        full = {"PATH": os.environ["PATH"], **environment}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                full[name] = os.environ[name]
        if listeners:
            full |= {"LISTEN_FDS": str(len(listeners)), "LISTEN_PID": str(pid or os.getpid()),
                     "LISTEN_FDNAMES": ":".join("http" for _ in listeners)}
        full = {name: value.replace("OWN_PID", str(os.getpid())) for name, value in full.items()}
        os.execve(f"{BUILD}/bin/turngate", ["turngate", *arguments], full)
    finally:
        os._exit(127)


def wait(child):
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def sockets_and_notices(name):
    manager = Manager(name)
    one, two = socket.create_server(("127.0.0.1", 0)), socket.create_server(("127.0.0.1", 0))
    child = start(["run", PLUGIN], {"NOTIFY_SOCKET": name}, [one, two])
    ready = manager.hear().splitlines()
    assert ready == ["READY=1", f"STATUS=listening on 127.0.0.1:{one.getsockname()[1]}"], ready
    for listener in (one, two):
        status, _, body = ask(listener.getsockname()[1], "/hello")
        assert (status, body) == (200, "GET /hello\n"), body
    os.kill(child, signal.SIGTERM)
    assert manager.hear() == "STOPPING=1\n"
    assert wait(child) == 0


def who_watches_files_takes_the_sockets_too():
    given = socket.create_server(("127.0.0.1", 0))
    manager = Manager("@turngate-watch-%d" % os.getpid())
    child = start(["serve", "--watch", PLUGIN],
                  {"NOTIFY_SOCKET": manager.name, "WATCHDOG_USEC": "200000", "WATCHDOG_PID": "OWN_PID"}, [given])
    ready = manager.hear().splitlines()
    assert ready == ["READY=1", f"STATUS=listening on 127.0.0.1:{given.getsockname()[1]}"], ready
    assert manager.hear() == "WATCHDOG=1\n"
    assert ask(given.getsockname()[1], "/hello")[2] == "GET /hello\n"
    os.kill(child, signal.SIGTERM)
    while (state := manager.hear()) == "WATCHDOG=1\n":
        pass
    assert state == "STOPPING=1\n", state
    assert wait(child) == 0


def a_connection_made_before_the_start_is_served():
    listener = socket.create_server(("127.0.0.1", 0))
    with socket.create_connection(listener.getsockname()) as client:
        client.sendall(b"GET /early HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        child = start(["run", PLUGIN], {}, [listener])
        reply = b""
        while piece := client.recv(4096):
            reply += piece
    assert reply.endswith(b"GET /early\n"), reply
    os.kill(child, signal.SIGTERM)
    assert wait(child) == 0


def sockets_of_another_process_are_left_alone():
    manager = Manager("@turngate-other-%d" % os.getpid())
    listener = socket.create_server(("127.0.0.1", 0))
    child = start(["run", PLUGIN], {"NOTIFY_SOCKET": manager.name, "PORT": "0", "HOST": "127.0.0.1"},
                  [listener], pid=1)
    ready = manager.hear()
    assert f":{listener.getsockname()[1]}\n" not in ready, ready
    os.kill(child, signal.SIGTERM)
    assert wait(child) == 0


def what_is_no_listener_is_refused():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wrong:
        assert wait(start(["run", PLUGIN], {}, [wrong])) == 2


def the_watchdog_hears_from_a_door_that_lives():
    manager = Manager("@turngate-watchdog-%d" % os.getpid())
    child = start(["run", PLUGIN], {"NOTIFY_SOCKET": manager.name, "WATCHDOG_USEC": "200000",
                                    "WATCHDOG_PID": "OWN_PID", "PORT": "0", "HOST": "127.0.0.1"})
    assert manager.hear().startswith("READY=1\n")
    for _ in range(3):
        assert manager.hear() == "WATCHDOG=1\n"
    os.kill(child, signal.SIGTERM)
    while (state := manager.hear()) == "WATCHDOG=1\n":
        pass
    assert state == "STOPPING=1\n"
    assert wait(child) == 0


def children_inherit_no_notice():
    with tempfile.TemporaryDirectory() as directory:
        program = os.path.join(directory, "env.sh")
        with open(program, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\nenv\nls /proc/self/fd | wc -l\n")
        os.chmod(program, 0o755)
        manager = Manager("@turngate-children-%d" % os.getpid())
        listener = socket.create_server(("127.0.0.1", 0))
        child = start(["run", f"cgi:{program}"], {"NOTIFY_SOCKET": manager.name}, [listener])
        manager.hear()
        _, _, body = ask(listener.getsockname()[1], "/")
        assert "NOTIFY_SOCKET" not in body and "LISTEN_" not in body, body
        os.kill(child, signal.SIGTERM)
        assert wait(child) == 0


def nothing_comes_to_sit_on_a_standard_stream_that_is_closed():
    for command in ([f"{BUILD}/tests/turngate_door_program"], [f"{BUILD}/bin/turngate", "run", PLUGIN]):
        port = free_port()
        with subprocess.Popen(["sh", "-c", 'exec "$@" 0<&- >&- 2>&-', "-", *command],
                              env={**os.environ, "PORT": str(port), "HOST": "127.0.0.1"}) as process:
            assert wait_until(lambda: answers(port)) is not None
            assert ask(port, "/hello")[0] == 200  # and takes signals
            streams = {os.readlink(f"/proc/{process.pid}/fd/{fd}") for fd in (0, 1, 2)}
            process.terminate()
        assert streams == {"/dev/null"}, streams
        assert process.returncode == 0, process.returncode


def units_are_what_systemd_takes():
    if not shutil.which("systemd-analyze"):
        print("SKIPPED units: there is no systemd-analyze")
        return
    for name in ("turngate", "turngate-fastcgi"):
        with tempfile.TemporaryDirectory() as directory:
            for unit in (f"{name}@.service", f"{name}@.socket"):
                with open(f"{SOURCE}/packaging/systemd/{unit}", encoding="utf-8") as file:
                    text = file.read().replace("/usr/bin/turngate", f"{BUILD}/bin/turngate")
                with open(f"{directory}/{unit}", "w", encoding="utf-8") as file:
                    file.write(text)
            done = subprocess.run(["systemd-analyze", "verify", "--man=no", f"{directory}/{name}@shop.service"],
                                  capture_output=True, text=True,
                                  env={"PATH": os.environ["PATH"], "SYSTEMD_UNIT_PATH": directory + ":"})
            complaints = [line for line in done.stderr.splitlines() if "turngate" in line]
            assert done.returncode == 0 and not complaints, done.stderr



with tempfile.TemporaryDirectory() as place:
    sockets_and_notices(f"{place}/notify")
sockets_and_notices("@turngate-abstract-%d" % os.getpid())
who_watches_files_takes_the_sockets_too()
a_connection_made_before_the_start_is_served()
sockets_of_another_process_are_left_alone()
what_is_no_listener_is_refused()
the_watchdog_hears_from_a_door_that_lives()
children_inherit_no_notice()
nothing_comes_to_sit_on_a_standard_stream_that_is_closed()
units_are_what_systemd_takes()
