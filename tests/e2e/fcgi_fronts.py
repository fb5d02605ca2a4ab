"""Web servers in front of a FastCGI application that answers the cases of conformance.py.

They are configured as packaging/ and docs/fastcgi.md have it. Each takes its program and the application's address."""
import contextlib
import os

from conformance import Front
from peers import nginx
from shown import block, read, replaced
from web_servers import apache, caddy, haproxy, lighttpd, public_directory

SOCKET = "/run/turngate/app.sock"
BROKEN = {"broken answers": "it takes the end of a connection for the end of an answer"}
NOMINATED = {"nominated fields": "it passes fields on that Connection lists"}


def packaged(server, ending, address, more=None):
    return replaced(read(f"packaging/{server}/turngate-fastcgi.{ending}"), {SOCKET: address, **(more or {})})


@contextlib.contextmanager
def nginx_kept(program, address):
    with nginx(program, packaged("nginx", "conf", address, {"127.0.0.1:8080": "PORT"})) as (port, _):
        yield Front("nginx, kept", port, lacks=NOMINATED)


@contextlib.contextmanager
def nginx_closed(program, address):
    location = f"include /etc/nginx/fastcgi_params; fastcgi_pass {address};"
    with nginx(program, f"server {{ listen PORT; location / {{ {location} }} }}") as (port, _):
        yield Front("nginx", port, lacks=NOMINATED)


def apache_fcgi(program, more):
    return apache(program, ("mpm_event", "proxy", "proxy_fcgi", "setenvif"), more)


@contextlib.contextmanager
def apache_kept(program, address):
    with apache_fcgi(program, packaged("apache", "conf", address)) as (port, _):
        yield Front("Apache, kept", port, lacks=NOMINATED)


@contextlib.contextmanager
def apache_closed(program, address):
    more = f"""
AllowEncodedSlashes NoDecode
SetEnvIf Transfer-Encoding . proxy-sendcl=1
ProxyPass "/" "fcgi://{address}/"
"""
    with apache_fcgi(program, more) as (port, _):
        yield Front("Apache", port, lacks=NOMINATED)


@contextlib.contextmanager
def lighttpd_socket(program, address):
    with lighttpd(program, (), packaged("lighttpd", "conf", address)) as (port, _):
        yield Front("lighttpd", port, lacks=BROKEN | NOMINATED)


@contextlib.contextmanager
def lighttpd_bin_path(program, command):
    """lighttpd starts the application, on descriptor 0."""
    with public_directory() as place:
        more = packaged("lighttpd", "conf", f'{place}/sock", "bin-path" => "{command}", "max-procs" => "1')
        with lighttpd(program, (), more) as (port, _):
            yield Front("lighttpd, bin-path", port, lacks=BROKEN | NOMINATED)


@contextlib.contextmanager
def caddy_fcgi(program, address):
    more = packaged("caddy", "caddyfile", address, {"127.0.0.1:8080": "127.0.0.1:PORT"})
    with caddy(program, more) as port:
        lacks = {"chunked uploads": "it tells no length of them"}
        yield Front("Caddy", port, lacks=BROKEN | lacks, adds=("x-forwarded-[a-z]+", "content-type"))


@contextlib.contextmanager
def haproxy_fcgi(program, address):
    with haproxy(program, replaced(block("fastcgi.md", "use-fcgi-app"), {SOCKET: address})) as port:
        yield Front("HAProxy", port, lacks=NOMINATED)


@contextlib.contextmanager
def haproxy_multiplexed(program, address):
    more = replaced(block("fastcgi.md", "use-fcgi-app"), {
        SOCKET: address, "  docroot /\n": "  docroot /\n  option get-values\n  option mpxs-conns\n",
        "  use-fcgi-app": "  http-reuse always\n  use-fcgi-app"})
    with haproxy(program, more) as port:
        yield Front("HAProxy, multiplexed", port, lacks=NOMINATED)


@contextlib.contextmanager
def cgi_fcgi(program, web_server, address):
    """libfcgi's bridge from CGI, in a cgi-bin."""
    with public_directory() as place:
        with open(f"{place}/app", "w", encoding="utf-8") as file:
            file.write(f"#!{program} -f\n-bind -connect {address}\n")
        os.chmod(f"{place}/app", 0o755)
        more = replaced(block("cgi.md", "cgi.assign"), {"/srv/cgi-bin": place})
        with lighttpd(web_server, (), more) as (port, _):
            lacks = {"broken answers": "a CGI answer of unknown length ends with the program's output, however it ends"}
            yield Front("cgi-fcgi", port, "/cgi-bin/app", NOMINATED | lacks)
