#!/usr/bin/env python3
"""php.py BINARY_DIR ...: PHP's scripts and files behind `turngate front`, with the real php-fpm.

Ends with 77 where that is absent.
"""
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile

from peers import check, finish, need, php_fpm, serving, until
from program import Program, ask

BUILD = os.path.abspath(sys.argv[1])
SOURCE = os.path.abspath(os.path.dirname(__file__) + "/../..")

# What is there besides the sample's files; None: a directory.
FILES = {
    "public/upload.jpg": "<?php echo 'EVIL';",
    "public/a.phpx/b.php": "<?php echo 'b of ', $_SERVER['SCRIPT_NAME'];",
    "public/sub/index.php": "<?php echo 'sub at ', $_SERVER['SCRIPT_NAME'], ' ', $_SERVER['PATH_INFO'] ?? 'without';",
    "public/docs/index.html": "<p>docs",
    "public/old.php.bak": "<?php $password = 'SECRET';",
    "public/Upper.PHP": "<?php $password = 'SECRET';",
    "public/.env": "PASSWORD=SECRET",
    "public/.git/config": "SECRET",
    "public/.well-known/acme": "token",
    "public/send.php": "<?php header($_GET['field'] . ': ' . $_GET['file']); header('X-From: script'); echo 'not this';",
    "public/uri.php": "<?php echo $_SERVER['DOCUMENT_URI'], ' ', $_SERVER['DOCUMENT_ROOT'];",
    "public/warn.php": "<?php error_log('careful: ' . $_SERVER['REQUEST_URI']); echo 'warned';",
    "public/die.php": "<?php echo str_repeat('x', 100000); flush(); exec('kill -9 ' . getmypid());",
    "files/report.txt": "0123456789",
    "secret.txt": "SECRET",
    "outside.php": "<?php echo 'outside';",
}


def make_site(place):
    site = f"{place}/app"
    shutil.copytree(f"{SOURCE}/samples/php", site)
    for name, text in FILES.items():
        os.makedirs(os.path.dirname(f"{site}/{name}"), exist_ok=True)
        with open(f"{site}/{name}", "w", encoding="utf-8") as file:
            file.write(text)
    with open(f"{site}/public/data.bin", "wb") as file:
        file.write(bytes(range(256)) * 400)
    for name, target in (("link.txt", "../secret.txt"), ("link.php", "../outside.php"),
                         ("image.php", "upload.jpg"), ("text.txt", "script.php"), ("in.php", "script.php")):
        os.symlink(target, f"{site}/public/{name}")
    return site


def front(socket, root, *options):
    return serving([f"{BUILD}/bin/turngate", "front", f"fcgi:unix:{socket}", "--root", root, *options])


def get(door, path, method="GET", more=b"", body=b""):
    """(status, head, body) of one request as raw bytes."""
    reply = door.ask(b"%s %s HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n%s\r\n%s" %
                     (method.encode(), path if isinstance(path, bytes) else path.encode(), more, body))
    head, _, rest = reply.partition(b"\r\n\r\n")
    status = int(head.split()[1]) if head else 0
    return status, head, rest


def told(reply):
    return json.loads(reply[2])


