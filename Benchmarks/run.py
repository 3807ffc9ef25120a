#!/usr/bin/env python3
"""Weir beside HAProxy and nginx: CPU, memory, system calls, allocations. Run it by `make bench`."""

import argparse
import os
import resource
import shutil
import sys
import tempfile
import time

import formats
import forwarding
import measures
import report
import roads
from proxies import Machine

GROUPS = ("cpu", "roads", "forward", "bulk", "idle", "calls", "allocations", "formats")

# Figures that differ little from round to round, and have much room to their bounds, take no more rounds than these.
FEW = 3


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weir", default=".build/release/weir", help="the program to measure")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2, help="of load, for each measurement")
    parser.add_argument("--only", default="", help="names of measurements, by commas: " + ",".join(GROUPS))
    parser.add_argument("--messages", type=int, default=100_000, help="forwarded, for each measurement")
    parser.add_argument("--rate", type=int, default=40_000, help="datagrams a second that are forwarded")
    parser.add_argument("--formats", help="weir-formats, where it was built already")
    parser.add_argument("--output", default="docs/benchmarks.md", help="the page; its plot stands beside it; '' for none")
    return parser.parse_args()


def main():
    options = arguments()
    programs = {"weir": os.path.abspath(options.weir)}
    for name in ("haproxy", "nginx", "wrk", "strace", "valgrind", "taskset", "cc", "strip", "unshare"):
        programs[name] = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
        if not programs[name]:
            sys.exit(f"error: {name} is not installed\n       Run: make deps")
    if not os.access(programs["weir"], os.X_OK):
        sys.exit(f"error: no program at {options.weir}\n       Run: make build")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 16384), hard))

    wanted = set(filter(None, options.only.split(","))) or set(GROUPS)
    kinds = list(report.NAMES)
    samples = {kind: {} for kind in kinds}
    calls, allocated, formatted, unaccounted = {}, None, [], []
    folder = tempfile.mkdtemp(prefix="weir-bench-", dir="/tmp")
    started = time.monotonic()
    machine = Machine(folder, programs)

    def note(kind, row, value, unit):
        samples[kind].setdefault(row, []).append(value)
        print(f"    {time.monotonic() - started:5.0f}s  {report.NAMES[kind]:13} {row:15} {value:10.1f} {unit}", flush=True)

    def account(wrong):
        unaccounted.extend(wrong)
        for text in wrong:
            print(f"error: {text}", flush=True)

    try:
        for turn in range(options.rounds):
            print(f"==> Round {turn + 1} of {options.rounds}", flush=True)
            # What is compared is measured side by side, and each round begins at the other end.
            if "cpu" in wanted:
                for subject in measures.connections(machine, kinds, options.seconds, turn):
                    note(subject.kind, subject.row, subject.microseconds(), "us")
                for subject in measures.requests(machine, kinds, options.seconds, turn):
                    note(subject.kind, subject.row, subject.microseconds(), "us")
            if "roads" in wanted:
                print("    five roads side by side, half a minute", flush=True)
                subjects, wrong = roads.roads(machine, options.seconds, turn)
                for subject in subjects:
                    note("weir", subject.row, subject.microseconds(), "us")
                account(wrong)
            if "forward" in wanted and turn < FEW:
                for row, way in forwarding.WAYS.items():
                    found, wrong = forwarding.round_of(programs, way, options, folder, turn)
                    for kind, microseconds in found.items():
                        note(kind, row, microseconds, "us")
                    account(wrong)
            if "bulk" in wanted and turn < FEW:
                for subject in measures.bulk(machine, kinds, options.seconds, turn):
                    note(subject.kind, subject.row, subject.milliseconds(), "ms/GB")
            if "idle" in wanted and turn < FEW:
                for kind in kinds[::-1] if turn % 2 else kinds:
                    note(kind, "idle", measures.idle_bytes(machine, kind), "bytes")
        if "calls" in wanted:
            print("==> System calls of a connection, and of a request on one that stays", flush=True)
            for row, keep in (("calls", False), ("request_calls", True)):
                calls[row] = {kind: measures.calls(machine, kind, keep) for kind in kinds}
                for kind in kinds:
                    note(kind, row, sum(calls[row][kind].values()), "calls")
        if "allocations" in wanted:
            print("==> Allocations, under valgrind", flush=True)
            allocated = measures.allocations(machine, "weir")
            print(f"    {allocated}", flush=True)
        if "formats" in wanted:
            print("==> Making a line, beside snprintf", flush=True)
            formatted = formats.compare(options.formats or formats.built(), folder, turns=7)
    finally:
        machine.stop()
        shutil.rmtree(folder, ignore_errors=True)

    print()
    if wanted - {"roads", "allocations", "formats"}:
        print(report.table(samples) + "\n")
    if "roads" in wanted:
        print(report.road_table(samples) + "\n")
    for good, text in report.verdicts(samples, allocated, formatted, unaccounted):
        print(f"{'kept  ' if good else 'MISSED'}  {text}")
    if options.output:
        picture = os.path.splitext(options.output)[0] + ".svg"
        with open(options.output, "w") as f:
            f.write(report.page(samples, calls, allocated, formatted, unaccounted, options, programs,
                                os.path.basename(picture)))
        report.plot(samples, picture)
        print(f"\nwritten: {options.output}, {picture}")


if __name__ == "__main__":
    main()
