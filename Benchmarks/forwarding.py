#!/usr/bin/env python3
"""`log-forward` of Weir beside HAProxy's: messages a CPU second, UDP to TCP and TCP to TCP, and losses."""

import argparse
import multiprocessing
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

from proxies import free_port

# The same text for both. HAProxy's ring drops what its receiver does not take; so it gets room.
CONFIGURATION = """
global
    {log}
    nbthread 1
log-forward in
    bind 127.0.0.1:{stream}
    dgram-bind 127.0.0.1:{datagrams}
    maxconn 10
    log ring@out len 1024 local0
ring out
    format rfc3164
    maxlen 2048
    size 33554432
    server collector 127.0.0.1:{collector}
"""
WAYS = {"forward_udp": "UDP to TCP", "forward_tcp": "TCP to TCP"}
MESSAGE = b"<134>Nov 23 10:39:34 box app[7488]: 127.0.0.1:45344 [23/Nov/2026:10:39:34.463] f b/s 1/0/0 %09d -- 5/5/4/4/0 0/0"

SIZE = len(MESSAGE % 0)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weir", default=".build/release/weir", help="the program to measure")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--messages", type=int, default=200_000, help="of each measurement")
    parser.add_argument("--rate", type=int, default=40_000, help="datagrams a second")
    return parser.parse_args()


def collect(listener, counter):
    """Counts the lines that come in by any connection."""
    while True:
        connection, _ = listener.accept()
        while True:
            data = connection.recv(1 << 20)
            if not data:
                break
            with counter.get_lock():
                counter.value += data.count(b"\n")


def send_datagrams(port, count, rate):
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.connect(("127.0.0.1", port))
    start = time.monotonic()
    for number in range(count):
        sender.send(MESSAGE % number)
        if number % 100 == 99:
            ahead = start + number / rate - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)


def send_lines(port, count):
    """Sends lines, and gives the connection: closing it while HAProxy has lines of it may cost some."""
    sender = socket.create_connection(("127.0.0.1", port), timeout=60)
    for first in range(0, count, 1000):
        sender.sendall(b"".join(MESSAGE % n + b"\n" for n in range(first, min(first + 1000, count))))
    return sender


def cpu_seconds(pid):
    """The CPU time of all threads, to the nanosecond."""
    return sum(int(open(f"/proc/{pid}/task/{task}/schedstat").read().split()[0]) for task in os.listdir(f"/proc/{pid}/task")) / 1e9


def kernel_drops(port):
    for line in open("/proc/net/udp"):
        words = line.split()
        if words[1].endswith(f":{port:04X}"):
            return int(words[-1])
    return 0


def measure(program, way, options, folder):
    """One program, one way: CPU seconds, messages delivered, dropped by the kernel and by the sink (as told)."""
    allowed = os.sched_getaffinity(0)
    # The program that is measured has the first core for itself, where there are two.
    if len(allowed) > 1:
        os.sched_setaffinity(0, allowed - {0})
    listener = socket.create_server(("127.0.0.1", 0))
    counter = multiprocessing.Value("Q", 0)
    collector = multiprocessing.Process(target=collect, args=(listener, counter), daemon=True)
    collector.start()
    note = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    note.bind(("127.0.0.1", 0))
    ports = dict(stream=free_port(), datagrams=free_port(), collector=listener.getsockname()[1])
    is_weir = os.path.basename(program) == "weir"
    text = CONFIGURATION.format(log=f"log 127.0.0.1:{note.getsockname()[1]} local0" if is_weir else "", **ports)
    path = os.path.join(folder, "forward.cfg")
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    pinned = ["taskset", "-c", "0"] if len(allowed) > 1 else []
    process = subprocess.Popen([*pinned, program, "-db", "-f", path], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", ports["stream"])).close()
                break
            except OSError:
                time.sleep(0.02)
        # The connection to the collector comes about with the first message.
        first = send_lines(ports["stream"], 1)
        for _ in range(200):
            if counter.value:
                break
            time.sleep(0.02)
        first.close()
        counter.value = 0
        sender = None
        before = cpu_seconds(process.pid)
        if way == "UDP to TCP":
            send_datagrams(ports["datagrams"], options.messages, options.rate)
        else:
            sender = send_lines(ports["stream"], options.messages)
        last = -1
        while counter.value != last:
            last = counter.value
            time.sleep(0.3)
        if sender:
            sender.close()
        spent = cpu_seconds(process.pid) - before
        dropped = kernel_drops(ports["datagrams"])
        process.send_signal(signal.SIGTERM if is_weir else signal.SIGINT)
        process.wait(10)
        ledger = ""
        note.setblocking(False)
        while is_weir:
            try:
                line = note.recv(65536).decode()
            except BlockingIOError:
                break
            found = re.search(r"dropped=(\d+)", line)
            if "ring@out" in line and found:
                ledger = found[1]
        return spent, last, dropped, ledger
    finally:
        if process.poll() is None:
            process.kill()
        collector.terminate()
        listener.close()
        note.close()
        os.sched_setaffinity(0, allowed)


def round_of(programs, way, options, folder, turn):
    """Both programs, one way: microseconds of CPU of a message, and what is wrong with what arrived."""
    microseconds, wrong = {}, []
    for name in ("haproxy", "weir")[::-1 if turn % 2 else 1]:
        spent, delivered, dropped, ledger = measure(programs[name], way, options, folder)
        microseconds[name] = 1e6 * spent / delivered
        missing = options.messages - delivered - dropped - int(ledger or 0)
        if name == "weir" and missing:
            wrong.append(f"{way}: of {options.messages} messages {delivered} were delivered, {dropped} dropped by the kernel, "
                         f"{ledger or 'none'} by the sink: {missing} are missing")
    return microseconds, wrong


def main():
    options = arguments()
    programs = {"weir": os.path.abspath(options.weir)}
    programs["haproxy"] = shutil.which("haproxy", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if not programs["haproxy"]:
        sys.exit("error: haproxy is not installed\n       Run: make deps")
    if not os.access(programs["weir"], os.X_OK):
        sys.exit(f"error: no program at {options.weir}\n       Run: make build")
    failed = False
    with tempfile.TemporaryDirectory(prefix="weir-bench-") as folder:
        for way in WAYS.values():
            ratios = []
            for turn in range(options.rounds):
                found, wrong = round_of(programs, way, options, folder, turn)
                ratios.append(found["haproxy"] / found["weir"])
                print(f"    {way}  " + ", ".join(f"{name} {1e6 / cost:,.0f}" for name, cost in sorted(found.items()))
                      + f" messages a CPU second: {ratios[-1]:.2f}", flush=True)
                for text in wrong:
                    print(f"error: {text}", flush=True)
                    failed = True
            ratio = statistics.median(ratios)
            print(f"==> {way}: {ratio:.2f} times HAProxy's (wanted: 2)", flush=True)
            failed = failed or ratio < 2
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
