#!/usr/bin/env python3
"""package.py BINARY_DIR ...: archives of `turngate package`, read by others' tools, and what is in them started.

An archive is unpacked as Lambda does it and its bootstrap runs with Lambda's variables, without a Runtime API: as the
command line it has, and as a server, which is what it is where PORT is set and nothing tells otherwise.
"""
import contextlib
import hashlib
import os
import re
import resource
import signal
import stat
import subprocess
import sys
import tempfile
import zipfile

from host_program import Host
from peers import check, finish, need
from program import ask

BUILD = os.path.abspath(sys.argv[1])
SAMPLES = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", "samples"))
TURNGATE = BUILD + "/bin/turngate"
HELLO = BUILD + "/samples/hello"


def pack(*arguments, program=None, **options):
    """(status, standard output, standard error)"""
    done = subprocess.run([program or TURNGATE, "package", *arguments], capture_output=True, text=True, timeout=300, **options)
    return done.returncode, done.stdout, done.stderr


def unpacked(archive, place):
    """As Lambda does it: files with the modes they have in the archive."""
    os.makedirs(place)
    with zipfile.ZipFile(archive) as files:
        check(archive.rpartition("/")[2] + " is whole", files.testzip() is None)
        check("with files of 1980", all(stat.S_ISREG(entry.external_attr >> 16)
                                        and entry.date_time == (1980, 1, 1, 0, 0, 0) for entry in files.infolist()))
        for entry in files.infolist():
            os.chmod(files.extract(entry, place), stat.S_IMODE(entry.external_attr >> 16))
    return place


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def lambda_environment(place, **more):
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LAMBDA_TASK_ROOT": place, "LC_ALL": "C.UTF-8",
            "LD_LIBRARY_PATH": f"/var/task:{place}/lib", **more}