def try_scripts(door, root):
    print("scripts", flush=True)
    reply = get(door, "/")
    check("the index", reply[0] == 200 and b"<h1>PHP behind" in reply[2], reply)
    reply = get(door, "/hello?name=Ada%20L")
    check("the front controller", told(reply) == {"hello": "Ada L"}, reply)
    reply = get(door, "/none/of%2Fthat")
    check("404 of the application", reply[0] == 404 and told(reply)["path"] == "/none/of%2Fthat", reply)
    reply = get(door, "/script.php/a%20b/c%2Fd?e=f")
    check("PATH_INFO", told(reply) == {"SCRIPT_NAME": "/script.php", "PATH_INFO": "/a b/c/d", "QUERY_STRING": "e=f",
                                       "REQUEST_URI": "/script.php/a%20b/c%2Fd?e=f", "REQUEST_METHOD": "GET"}, reply)
    reply = get(door, "/script.php")
    check("... and none", told(reply)["PATH_INFO"] is None, reply)
    reply = get(door, "/uri.php/a")
    check("DOCUMENT_URI and DOCUMENT_ROOT", reply[2].decode() == f"/uri.php/a {os.path.realpath(root)}", reply)
    reply = get(door, "/sub/")
    check("the index of a directory", reply[2] == b"sub at /sub/index.php without", reply)
    reply = get(door, "/sub?a=b")
    check("... which gets its slash", reply[0] == 308 and b"\r\nLocation: /sub/?a=b\r\n" in reply[1] + b"\r\n", reply)
    reply = get(door, "/a.phpx/b.php")
    check("a directory that is nearly a script", reply[2] == b"b of /a.phpx/b.php", reply)
    reply = get(door, "/hello", "HEAD")
    check("HEAD", reply[0] == 200 and reply[2] == b"" and b"application/json" in reply[1], reply)
    reply = get(door, "/old")
    check("a redirect", reply[0] == 301 and b"Location: /hello?name=redirected" in reply[1], reply)
    reply = get(door, "/visits", more=b"Cookie: visits=4\r\n")
    check("cookies", told(reply) == {"visits": 5} and reply[1].lower().count(b"set-cookie: ") == 2, reply)
    reply = get(door, "/in.php")
    check("a link to a script", told(reply)["SCRIPT_NAME"] == "/in.php", reply)
    reply = get(door, "/warn.php")
    check("what a script logs", reply[2] == b"warned" and "careful: /warn.php" in door.said(), (reply, door.said()))
    try:
        reply = get(door, "/die.php")
        is_whole = reply[0] != 502 and (b"chunked" not in reply[1] or reply[2].endswith(b"0\r\n\r\n"))
    except ConnectionResetError:
        reply, is_whole = None, False
    check("a script that dies is no whole reply", not is_whole, reply)


