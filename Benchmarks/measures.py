"""What is measured, each a function of a machine and the kind of a proxy."""

import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

from proxies import free_port

UNITS = {"B": 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30, "TB": 1 << 40}


def wrk(machine, port, path, seconds, connections, close=False):
    """Runs wrk; returns how many requests were answered and how many bytes were read."""
    words = ["taskset", "-c", str(machine.rest_cpu)] if machine.rest_cpu is not None else []
    words += ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s"]
    if close:
        words += ["-H", "Connection: close"]
    out = subprocess.run(
        words + [f"http://127.0.0.1:{port}{path}"], check=True, capture_output=True, text=True).stdout
    found = re.search(r"(\d+) requests in [\d.]+\w+, ([\d.]+)([KMGT]?B) read", out)
    if not found:
        raise SystemExit(f"wrk said:\n{out}")
    return int(found[1]), float(found[2]) * UNITS[found[3]]


def settled_cpu(proxy):
    """The CPU time once the proxy has nothing more to do."""
    last = proxy.cpu_seconds()
    for _ in range(100):
        time.sleep(0.03)
        now = proxy.cpu_seconds()
        if now - last < 0.0005:
            return now
        last = now
    return last


class Subject:
    """A proxy as it is configured for a figure, and what was spent on it so far."""

    def __init__(self, kind, row, log=False, splice=False):
        self.kind, self.row, self.log, self.splice = kind, row, log, splice
        self.seconds, self.requests, self.bytes = 0.0, 0, 0

    def start(self, machine):
        """Starts it; the program and its port."""
        return machine.proxy(self.kind, log=self.log, splice=self.splice)

    def microseconds(self):
        """CPU of a request."""
        return 1e6 * self.seconds / self.requests

    def milliseconds(self):
        """CPU of a gigabyte (10^9 bytes)."""
        return 1e3 * self.seconds / (self.bytes / 1e9)


