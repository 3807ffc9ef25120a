"""What a record costs by each road: the same Weir with no log, by UDP, TCP, RELP and to the journal, side by side."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time

from measures import Subject, side_by_side
from proxies import Started, free_port, wait_for

# By how many per cent the CPU of the whole process may grow.
BOUNDS = {"road_udp": 5, "road_tcp": 5, "road_relp": 8, "road_journald": 25}
# Differences this small want more time than ratios of programs.
PASSES = 2
ROADS = ["road_none", *BOUNDS]

CONFIGURATION = """
global
    log 127.0.0.1:{note} local0 notice
    maxconn 7000
    nbthread 1
{ring}
defaults
    mode tcp
    {log}
    option tcplog
    timeout connect 5s
    timeout client 600s
    timeout server 600s
frontend fe
    bind 127.0.0.1:{port} backlog 4096
    default_backend be
backend be
    server s 127.0.0.1:{server}
"""
RING = """
ring out
    format rfc3164
    maxlen 2048
    size 16777216
    server receiver 127.0.0.1:{receiver} {protocol}
"""
# What looks like the system's /run has a journal of its own: the receiver's socket, so that a journald's CPU
# and disk stay out of it.
BESIDE_A_JOURNAL = (
    'mount -t tmpfs -o mode=0755 tmpfs /run && mkdir -p /run/systemd/journal && '
    'mount --bind "$0" /run/systemd/journal && exec "$@"')


def built_receiver(folder):
    """Tests/Tools/drain.c, which takes lines by each road, compiled."""
    program = os.path.join(folder, "drain")
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Tests", "Tools", "drain.c")
    subprocess.run(["cc", "-O2", "-o", program, source, "-lssl", "-lcrypto"], check=True)
    return program


class RoadSubject(Subject):
    """Weir with the records of its connections on one road, and the receiver at its end."""

    def __init__(self, row, machine, drain):
        super().__init__("weir", row)
        self.road, self.machine = row.removeprefix("road_"), machine
        self.folder = os.path.join(machine.memory, self.road)
        os.makedirs(os.path.join(self.folder, "journal"), exist_ok=True)
        self.arrived_path = os.path.join(self.folder, "arrived")
        self.port, self.receiver_port = free_port(), free_port()
        self.note = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.note.bind(("127.0.0.1", 0))
        self.note.setblocking(False)
        self.receiver = None
        if self.road != "none":
            kind = "unix" if self.road == "journald" else self.road
            where = os.path.join(self.folder, "journal", "socket") if kind == "unix" else str(self.receiver_port)
            self.receiver = Started([drain, kind, where, self.arrived_path], machine.folder, machine.rest_cpu, "drain")

    def start(self, machine):
        log = {
            "none": "", "udp": f"log 127.0.0.1:{self.receiver_port} local0", "journald": "log journald local0",
        }.get(self.road, "log ring@out local0")
        protocol = {"tcp": "log-proto legacy", "relp": "log-proto relp"}.get(self.road)
        ring = RING.format(receiver=self.receiver_port, protocol=protocol) if protocol else ""
        path = machine.write(f"{self.road}-{self.port}.cfg", CONFIGURATION.format(
            note=self.note.getsockname()[1], ring=ring, log=log, port=self.port, server=machine.origin_port))
        words = [machine.programs["weir"], "-db", "-f", path]
        if self.road == "journald":
            journal = os.path.join(self.folder, "journal")
            user = ["--user", "--map-root-user"] if os.getuid() else []
            words = ["unshare", *user, "--mount", "--propagation", "private", "--", "sh", "-c", BESIDE_A_JOURNAL, journal, *words]
        started = Started(words, machine.folder, machine.proxy_cpu, "weir")
        wait_for(self.port, started.process, f"weir, {self.road}")
        return started, self.port

    def ledger(self):
        """What the sink said of itself when it stopped: accepted, delivered, dropped."""
        found = None
        while True:
            try:
                line = self.note.recv(65536).decode()
            except BlockingIOError:
                return found
            name = {"udp": "udp@", "journald": "journald"}.get(self.road, "ring@out")
            counts = re.search(r"accepted=(\d+) delivered=(\d+) .*?dropped=(\d+)", line)
            if f"sink {name}" in line and counts and f":{self.note.getsockname()[1]}:" not in line:
                found = tuple(int(n) for n in counts.groups())

    def arrived(self):
        """How many records the receiver has."""
        mark = b"MESSAGE=" if self.road == "journald" else b"\n"
        with open(self.arrived_path, "rb") as file:
            return count_marks(file, mark)

    def account(self):
        """Stops the receiver; says what is wrong with what arrived, or nothing."""
        ledger = self.ledger()
        wrong = None
        if self.receiver:
            accepted, delivered, dropped = ledger or (0, 0, 0)
            # The receiver may have some yet to read.
            for _ in range(50):
                arrived = self.arrived()
                if arrived >= delivered:
                    break
                time.sleep(0.1)
            self.receiver.stop()
            if dropped or not accepted == delivered == arrived or accepted < self.requests:
                wrong = (f"{self.road}: {self.requests} connections were counted, {accepted} records accepted, "
                         f"{delivered} delivered, {dropped} dropped, {arrived} arrived")
        self.note.close()
        return wrong


def count_marks(file, mark):
    count, rest = 0, b""
    while data := file.read(1 << 22):
        data = rest + data
        count += data.count(mark)
        # A mark that the pieces share is found with the second.
        rest = data[len(data) - len(mark) + 1:]
    return count


def roads(machine, seconds, first):
    """CPU of one short connection by each road; each record is looked for at the receiver."""
    for tool in ("cc", "unshare"):
        if not shutil.which(tool):
            sys.exit(f"error: {tool} is not installed\n       Run: make deps")
    drain = os.path.join(machine.folder, "drain")
    if not os.path.exists(drain):
        built_receiver(machine.folder)
    subjects = []
    try:
        for row in ROADS:
            subjects.append(RoadSubject(row, machine, drain))
        side_by_side(machine, subjects, "/small", seconds, 32, close=True, first=first, passes=PASSES)
        wrong = [text for text in (subject.account() for subject in subjects) if text]
    finally:
        for subject in subjects:
            if subject.receiver:
                subject.receiver.stop()
            shutil.rmtree(subject.folder, ignore_errors=True)
    return subjects, wrong