class Served:
    """A bootstrap as a server; ends with the with block."""

    def __init__(self, place, bootstrap=None, wrapper=(), **more):
        self.process = subprocess.Popen([*wrapper, bootstrap or place + "/bootstrap"], cwd=place, text=True,
                                        env=lambda_environment(place, TURNGATE_LISTEN="127.0.0.1:0", **more),
                                        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.lines = []

    def __enter__(self):
        for line in self.process.stderr:
            self.lines.append(line)
            if found := re.search(r"listening on (?:http://)?127\.0\.0\.1:(\d+)", line):
                self.port = int(found[1])
                return self
        raise AssertionError("the bootstrap does not listen: " + "".join(self.lines))

    def __exit__(self, *_):
        self.process.terminate()
        self.process.communicate(timeout=60)

    def children(self):
        """All below the bootstrap, and itself."""
        found = [self.process.pid]
        for pid in found:
            with contextlib.suppress(OSError):
                for task in os.listdir(f"/proc/{pid}/task"):
                    with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as children:
                        found += [int(one) for one in children.read().split() if int(one) not in found]
        return found

    def libraries(self):
        """Paths of the shared libraries that its processes have loaded, but for the system's shell."""
        paths = set()
        for pid in self.children():
            with contextlib.suppress(OSError), open(f"/proc/{pid}/maps", encoding="utf-8") as maps:
                if os.readlink(f"/proc/{pid}/exe") == os.path.realpath("/bin/sh"):
                    continue
                paths.update(re.findall(r"(/\S+\.so[.\d]*)$", maps.read(), re.MULTILINE))
        return paths


def newest(program):
    """Whether readelf sees that the image's libraries are too old: glibc 2.34, GCC 11's."""
    out = subprocess.run(["readelf", "-VW", program], capture_output=True, text=True, check=True).stdout
    needs = out.partition("Version needs section")[2]
    def above(prefix, most):
        return any(tuple(int(n) for n in one.split(".")) > most
                   for one in re.findall(rf"Name: {prefix}_([\d.]+)", needs))
    return above("GLIBC", (2, 34)) or above("GLIBCXX", (3, 4, 29)) or above("CXXABI", (1, 3, 13)) or above("GCC", (11,))


def programs(place):
    if need("readelf"):
        status, out, err = pack(HELLO, "-o", place + "/plain.zip")
        if newest(HELLO):
            check("a program of newer libraries is refused", status == 1 and re.search(
                r"hello needs \S+ of (GLIBC|GLIBCXX|CXXABI|GCC)_[\w.]+ in lib\S+, which provided.al2023 has not", err)
                and "--preset static" in err, (status, out, err))
            check("and nothing is written", not os.path.exists(place + "/plain.zip"))
        else:
            check("a program of the image's libraries is packed", status == 0, err)
    status, out, err = pack("--libc", "-o", place + "/libc.zip", program=HELLO)
    check("with its own C library it is packed, by itself", status == 0 and re.search(
        r"libc.zip   (x86_64|arm64)   \d+ files   [\d.]+ MB   zipped [\d.]+ MB", out), (status, out, err))
    root = unpacked(place + "/libc.zip", place + "/libc")
    run = subprocess.run([root + "/bootstrap", "invoke", "/?name=Ada"], capture_output=True, text=True,
                         env=lambda_environment(root))
    check("and runs", run.stdout == "Hello, Ada!\n", run)
    with Served(root) as served:
        check("and serves", ask(served.port, "/?name=Eve")[2] == "Hello, Eve!\n")
        foreign = [one for one in served.libraries() if not one.startswith(root + "/")]
        check("with no library of this machine", served.libraries() and not foreign, served.libraries())


def determinism(place):
    folder = place + "/tree"
    os.makedirs(folder + "/public")
    for name, mode in ("public/index.php", 0o600), ("b.sh", 0o700):
        with open(f"{folder}/{name}", "w", encoding="ascii") as file:
            file.write("x")
        os.chmod(f"{folder}/{name}", mode)
    command = ["--files", folder, "http:spawn:./b.sh", "-o"]
    pack(*command, place + "/one.zip")
    os.chmod(folder + "/public/index.php", 0o664)
    os.utime(folder + "/b.sh", (1, 1))
    status, _, err = pack(*command, place + "/two.zip", umask=0o077, env={"TZ": "Asia/Tokyo", "PATH": "/bin"})
    check("the same files give the same bytes", status == 0 and sha256(place + "/one.zip") == sha256(place + "/two.zip"),
          err)
    with zipfile.ZipFile(place + "/one.zip") as files:
        names = files.namelist()
        modes = {entry.filename: stat.filemode(entry.external_attr >> 16) for entry in files.infolist()}
    check("in the order of their names", names == sorted(names), names)
    check("what may be executed may be, and all may be read", modes["app/b.sh"] == "-rwxr-xr-x"
          and modes["app/public/index.php"] == "-rw-r--r--" and modes["bootstrap"] == "-rwxr-xr-x", modes)
    if need("unzip"):
        run = subprocess.run(["unzip", "-tq", place + "/one.zip"], capture_output=True, text=True)
        check("unzip finds no fault", run.returncode == 0 and "No errors" in run.stdout, run)


def targets(place):
    status, _, err = pack("-C", SAMPLES + "/cgi", "cgi:./hello.sh", "-o", place + "/cgi.zip")
    check("a CGI program is packed", status == 0, err)
    with Served(unpacked(place + "/cgi.zip", place + "/cgi")) as served:
        answer = ask(served.port, "/?name=Ada")
        check("and answers", answer[0] == 200 and answer[2].startswith("Hello from"), answer)

    os.makedirs(place + "/app")
    with open(place + "/app/index.txt", "w", encoding="ascii") as file:
        file.write("packed\n")
    server = f"http:spawn:exec {sys.executable} -m http.server $PORT"
    status, _, err = pack("--files", place + "/app", server, "-o", place + "/spawn.zip")
    check("a server is packed with its folder", status == 0, err)
    with Served(unpacked(place + "/spawn.zip", place + "/spawn")) as served:
        answer = ask(served.port, "/index.txt")
        check("and runs in it", answer[0] == 200 and answer[2] == "packed\n", answer)


def php(place):
    for program in "php-cgi", "php-fpm8.2":
        if not need(program):
            return
    status, out, err = pack(SAMPLES + "/php", "-o", place + "/php.zip")
    check("a folder of PHP is packed", status == 0, err)
    check("the size of PHP is told", re.search(r"\n  of which php-fpm and its libraries   \d+ files   [\d.]+ MB\n", out), out)
    print("        " + out.strip())
    php_runs(unpacked(place + "/php.zip", place + "/php"))
    status, out, err = pack("--files", SAMPLES + "/php", "-o", place + "/php-cgi.zip", "fcgi:spawn?root=public:exec php-cgi")
    check("with php-cgi, where that is named", status == 0 and "php-cgi and its libraries" in out, (out, err))
    php_runs(unpacked(place + "/php-cgi.zip", place + "/php-cgi"))


def php_runs(root):
    with Served(root) as served:
        check("a script runs", ask(served.port, "/hello?name=Ada")[2].strip() == '{"hello":"Ada"}')
        check("a file is sent", "sans-serif" in ask(served.port, "/style.css")[2])
        check("what is beside the document root is not", ask(served.port, "/../php-fpm.conf")[0] in (400, 404))
        loaded = served.libraries()
        check("with PHP's own libraries", any("/turngate/php/modules/" in one for one in loaded), loaded)
        foreign = [one for one in loaded if not one.startswith(root + "/")]
        check("and none of this machine", not foreign, foreign)
    if os.getuid() == 0 and need("setpriv"):
        os.chmod(os.path.dirname(root), 0o755)
        somebody = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups")
        with Served(root, wrapper=somebody) as served:
            check("as a user whose standard error is somebody else's", "Ada" in ask(served.port, "/hello?name=Ada")[2])
    with Host("--memory", "1024", "--function-timeout", "1m", command=[root + "/bootstrap"], directory=root) as host:
        status, _, body = ask(host.door, "/hello?name=Eve")
        check("as a function of Lambda, too", (status, body.strip()) == (200, '{"hello":"Eve"}'), (status, body, host.output))
        check("and ends well", host.stop() == 0 and "0 breaches" in host.output, host.output)


def layer(place):
    status, _, err = pack("--layer", "-o", place + "/layer.zip")
    check("a layer is packed", status == 0, err)
    root = unpacked(place + "/layer.zip", place + "/opt")
    task = SAMPLES + "/cgi"
    with Served(task, root + "/bootstrap", TURNGATE_TARGET="cgi:./hello.sh") as served:
        check("it serves the target that a variable names", ask(served.port, "/")[2].startswith("Hello from"))
    with Served(task, root + "/bootstrap", _HANDLER="cgi:./hello.sh") as served:
        check("it serves the target that is the handler", ask(served.port, "/")[2].startswith("Hello from"))
    task = place + "/task"
    os.makedirs(task)
    with open(task + "/run.sh", "w", encoding="ascii") as file:
        file.write(f"#!/bin/sh\nexec {sys.executable} -m http.server $PORT\n")
    os.chmod(task + "/run.sh", 0o755)
    with Served(task, root + "/bootstrap", _HANDLER="run.sh") as served:
        check("it starts the server that is the handler", "exec" in ask(served.port, "/run.sh")[2])
    with Host("--memory", "1024", "--function-timeout", "1m", "--init-timeout", "1m", "--handler", "run.sh",
              command=[root + "/bootstrap"], directory=task) as host:
        check("as a function of Lambda, too", "exec" in ask(host.door, "/run.sh")[2], host.output)
    check("a layer with a handler is refused", pack("--layer", "cgi:./x")[0] == 2)


def refused(place):
    def says(what, pattern, *arguments, status=1, **options):
        seen = pack(*arguments, "-o", place + "/refused.zip", **options)
        check(what, seen[0] == status and re.search(pattern, seen[2]), seen)
        check("and nothing is left of it", not [name for name in os.listdir(place) if name.startswith("refused.zip")])

    says("a program that is not there is named", "cannot read ./none: No such file", "./none")
    says("a script is none", "index.txt cannot be packed: it is no ELF file", place + "/app/index.txt")
    machine = pack("--files", place + "/app", "http:spawn:true", "-o", place + "/m.zip")[1].split()[1]
    other = {"x86_64": "arm64", "arm64": "x86_64"}[machine]
    says("another machine is told", f"for {machine}, and --arch says {other}", "--arch", other, "--files", place + "/app",
         "http:spawn:true")
    os.makedirs(place + "/big")
    with open(place + "/big/zeros", "wb") as file:
        file.truncate(251 << 20)
    says("more than Lambda takes is refused", "more than 250 MB unpacked", "--files", place + "/big", "http:spawn:true")
    os.symlink("gone", place + "/big/link")
    says("a link to nothing is named", "big/link is a symbolic link that leads nowhere", "--files", place + "/big",
         "http:spawn:true")

    def small_disk():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    says("a full disk is told", r"cannot write \S+refused.zip: File too large", "--files", place + "/app",
         "http:spawn:true", preexec_fn=small_disk)
    if os.getuid() != 0:
        os.chmod(place + "/app/index.txt", 0)
        says("a file that may not be read is named", "cannot read .*index.txt: Permission denied", "--files",
             place + "/app", "http:spawn:true")

    os.remove(place + "/big/link")
    with open(place + "/big/zeros", "wb") as file:
        file.write(os.urandom(51 << 20))
    status, out, err = pack("--files", place + "/big", "http:spawn:true", "-o", place + "/large.zip")
    check("more than is taken directly is packed with a warning", status == 0 and "upload it to S3" in err,
          (status, out, err))


with tempfile.TemporaryDirectory() as folder:
    # Most of the program is what debuggers read, which takes as long to pack.
    subprocess.run(["strip", "-o", folder + "/turngate", TURNGATE], check=True)
    TURNGATE = folder + "/turngate"
    for part in programs, determinism, targets, php, layer, refused:
        part(folder)
finish()
