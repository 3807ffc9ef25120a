#!/usr/bin/env python3
"""Observes what HAProxy logs of its servers' states and writes it down as golden files.

Usage: observe-states.py FOLDER [PART-OF-A-NAME]

A golden file holds the configuration (lines that begin with `| `), then what was done (`> `) and
the lines that came of it, each behind its level. What is done: `start S` and `stop S` (the
server's socket listens or not), `hold S N` (N connections to it are opened), `fail S N` (N
connections to it are refused), `end` (connections are closed), or a command of the stats socket.
"""
import os
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time

LEVELS = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"]
FIRST_PORT = 21500
LOG_PORT = 21499

ALL = """
listen b
  bind unix@%FOLDER%/in
  server s1 %s1% check inter 100ms rise 2 fall 3
  server s2 %s2% check inter 100ms rise 2 fall 3
  server bk %bk% check inter 100ms rise 1 fall 1 backup
backend t
  server f1 %s1% track b/s1
  server f2 %s1% track t/f1
"""
COMMANDS = """
stop s2;start s2;stop s1;stop s2;stop bk;start bk;start s1;start s2
set server b/s1 state maint;set server b/s1 state maint;set server b/s1 state ready
set server b/s1 state drain;set server b/s1 state maint;set server b/s1 state drain
set server b/s1 state ready;set server b/s1 health stopping;set server b/s1 health up
set server b/s1 health down;stop s1;set server b/s1 state maint;set server b/s1 state ready
set server b/s1 state drain;set server b/s1 state ready;set server b/s1 state drain;start s1
stop s1;set server b/s1 state maint;start s1;set server b/s1 state drain;set server b/s1 state ready
set server b/s2 state maint;set server b/s1 state maint;set server b/bk state maint
set server b/bk state ready;set server b/s1 state ready;set server b/s2 state ready
set server t/f1 state maint;set server b/s1 state maint;set server b/s1 state ready
set server t/f1 state ready;set server t/f1 state drain;set server b/s1 state drain
set server b/s1 state ready;set server t/f1 state ready;set weight b/s1 0;set weight b/s1 1
set weight b/s1 0;set weight b/s2 0;stop s1;start s1;set weight b/s1 1;set weight b/s2 1
stop s1;start s1;stop bk;stop s2;start s2;start bk
"""
SCENARIOS = {
    "commands": (ALL, COMMANDS),
    "commands-logged": (ALL.replace("listen b", "listen b\n  option log-health-checks"), COMMANDS),
    "sessions": ("""
listen b
  bind unix@%FOLDER%/in
  balance first
  server s1 %s1% check inter 100ms rise 2 fall 3
  server s2 %s2% check inter 100ms rise 1 fall 2
""", "hold s1 3;stop s1;start s1;stop s1;end;start s1"),
    "disabled": ("""
listen b
  bind unix@%FOLDER%/in
  server s1 %s1% check inter 100ms rise 2 fall 3 disabled
  server s2 %s2% check inter 100ms rise 1 fall 2
backend t
  server f1 %s1% track b/s1
backend u
  server u1 %s1%
  server u2 %s1% disabled
  server u3 %s1% weight 0
""", "stop s2;start s2;enable server b/s1;disable server b/s2;enable server b/s2;"
     "disable server u/u1;set server u/u1 state drain;enable server u/u1;enable server u/u2;"
     "set server u/u1 health down;set server u/u2 health down;set server u/u1 state drain"),
}
SCENARIOS["followers"] = ("""
listen b
  bind unix@%FOLDER%/in
  server s1 %s1% check inter 100ms rise 1 fall 1
backend t
  server f1 %s1% track b/s1
  server f2 %s1% track b/s1
backend u
  server g1 %s1% track b/s1
""", "stop s1;start s1;set server b/s1 state maint;set server b/s1 state ready")
SCENARIOS["queued"] = ("""
listen b
  bind unix@%FOLDER%/in
  balance roundrobin
  timeout queue 1m
  server s1 %s1% check inter 100ms rise 1 fall 1 maxconn 1
  server s2 %s2% check inter 100ms rise 1 fall 1 maxconn 1
""", "hold s1 5;stop s1;start s1;stop s1;stop s2;start s2;end")
for action in ("mark-down", "fail-check", "sudden-death", "fastinter"):
    SCENARIOS["observe-" + action] = ("""
listen b
  bind unix@%FOLDER%/in
  balance first
  retries 0
  server s1 %s1% check inter 5s fastinter 300ms downinter 300ms rise 2 fall 3 observe layer4 error-limit 3 on-error ACTION
  server s2 %s2% check inter 5s
""".replace("ACTION", action), "fail s1 3;fail s1 3;start s1")


