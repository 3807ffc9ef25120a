#!/usr/bin/env python3
"""Time and allocations of making a line, beside glibc's snprintf for the same line.

Both make the same bytes, in turns, several times; the least time of each counts. What is promised: a line of tcplog
takes at most half of snprintf's time, one of ecs at most its time, and neither allocates."""

import argparse
import dataclasses
import os
import re
import shutil
import subprocess
import sys
import tempfile

LIMITS = {"tcplog": 0.5, "ecs": 1.0}
ROUNDS = 300_000


@dataclasses.dataclass
class Row:
    """What a line of one format takes."""

    name: str
    limit: float
    nanoseconds: float
    snprintf_nanoseconds: float
    instructions: float
    snprintf_instructions: float
    allocations: int

    @property
    def ratio(self):
        return self.nanoseconds / self.snprintf_nanoseconds

    @property
    def holds(self):
        return self.ratio <= self.limit and self.allocations == 0

    def __str__(self):
        return (f"{self.name:8} {self.nanoseconds:7.0f} ns of {self.snprintf_nanoseconds:5.0f} ns by snprintf "
                f"({self.ratio:.2f}, at most {self.limit}), {self.instructions:.0f} of {self.snprintf_instructions:.0f} "
                f"instructions, {self.allocations} allocations: {'holds' if self.holds else 'FAILS'}")


def check_tools():
    if not all(shutil.which(tool) for tool in ("valgrind", "cc", "strip")):
        sys.exit("error: valgrind, cc or strip is not installed\n       Run: make deps")


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


def built():
    """The program that makes lines, built."""
    build = ["swift", "build", "-c", "release", "--product", "weir-formats"]
    environment = {**os.environ, "WEIR_BENCH": "1"}
    done = subprocess.run(build, capture_output=True, text=True, env=environment)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    shown = subprocess.run([*build, "--show-bin-path"], check=True, capture_output=True, text=True, env=environment)
    return os.path.join(shown.stdout.strip(), "weir-formats")


def compare(program, folder, turns, say=print):
    """A row for each format: its name, limit, nanoseconds of both, instructions of both, allocations."""
    # valgrind does not read every form of debugging information; it needs the names alone.
    stripped = os.path.join(folder, "weir-formats")
    subprocess.run(["strip", "--strip-debug", "-o", stripped, program], check=True)
    other = os.path.join(folder, "snprintf")
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "snprintf.c")
    subprocess.run(["cc", "-O2", "-Wall", "-o", other, source], check=True)
    rows = []
    for name, limit in LIMITS.items():
        times = {stripped: [], other: []}
        for _ in range(turns):
            lines = set()
            for command, found in times.items():
                line, time = run([command, name, str(ROUNDS)])
                lines.add(line)
                found.append(time)
            if len(lines) != 1:
                sys.exit("error: the lines differ:\n" + "\n".join(lines))
        row = Row(name, limit, min(times[stripped]), min(times[other]),
                  instructions(stripped, name), instructions(other, name), allocations(stripped, name))
        rows.append(row)
        say(f"    {row}")
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--program", help="one that was built; else it is built")
    options = parser.parse_args()
    check_tools()
    with tempfile.TemporaryDirectory(prefix="weir-formats-") as folder:
        rows = compare(options.program or built(), folder, options.turns)
    sys.exit(not all(row.holds for row in rows))


if __name__ == "__main__":
    main()
