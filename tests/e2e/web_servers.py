"""Web servers that others wrote, as the current user, on a port and with a configuration of their own."""
import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import threading
import time

from peers import free_port

APACHE_MODULES = "/usr/lib/apache2/modules"
APACHE = """
ServerRoot {place}
DefaultRuntimeDir {place}
PidFile {place}/pid
ServerName localhost
Listen 127.0.0.1:{port}
ErrorLog {place}/error
LogLevel info
LimitRequestBody 0
{modules}
{owner}
{more}
"""
LIGHTTPD = """
server.document-root = "{place}"
server.bind = "127.0.0.1"
server.port = {port}
server.errorlog = "{place}/error"
server.upload-dirs = ( "{place}" )
server.modules = ( {modules} )
{more}
"""
CADDY = """{{
  admin off
  auto_https off
}}
{more}
"""
HAPROXY = """
defaults
  mode http
  timeout connect 60s
  timeout client 60s
  timeout server 60s
frontend web
  bind 127.0.0.1:{port}
  default_backend application
{more}
"""


def wait_until(condition, seconds=20):
    """Seconds until it was true, or None."""
    start = time.monotonic()
    while not condition():
        if time.monotonic() > start + seconds:
            return None
        threading.Event().wait(0.005)
    return time.monotonic() - start


def answers(address):
    """True if somebody listens: a port of this machine, or the path of a Unix socket."""
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family) as client:
        return client.connect_ex(address if isinstance(address, str) else ("127.0.0.1", address)) == 0


@contextlib.contextmanager
def running(command, address, log, **options):
    """Runs a server until the end of the block, which begins when it listens."""
    with open(log, "ab") as output:
        # A session of its own, for Apache ends its whole process group.
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                   start_new_session=True, **options)
    try:
        if wait_until(lambda: process.poll() is not None or answers(address)) is None or process.poll() is not None:
            with open(log, encoding="utf-8", errors="replace") as said:
                raise RuntimeError(f"{command[0]} does not start: {said.read()[-2000:]}")
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        with contextlib.suppress(ProcessLookupError):  # fcgiwrap's children outlive it
            os.killpg(process.pid, signal.SIGKILL)


@contextlib.contextmanager
def public_directory():
    """For servers that serve as somebody else where they are started as root."""
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o755)
        yield place


@contextlib.contextmanager
def apache(program, modules, more):
    """Runs Apache with these modules (mpm_event, cgid, ...) and lines; gives its port and its log of errors."""
    port = free_port()
    with public_directory() as place:
        lines = "\n".join(f"LoadModule {name}_module {APACHE_MODULES}/mod_{name}.so"
                          for name in (*modules, "authz_core", "alias"))
        owner = "User www-data\nGroup www-data" if os.geteuid() == 0 else ""
        with open(f"{place}/conf", "w", encoding="utf-8") as file:
            file.write(APACHE.format(place=place, port=port, modules=lines, owner=owner,
                                     more=more.replace("PLACE", place)))
        with running([program, "-d", place, "-f", f"{place}/conf", "-DFOREGROUND"], port, f"{place}/start"):
            yield port, f"{place}/error"


@contextlib.contextmanager
def lighttpd(program, modules, more):
    """The same of lighttpd (mod_cgi, ...)."""
    port = free_port()
    with public_directory() as place:
        with open(f"{place}/conf", "w", encoding="utf-8") as file:
            file.write(LIGHTTPD.format(place=place, port=port, modules=", ".join(f'"{m}"' for m in modules),
                                       more=more.replace("PLACE", place)))
        with running([program, "-D", "-f", f"{place}/conf"], port, f"{place}/start"):
            yield port, f"{place}/error"


@contextlib.contextmanager
def caddy(program, more):
    """The same of Caddy, whose lines (PORT: where it listens) are those of sites; it keeps no log of errors."""
    port = free_port()
    with public_directory() as place:
        with open(f"{place}/Caddyfile", "w", encoding="utf-8") as file:
            file.write(CADDY.format(more=more.replace("PORT", str(port))))
        command = [program, "run", "--adapter", "caddyfile", "--config", f"{place}/Caddyfile"]
        with running(command, port, f"{place}/start", env={"PATH": os.environ["PATH"], "HOME": place}):
            yield port


@contextlib.contextmanager
def haproxy(program, more):
    """HAProxy, in front of the backend "application" that is among these lines."""
    port = free_port()
    with public_directory() as place:
        with open(f"{place}/conf", "w", encoding="utf-8") as file:
            file.write(HAPROXY.format(port=port, more=more))
        with running([program, "-db", "-f", f"{place}/conf"], port, f"{place}/start"):
            yield port
