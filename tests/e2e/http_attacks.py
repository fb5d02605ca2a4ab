#!/usr/bin/env python3
"""http_attacks.py BINARY_DIR FIXTURES: sends the recorded attacks to a program of ours.

Ends with 77, which ctest lists as skipped, where there are none.
"""
import os
import re
import subprocess
import sys

from peers import check, finish, serving, skipped

BUILD, FIXTURES = map(os.path.abspath, sys.argv[1:])
TOOL = os.path.join(FIXTURES, "..", "tools", "http_attacks.py")

if not os.path.exists(TOOL):
    skipped.append(f"no recorded attacks at {TOOL}")
    finish()
LIMITS = {f"TURNGATE_{name}_TIMEOUT": "2s" for name in ("HEADER", "BODY", "IDLE")}
with serving([f"{BUILD}/tests/turngate_mirror_program"], {**LIMITS, "PORT": "0", "HOST": "127.0.0.1"}) as door:
    done = subprocess.run([sys.executable, TOOL, "127.0.0.1", str(door.port), "-v", "--idle", "1"],
                          stdout=subprocess.PIPE, text=True, timeout=200)
    print(done.stdout)
passed = re.search(r"PASS (\d+) / (\d+) .* canaries: (\d+)", done.stdout)
check("every attack is answered as it should be", done.returncode == 0 and passed and
      passed[1] == passed[2] and int(passed[2]) > 200 and passed[3] == "0", done.stdout[-300:])
finish()
