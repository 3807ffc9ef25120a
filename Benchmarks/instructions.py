#!/usr/bin/env python3
"""Instructions and allocations of one short connection through Weir, with and without its line.

callgrind counts them in user mode, so the figures repeat where times do not. What start and stop
cost goes out as the difference of two runs. Functions are named by `--functions PATTERN`, each with
all that it calls."""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

import measures
from proxies import Machine

COUNTED = r"LogThread.*drainRings|Session\.report|Sink\.flush"


def run(machine, log, seconds):
    """One run under callgrind: connections, instructions, allocations, instructions by function."""
    path = f"{machine.folder}/callgrind-{log}-{seconds}"
    prefix = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={path}"]
    proxy, port = machine.proxy("weir", log=log, prefix=prefix, pinned=False)
    try:
        count, _ = measures.wrk(machine, port, "/small", seconds, 4, close=True)
    finally:
        proxy.stop(signal.SIGTERM, 60)
        machine.drain()
    words = ["callgrind_annotate", "--threshold=100", "--inclusive=yes", "--tree=caller", path]
    text = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    text = subprocess.run(["swift", "demangle"], input=text, capture_output=True, text=True).stdout
    functions, callers, allocations = {}, 0, 0
    for line in text.splitlines():
        words = line.split()
        if " < " in line:
            callers += int((re.findall(r"\((\d+)x\)", line) or ["0"])[-1])
        elif " * " in line:
            functions[line.split(" * ", 1)[1].strip()] = int(words[0].replace(",", ""))
            if re.search(r":(swift_slowAlloc|malloc)( |$)", line):
                allocations += callers
            callers = 0
        elif not words:
            callers = 0
    total = int(re.search(r"([\d,]+) .*PROGRAM TOTALS", text)[1].replace(",", ""))
    return count, total, allocations, functions


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weir", default=".build/release/weir", help="the program to measure")
    parser.add_argument("--functions", default=COUNTED, help="a regular expression")
    options = parser.parse_args()
    names = ("nginx", "wrk", "valgrind", "callgrind_annotate")
    programs = {n: shutil.which(n, path=os.environ["PATH"] + ":/usr/sbin:/sbin") for n in names}
    if not all(programs.values()):
        sys.exit("error: nginx, wrk or valgrind is not installed\n       Run: make deps")
    folder = tempfile.mkdtemp(prefix="weir-count-", dir="/tmp")
    # valgrind does not read every form of debugging information; it needs the names alone.
    programs["weir"] = os.path.join(folder, "weir")
    subprocess.run(["strip", "--strip-debug", "-o", programs["weir"], options.weir], check=True)
    machine = Machine(folder, programs)
    try:
        for log in (False, True):
            (n1, i1, a1, f1), (n2, i2, a2, f2) = (run(machine, log, s) for s in (2, 8))
            n = n2 - n1
            print(f"{'with' if log else 'without'} its line, {n} connections:")
            print(f"  {(i2 - i1) / n:10.0f} instructions  {(a2 - a1) / n:8.3f} allocations")
            for name, cost in sorted(f2.items(), key=lambda item: -item[1]):
                if re.search(options.functions, name):
                    print(f"  {(cost - f1.get(name, 0)) / n:10.0f} in {name[:100]}")
    finally:
        machine.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