class Sockets(threading.Thread):
    """The servers' sockets."""

    def __init__(self, names):
        super().__init__(daemon=True)
        self.ports = {name: FIRST_PORT + index for index, name in enumerate(names)}
        self.listeners = {}
        self.peers = []
        self.runs = True

    def start_server(self, name):
        if name not in self.listeners:
            self.listeners[name] = socket.create_server(("127.0.0.1", self.ports[name]))

    def stop_server(self, name):
        listener = self.listeners.pop(name, None)
        if listener:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def run(self):
        while self.runs:
            listeners = list(self.listeners.values())
            try:
                ready, _, _ = select.select(listeners + self.peers, [], [], 0.02)
            except (OSError, ValueError):
                continue
            for one in ready:
                try:
                    if one in listeners:
                        self.peers.append(one.accept()[0])
                    elif not one.recv(1000):
                        self.peers.remove(one)
                        one.close()
                except OSError:
                    if one in self.peers:
                        self.peers.remove(one)


def play(name, configuration, steps, folder):
    sockets = Sockets(["s1", "s2", "bk"])
    for server in sockets.ports:
        sockets.start_server(server)
    sockets.start()
    log = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    log.bind(("127.0.0.1", LOG_PORT))
    text = configuration.replace("%FOLDER%", folder)
    for server, port in sockets.ports.items():
        text = text.replace("%%%s%%" % server, "127.0.0.1:%d" % port)
    head = "global\n  nbthread 1\n  log 127.0.0.1:%d format priority local0\n" % LOG_PORT
    head += "  stats socket %s/cli level admin\ndefaults\n  mode tcp\n  log global\n" % folder
    head += "  timeout connect 1s\n  timeout client 1m\n  timeout server 1m\n"
    with open(folder + "/h.cfg", "w") as file:
        file.write(head + text)
    lines = ["| " + line for line in configuration.strip().splitlines()]
    haproxy = subprocess.Popen(["haproxy", "-db", "-q", "-f", folder + "/h.cfg"])
    held = []

    def settle():
        quiet_since = time.monotonic()
        while time.monotonic() - quiet_since < (1.2 if "observe" in name else 0.6):
            if select.select([log], [], [], 0.05)[0]:
                data = log.recv(4000).decode().strip()
                priority, _, text = data[1:].partition(">")
                if text.startswith(("Connect from", "Connect to", "Stopping ", "Proxy ", "Pausing ")):
                    continue
                lines.append("%s %s" % (LEVELS[int(priority) & 7], text))
                quiet_since = time.monotonic()

    def connect():
        client = socket.socket(socket.AF_UNIX)
        client.connect(folder + "/in")
        return client

    try:
        while not os.path.exists(folder + "/in"):
            time.sleep(0.01)
        settle()
        for step in steps:
            lines.append("> " + step)
            words = step.split()
            if words[0] == "start":
                sockets.start_server(words[1])
            elif words[0] == "stop":
                sockets.stop_server(words[1])
            elif words[0] == "hold":
                held += [connect() for _ in range(int(words[2]))]
            elif words[0] == "fail":
                sockets.stop_server(words[1])
                for _ in range(int(words[2])):
                    client = connect()
                    client.settimeout(0.3)
                    try:
                        client.recv(100)
                    except TimeoutError:
                        pass
                    client.close()
            elif words[0] == "end":
                while held:
                    held.pop().close()
            else:
                cli = socket.socket(socket.AF_UNIX)
                cli.connect(folder + "/cli")
                cli.sendall(step.encode() + b"\n")
                answer = cli.recv(1000).decode().strip()
                if answer:
                    lines.append("answer " + answer)
            settle()
    finally:
        haproxy.terminate()
        haproxy.wait()
        sockets.runs = False
        sockets.join()
        for server in list(sockets.listeners):
            sockets.stop_server(server)
    return lines


def main():
    version = subprocess.run(["haproxy", "-v"], capture_output=True, text=True).stdout.split()[2]
    for name, (configuration, steps) in SCENARIOS.items():
        if len(sys.argv) > 2 and sys.argv[2] not in name:
            continue
        steps = [step.strip() for step in steps.replace("\n", ";").split(";") if step.strip()]
        with tempfile.TemporaryDirectory() as folder:
            lines = play(name, configuration, steps, folder)
        lines.insert(0, "# Observed on HAProxy %s by Tests/Tools/observe-states.py" % version)
        with open("%s/%s.txt" % (sys.argv[1], name), "w") as file:
            file.write("\n".join(lines) + "\n")


main()