def chunked(body):
    pieces = [body[at:at + 10_000] for at in range(0, len(body), 10_000)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def try_bodies(door):
    print("bodies", flush=True)
    form = b"title=a+b&tags%5B%5D=1&tags%5B%5D=2"
    reply = get(door, "/form", "POST", b"Content-Type: application/x-www-form-urlencoded\r\n"
                b"Content-Length: %d\r\n" % len(form), form)
    check("a form", told(reply) == {"fields": {"title": "a b", "tags": ["1", "2"]}}, reply)
    reply = get(door, "/form", "POST", b"Content-Type: application/x-www-form-urlencoded\r\n"
                b"Transfer-Encoding: chunked\r\n", chunked(form))
    check("... in chunks", told(reply) == {"fields": {"title": "a b", "tags": ["1", "2"]}}, reply)
    file = os.urandom(3_000_000)
    parts = (b'--x\r\nContent-Disposition: form-data; name="file"; filename="a b.bin"\r\n'
             b"Content-Type: application/octet-stream\r\n\r\n" + file + b"\r\n--x--\r\n")
    expected = {"name": "a b.bin", "type": "application/octet-stream", "size": len(file),
                "sha256": hashlib.sha256(file).hexdigest()}
    for how, fields, sent in (("", b"Content-Length: %d\r\n" % len(parts), parts),
                              (" in chunks", b"Transfer-Encoding: chunked\r\n", chunked(parts))):
        reply = get(door, "/upload", "POST", b"Content-Type: multipart/form-data; boundary=x\r\n" + fields, sent)
        check("a file" + how, reply[0] == 201 and told(reply) == expected, reply)
    reply = get(door, "/raw", "POST", b"Content-Type: a/b\r\nTransfer-Encoding: chunked\r\n", chunked(file))
    check("3 MB without a length", told(reply) == {"type": "a/b", "size": len(file),
                                                   "sha256": hashlib.sha256(file).hexdigest()}, reply)
    reply = get(door, "/raw", "POST", b"Content-Length: 0\r\n")
    check("an empty body", told(reply)["size"] == 0, reply)


def try_files(door):
    print("files", flush=True)
    data = bytes(range(256)) * 400
    reply = get(door, "/style.css")
    check("a file", reply[0] == 200 and b"text/css" in reply[1] and b"ETag: " in reply[1] and
          reply[2].startswith(b"body {"), reply)
    tag = [line for line in reply[1].split(b"\r\n") if line.startswith(b"ETag: ")][0][6:]
    reply = get(door, "/style.css", more=b"If-None-Match: %s\r\n" % tag)
    check("... that the client has", reply[0] == 304 and reply[2] == b"", reply)
    reply = get(door, "/data.bin", more=b"Range: bytes=1000-1999\r\n")
    check("a range", reply[0] == 206 and reply[2] == data[1000:2000] and
          b"Content-Range: bytes 1000-1999/102400" in reply[1], reply)
    reply = get(door, "/data.bin", "HEAD")
    check("HEAD of a file", reply[0] == 200 and b"Content-Length: 102400" in reply[1] and reply[2] == b"", reply)
    reply = get(door, "/docs/")
    check("index.html", reply[2] == b"<p>docs", reply)
    reply = get(door, "/style.css", "POST", b"Content-Length: 0\r\n")
    check("a file is only read", reply[0] == 405, reply)
    reply = get(door, "/.well-known/acme")
    check("/.well-known/", reply[2] == b"token", reply)


# Raw targets, and the statuses that say no. 404 may be the application's.
ATTACKS = [
    ("a dot file", [b"/.env", b"/%2eenv", b"/.git/config", b"/sub/../.env", b"/.ENV"], (400, 404)),
    ("traversal", [b"/../secret.txt", b"/sub/../../secret.txt", b"/%2e%2e/secret.txt", b"/..%2fsecret.txt",
                   b"/sub/%2e%2e%2f%2e%2e%2fsecret.txt", b"/..\\secret.txt", b"/..%5csecret.txt", b"/%c0%ae%c0%ae/secret.txt",
                   b"/./../secret.txt", b"/script.php/../../secret.txt", b"/%252e%252e/secret.txt"], (400, 404)),
    ("what is no name", [b"/upload.jpg%00.php", b"/script.php%00", b"/script.php%0a", b"/script.php%0a/x",
                         b"/%0d%0aSet-Cookie:%20a=b", b"/a%5cb", b"/%zz", b"/%"], (400,)),
    ("two slashes", [b"//secret.txt", b"//etc/passwd", b"/sub//index.php", b"//evil.example/%2e%2e"], (400,)),
    ("what is uploaded is not run", [b"/upload.jpg/x.php", b"/upload.jpg/.php", b"/upload.jpg%2fx.php", b"/image.php",
                                     b"/image.php/x.php"], (404,)),
    ("source", [b"/old.php.bak", b"/Upper.PHP", b"/text.txt", b"/script.php.", b"/script.PHP", b"/script.php~"],
     (404,)),
    ("a link out of the root", [b"/link.txt", b"/link.php", b"/link.php/x"], (404,)),
    ("what is beside the root", [b"/routes.php", b"/home.html"], (404,)),
]


def try_attacks(door):
    print("attacks", flush=True)
    for what, targets, statuses in ATTACKS:
        for target in targets:
            reply = get(door, target)
            everything = reply[1] + reply[2]
            check(f"{what}: {target.decode()}", reply[0] in statuses and not any(
                bad in everything for bad in (b"SECRET", b"EVIL", b"root:", b"<?php", b"outside", b"Set-Cookie")), reply)


def try_orders(door, site):
    print("files that scripts order", flush=True)

    def order(field, file, more=b""):
        return get(door, f"/send.php?field={field}&file={file}", more=more)

    for field, file in (("X-Sendfile", f"{site}/files/report.txt"), ("X-Sendfile", "report.txt"),
                        ("X-Accel-Redirect", "/internal/report.txt")):
        reply = order(field, file)
        check(f"{field}: {file}", reply[0] == 200 and reply[2] == b"0123456789" and b"X-From: script" in reply[1] and
              field.encode() not in reply[1], reply)
    reply = order("X-Sendfile", "report.txt", b"Range: bytes=2-4\r\n")
    check("a range of it", reply[0] == 206 and reply[2] == b"234", reply)
    for field, file in (("X-Sendfile", "/etc/passwd"), ("X-Sendfile", f"{site}/secret.txt"), ("X-Sendfile", "../secret.txt"),
                        ("X-Accel-Redirect", "/internal/../secret.txt"), ("X-Accel-Redirect", "/internal/..%252fsecret.txt"),
                        ("X-Accel-Redirect", "/elsewhere/report.txt")):
        reply = order(field, file)
        check(f"{field}: {file} is refused", reply[0] in (404, 502) and b"SECRET" not in reply[2], reply)
    reply = get(door, "/internal/report.txt")
    check("what is internal is not for clients", reply[0] == 404, reply)


def try_no_orders(door):
    reply = get(door, "/send.php?field=X-Sendfile&file=/etc/passwd")
    check("without --sendfile the field is dropped and logged", reply[0] == 200 and reply[2] == b"not this" and
          b"sendfile" not in reply[1].lower() and "X-Sendfile is not followed" in door.said(), (reply, door.said()))


def try_replay(socket, root):
    ran = subprocess.run([f"{BUILD}/bin/turngate", "replay", f"{SOURCE}/samples/replay/php", "-t",
                          f"fcgi:unix:{socket}?root={root}"], capture_output=True, text=True, timeout=120)
    check("the events of the sample", ran.returncode == 0 and "failed" not in ran.stdout, ran.stdout + ran.stderr)
    with Program(BUILD, ["serve", "-p", "0", f"fcgi:unix:{socket}?root={root}"]) as program:
        status, _, body = ask(program.port(), "/hello?name=serve")
        check("\"serve\" with options in the URI", (status, body) == (200, '{"hello":"serve"}\n'), (status, body))
        check("... ends as asked", program.stop() == 0)


def try_spawned(site, root):
    """The same scripts by PHP's own FastCGI server, whose children are ours."""
    command = "exec php-cgi -d upload_max_filesize=64M -d post_max_size=64M"
    front_of = [f"{BUILD}/bin/turngate", "front", f"fcgi:spawn:{command}", "--root", root]
    with serving(front_of, {"TURNGATE_FCGI_CHILDREN": "1:2"}) as door:
        try_scripts(door, root)
        try_bodies(door)
        try_attacks(door)
    with serving([*front_of, "--sendfile", f"{site}/files", "--accel", f"/internal/={site}/files"]) as door:
        try_orders(door, site)
    ran = subprocess.run([f"{BUILD}/bin/turngate", "replay", f"{SOURCE}/samples/replay/php", "-t",
                          f"fcgi:spawn?root={root}:exec php-cgi"], capture_output=True, text=True, timeout=120)
    check("the events of the sample, of a program that is started", ran.returncode == 0 and "failed" not in ran.stdout,
          ran.stdout + ran.stderr)


def try_late(program, place, root):
    """An application that is started after its front."""
    late = f"{place}/late"
    os.mkdir(late)
    with front(f"{late}/fpm.sock", root) as door:
        until("it waits", lambda: "waiting for the application: fcgi:unix:" in door.said())
        with php_fpm(program, late):
            reply = get(door, "/hello?name=late")
            check("an application that comes later is waited for", told(reply) == {"hello": "late"}, reply)


def try_cgi(socket, root):
    environment = {"PATH": os.environ["PATH"], "GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "GET",
                   "REQUEST_URI": "/hello?name=cgi", "SERVER_PROTOCOL": "HTTP/1.1"}
    ran = subprocess.run([f"{BUILD}/bin/turngate", "front", f"fcgi:unix:{socket}", "--root", root], env=environment,
                         stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    check("\"front\" as a CGI program", ran.stdout.startswith(b"Status: 200") and b'{"hello":"cgi"}' in ran.stdout,
          ran.stdout + ran.stderr)


def main():
    program = need("php-fpm8.2") or need("php-fpm")
    if program:
        with tempfile.TemporaryDirectory() as place, php_fpm(program, place) as socket:
            site = make_site(place)
            root = f"{site}/public"
            with front(socket, root) as door:
                try_scripts(door, root)
                try_bodies(door)
                try_files(door)
                try_attacks(door)
                try_no_orders(door)
            with front(socket, root, "--sendfile", f"{site}/files", "--accel", f"/internal/={site}/files") as door:
                try_orders(door, site)
            with front(socket, root, "--follow-symlinks") as door:
                check("links out of the root, where asked for", get(door, "/link.php")[2] == b"outside" and
                      get(door, "/link.txt")[2] == b"SECRET" and get(door, "/image.php")[0] == 404)
            with front(socket, root, "--try", "", "--files", "off") as door:
                check("neither files nor a front controller", get(door, "/style.css")[0] == 404 and
                      get(door, "/hello")[0] == 404 and get(door, "/script.php")[0] == 200 and
                      get(door, "/")[0] == 200)
            try_replay(socket, root)
            try_late(program, place, root)
            if need("php-cgi"):
                try_spawned(site, root)
            try_cgi(socket, root)
    finish()


main()