def side_by_side(machine, subjects, path, seconds, connections, close=False, first=0, passes=1):
    """Loads each of the subjects for so many seconds, in halves: all in their order, then all in reverse.

    What drifts while they run (other load, the clock of the processor) so weighs alike on each, and the
    figures of one call may be divided by one another where those of different calls may not. All proxies
    run from before the first half until after the last; an odd `first` begins at the other end. `passes` is how
    often all of that is done."""
    running = []
    try:
        for subject in subjects:
            proxy, port = subject.start(machine)
            running.append((subject, proxy, port))
        for _, proxy, port in running:
            wrk(machine, port, path, 1, connections, close)
        order = running[::-1] if first % 2 else running
        for subject, proxy, port in (order + order[::-1]) * passes:
            machine.drain()
            before = settled_cpu(proxy)
            requests, size = wrk(machine, port, path, max(1, seconds // 2), connections, close)
            subject.seconds += settled_cpu(proxy) - before
            subject.requests += requests
            subject.bytes += size
    finally:
        for _, proxy, _ in running:
            proxy.stop()
        machine.drain()
    return subjects


def connections(machine, kinds, seconds, first):
    """CPU of one connection: connect, a small request and its answer, close; with its record and without."""
    subjects = []
    for number, kind in enumerate(kinds):
        pair = [Subject(kind, "connection_log", log=True), Subject(kind, "connection")]
        # Those with a record stand beside each other, and those without.
        subjects += pair[::-1] if number % 2 else pair
    return side_by_side(machine, subjects, "/small", seconds, 32, close=True, first=first)


def requests(machine, kinds, seconds, first):
    """CPU of one small request and its answer on a connection that stays."""
    subjects = [Subject(kind, "request") for kind in kinds]
    return side_by_side(machine, subjects, "/small", seconds, 32, first=first)


def bulk(machine, kinds, seconds, first):
    """CPU of a gigabyte from server to client, as configured by default and with splice."""
    subjects = [Subject(kind, "bulk") for kind in kinds]
    subjects += [Subject(kind, "bulk_splice", splice=True) for kind in kinds if kind != "nginx"]
    return side_by_side(machine, subjects, "/big", seconds, 4, first=first)


class Holder:
    """A server that accepts, answers a byte with a byte, and keeps everything open."""

    def __init__(self):
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(4096)
        self.listener.setblocking(False)
        self.port = self.listener.getsockname()[1]
        self.over = False
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        poller = select.epoll()
        poller.register(self.listener.fileno(), select.EPOLLIN)
        held = {}
        while not self.over:
            for descriptor, _ in poller.poll(0.1):
                if descriptor == self.listener.fileno():
                    connection, _ = self.listener.accept()
                    connection.setblocking(False)
                    held[connection.fileno()] = connection
                    poller.register(connection.fileno(), select.EPOLLIN)
                    continue
                try:
                    data = held[descriptor].recv(4096)
                except OSError:
                    data = b""
                if data:
                    held[descriptor].send(data)
                else:
                    held.pop(descriptor).close()
        for connection in held.values():
            connection.close()
        self.listener.close()

    def stop(self):
        self.over = True
        self.thread.join()


def idle_bytes(machine, kind, count=2000):
    """Memory of one idle connection that has carried a word each way."""
    holder = Holder()
    proxy, port = machine.proxy(kind, server=holder.port)
    clients = []
    try:
        def connect(number):
            for _ in range(number):
                client = socket.create_connection(("127.0.0.1", port))
                client.sendall(b"x")
                client.recv(1)
                clients.append(client)
        # What a proxy takes once, for its first connections, is not theirs.
        connect(200)
        time.sleep(0.2)
        before = proxy.resident_kilobytes()
        connect(count)
        time.sleep(0.2)
        return 1024 * (proxy.resident_kilobytes() - before) / count
    finally:
        for client in clients:
            client.close()
        proxy.stop()
        holder.stop()


def plain_requests(port, count, keep=False):
    """Requests one after another: each on a connection of its own, or all on one."""
    def answer(client):
        data = b""
        while not data.endswith(b"ok"):
            piece = client.recv(4096)
            if not piece:
                raise SystemExit(f"the answer broke off after {data!r}")
            data += piece
    if keep:
        with socket.create_connection(("127.0.0.1", port)) as client:
            for _ in range(count):
                client.sendall(b"GET /small HTTP/1.1\r\nHost: a\r\n\r\n")
                answer(client)
        return
    for _ in range(count):
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"GET /small HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            answer(client)
            while client.recv(4096):
                pass


def counted_calls(machine, kind, count, log, keep):
    """System calls of the whole life of a proxy that served so many connections, or requests on one."""
    path = f"{machine.folder}/strace-{kind}-{count}"
    prefix = ["strace", "-f", "-c", "-o", path]
    proxy, port = machine.proxy(kind, log=log, prefix=prefix, pinned=False)
    try:
        plain_requests(port, count, keep)
        time.sleep(0.3)
        child = int(open(f"/proc/{proxy.pid}/task/{proxy.pid}/children").read().split()[0])
        subprocess.run(["kill", "-TERM", str(child)], check=True)
        proxy.process.wait(20)
    finally:
        proxy.stop()
    calls = {}
    for line in open(path):
        words = line.split()
        if len(words) >= 5 and words[3].isdigit() and words[-1] != "total":
            calls[words[-1]] = int(words[3])
    machine.drain()
    return calls


def calls(machine, kind, keep=False, step=300):
    """System calls of one connection with its record, by name, or with `keep` of one request on a connection
    that stays: the difference of two runs, so that start and stop go out."""
    fewer, more = (counted_calls(machine, kind, n, not keep, keep) for n in (step, 2 * step))
    names = set(fewer) | set(more)
    differences = {n: (more.get(n, 0) - fewer.get(n, 0)) / step for n in names}
    return {n: d for n, d in sorted(differences.items(), key=lambda i: -i[1]) if d >= 0.01}


def counted_allocations(machine, kind, count, keep):
    """Calls of malloc and its kin in the whole life of a proxy, as valgrind counts them."""
    prefix = ["valgrind", "--tool=memcheck", "--leak-check=no", "--undef-value-errors=no"]
    proxy, port = machine.proxy(kind, prefix=prefix, pinned=False)
    try:
        plain_requests(port, count, keep)
        time.sleep(0.3)
    finally:
        proxy.stop(signal.SIGTERM, 60)
    found = re.search(r"total heap usage: ([\d,]+) allocs", open(proxy.output_path).read())
    if not found:
        raise SystemExit(f"valgrind said:\n{open(proxy.output_path).read()[-2000:]}")
    return int(found[1].replace(",", ""))


def stripped(machine, kind):
    """A copy of the program without the debug information, which valgrind cannot always read."""
    tool = shutil.which("strip") or shutil.which("llvm-objcopy") or shutil.which("objcopy")
    if not tool:
        sys.exit("error: no strip, no objcopy\n       Run: apt-get install binutils")
    words = ["-g"] if tool.endswith("strip") else ["--strip-debug"]
    copy = os.path.join(machine.folder, kind)
    target = ["-o", copy] if tool.endswith("strip") else [copy]
    subprocess.run([tool, *words, machine.programs[kind], *target], check=True)
    return copy


def allocations(machine, kind, step=200):
    """Allocations a request on a connection that stays, and a connection."""
    machine.programs = {**machine.programs, kind: stripped(machine, kind)}
    kept = [counted_allocations(machine, kind, n, True) for n in (step, 2 * step)]
    single = [counted_allocations(machine, kind, n, False) for n in (step, 2 * step)]
    return {
        "request": (kept[1] - kept[0]) / step,
        "connection": (single[1] - single[0]) / step,
        "runs": {"keep-alive": kept, "connections": single},
    }
