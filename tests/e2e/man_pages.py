#!/usr/bin/env python3
"""man_pages.py BINARY_DIR: every page of `turngate man`, rendered by the readers of manual pages that are there,
without a warning; what it says is what the help says."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

BUILD = os.path.abspath(sys.argv[1])
TURNGATE = f"{BUILD}/bin/turngate"
# Each prints a page to standard output and what it does not like to standard error.
READERS = {
    "man": ["man", "--warnings=w", "--no-hyphenation", "-Tutf8", "-P", "cat", "-l"],
    "groff": ["groff", "-ww", "-man", "-Tutf8", "-P-c"],
    "mandoc": ["mandoc", "-T", "lint", "-W", "warning"],
}


def run(arguments, **options):
    return subprocess.run(arguments, capture_output=True, text=True, check=False, encoding="utf-8",
                          env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "80", "MANPAGER": "cat"}, **options)


def shown(text):
    """A rendered page as one line of words."""
    return " ".join(re.sub(r"\x1b\[[0-9;]*m|.\x08", "", text).split())


def main():
    overview = run([TURNGATE, "help"]).stdout
    commands = re.findall(r"^  ([a-z-]+(?: [a-z-]+)?)  +\S", overview.split("Commands")[1].split("Options")[0], re.M)
    assert {"replay", "event new", "man"} <= set(commands), commands
    pages = [[], ["event"], *(command.split() for command in commands)]
    readers = {name: words for name, words in READERS.items() if shutil.which(name)}
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/page.1"
        for words in pages:
            page = run([TURNGATE, "man", *words])
            assert page.returncode == 0, page.stderr
            with open(path, "w", encoding="utf-8") as file:
                file.write(page.stdout)
            for name, reader in readers.items():
                done = run([*reader, path])
                assert done.returncode == 0 and not done.stderr, f"{name}, {words}: {done.stderr}"
                if name == "mandoc":
                    assert not done.stdout, f"{name}, {words}: {done.stdout}"
                    continue
                text = shown(done.stdout)
                long_help = run([TURNGATE, "help", *words]).stdout
                # What is typed is there letter by letter: options, variables, examples.
                for typed in re.findall(r"--[a-z-]+|TURNGATE_[A-Z_]+|(?<=  \$ turngate ).*", long_help):
                    assert " ".join(typed.split()) in text, f"{name}, {words}: no {typed!r} in\n{text}"
    print(f"{len(pages)} pages by {', '.join(readers)}")
    missing = {"man", "groff"} - readers.keys()
    for name in missing:
        print(f"SKIPPED: {name} is not installed")
    sys.exit(77 if missing else 0)


main()
