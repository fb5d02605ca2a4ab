"""hints.py SOURCE: errors of the command line have what failed, the rule, and how to mend it: none is made without its hint."""

import glob
import os
import sys

# How many arguments there are with a hint, the last one.
MAKERS = {"CommandError(": 3, "setting_error(": 4, "failed(invocation_": 3}

# What a handler or a library says, of which nobody here knows more.
WITHOUT = {
    "gateway/src/cli/cli.cpp": 1,
    "gateway/src/cli/invoke.cpp": 3,
}


def arguments(text, begin):
    """Of a call whose parenthesis was just before `begin`."""
    found, depth, start, at, quoted = [], 1, begin, begin, False
    while depth > 0:
        byte = text[at]
        if quoted:
            at += byte == "\\"
            quoted = byte != '"'
        elif byte == '"':
            quoted = True
        elif byte in "({[":
            depth += 1
        elif byte in ")}]":
            depth -= 1
        if depth == 0 or (byte == "," and depth == 1 and not quoted):
            found.append(text[start:at].strip())
            start = at + 1
        at += 1
    return found


def main(source):
    os.chdir(source)
    wrong, seen = [], 0
    for path in sorted(glob.glob("gateway/src/cli/*.cpp") + glob.glob("gateway/src/*.cpp")):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        bare = []
        for maker, needed in MAKERS.items():
            at = text.find(maker)
            while at >= 0:
                given = arguments(text, at + len(maker))
                is_made = "const std::string& " not in given[0] + given[-1]
                seen += is_made
                if is_made and (len(given) < needed or given[-1] == '""'):
                    bare.append(text.count("\n", 0, at) + 1)
                at = text.find(maker, at + 1)
        if len(bare) != WITHOUT.get(path, 0):
            wrong.append(f"{path}: no hint at {bare}, of which {WITHOUT.get(path, 0)} may be without")
    assert seen > 100, seen
    print(f"{seen} errors")
    sys.exit("\n".join(wrong) or 0)


main(*sys.argv[1:])
