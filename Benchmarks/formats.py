#!/usr/bin/env python3
"""Time and allocations of making a line, beside glibc's snprintf for the same line.

Both make the same bytes, in turns, several times; the least time of each counts. What is promised: a line of tcplog
takes at most half of snprintf's time, one of ecs at most its time, and neither allocates."""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

LIMITS = {"tcplog": 0.5, "ecs": 1.0}
ROUNDS = 300_000


def run(command):
    words = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, "TZ": "UTC"})
    *lines, last = words.stdout.splitlines()
    return "\n".join(lines), float(last.split()[0])


def allocations(program, name):
    """Allocations of 2000 lines less those of 1000, as valgrind counts them."""
    counts = []
    for rounds in (1000, 2000):
        command = ["valgrind", "--leak-check=no", program, name, str(rounds)]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stderr
        counts.append(int(re.search(r"([\d,]+) allocs", text)[1].replace(",", "")))
    return counts[1] - counts[0]


def instructions(program, name):
    """Instructions of a line, as callgrind counts them."""
    counts = []
    for rounds in (1000, 3000):
        command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, name, str(rounds)]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stderr
        counts.append(int(re.search(r"Collected : (\d+)", text)[1]))
    return (counts[1] - counts[0]) / 2000


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--program", help="one that was built; else it is built")
    options = parser.parse_args()
    if not shutil.which("valgrind") or not shutil.which("cc"):
        sys.exit("error: valgrind or cc is not installed\n       Run: make deps")
    program = options.program
    if not program:
        build = ["swift", "build", "-c", "release", "--product", "weir-formats"]
        environment = {**os.environ, "WEIR_BENCH": "1"}
        subprocess.run(build, check=True, env=environment)
        folder = subprocess.run([*build, "--show-bin-path"], check=True, capture_output=True, text=True, env=environment)
        program = os.path.join(folder.stdout.strip(), "weir-formats")
    failed = False
    with tempfile.TemporaryDirectory(prefix="weir-formats-") as folder:
        # valgrind does not read every form of debugging information; it needs the names alone.
        stripped = os.path.join(folder, "weir-formats")
        subprocess.run(["strip", "--strip-debug", "-o", stripped, program], check=True)
        program = stripped
        other = os.path.join(folder, "snprintf")
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "snprintf.c")
        subprocess.run(["cc", "-O2", "-Wall", "-o", other, source], check=True)
        for name, limit in LIMITS.items():
            times = {program: [], other: []}
            for _ in range(options.turns):
                lines = set()
                for command, found in times.items():
                    line, time = run([command, name, str(ROUNDS)])
                    lines.add(line)
                    found.append(time)
                if len(lines) != 1:
                    sys.exit("error: the lines differ:\n" + "\n".join(lines))
            own, theirs = min(times[program]), min(times[other])
            allocated = allocations(program, name)
            counts = instructions(program, name), instructions(other, name)
            holds = own <= theirs * limit and allocated == 0
            failed = failed or not holds
            print(f"{name:8} {own:7.0f} ns of {theirs:5.0f} ns by snprintf ({own / theirs:.2f}, at most {limit}), "
                  f"{counts[0]:.0f} of {counts[1]:.0f} instructions, {allocated} allocations: "
                  f"{'holds' if holds else 'FAILS'}", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
