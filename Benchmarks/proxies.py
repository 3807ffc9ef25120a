"""The three proxies that are compared, and the HTTP server behind them: started, measured, stopped."""

import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time


def free_port():
    """A port that is free now, below those that the kernel gives to clients."""
    while True:
        port = random.randrange(10000, 32000)
        with socket.socket() as s:
            try:
                s.bind(("", port))
                return port
            except OSError:
                continue


def wait_for(port, process, what, seconds=10):
    """Waits until something accepts at a port of the loopback interface."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise SystemExit(f"{what} ended with {process.returncode}:\n{read_all(process)}")
        with socket.socket() as s:
            s.settimeout(1)
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise SystemExit(f"{what} does not listen at {port}:\n{read_all(process)}")


def read_all(process):
    try:
        with open(process.output_path) as f:
            return f.read()
    except OSError:
        return ""


class Started:
    """A program in the background, with its output in a file, stopped by its process id."""

    def __init__(self, words, folder, cpu=None, name=None):
        self.name = name or os.path.basename(words[0])
        self.output_path = os.path.join(folder, f"{self.name}-{time.monotonic_ns()}.out")
        if cpu is not None:
            words = ["taskset", "-c", str(cpu)] + words
        with open(self.output_path, "w") as out:
            self.process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                env={**os.environ, "SWIFT_BACKTRACE": "enable=no"})
        self.process.output_path = self.output_path

    @property
    def pid(self):
        return self.process.pid

    def stop(self, number=signal.SIGTERM, seconds=20):
        if self.process.poll() is None:
            self.process.send_signal(number)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def cpu_seconds(self):
        """CPU time of all threads, to the nanosecond where the kernel tells it."""
        total = 0
        try:
            for task in os.listdir(f"/proc/{self.pid}/task"):
                with open(f"/proc/{self.pid}/task/{task}/schedstat") as f:
                    total += int(f.read().split()[0])
            return total / 1e9
        except OSError:
            with open(f"/proc/{self.pid}/stat") as f:
                fields = f.read().rsplit(")", 1)[1].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_kilobytes(self):
        with open(f"/proc/{self.pid}/status") as f:
            for line in f:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1])
        return 0


class Machine:
    """What every measurement needs: a folder, an HTTP server, a port that takes log lines."""

    def __init__(self, folder, programs):
        self.folder = folder
        self.programs = programs
        # What receivers keep stays in memory.
        self.memory = tempfile.mkdtemp(prefix="weir-bench-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else folder)
        # The proxy has a core of its own where there are two.
        self.proxy_cpu, self.rest_cpu = (0, 1) if os.cpu_count() > 1 else (None, None)
        self.log = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.log.bind(("127.0.0.1", 0))
        self.log.setblocking(False)
        self.origin_port = free_port()
        with open(os.path.join(folder, "big"), "wb") as f:
            f.truncate(16 << 20)
        path = self.write("origin.conf", f"""
worker_processes 1;
daemon off;
pid {folder}/origin.pid;
error_log {folder}/origin.err crit;
worker_rlimit_nofile 16000;
events {{ worker_connections 8000; }}
http {{
  access_log off;
  sendfile on;
  keepalive_requests 100000000;
  keepalive_timeout 600s;
  client_header_timeout 600s;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{
    listen 127.0.0.1:{self.origin_port} backlog=4096;
    root {folder};
    location = /small {{ return 200 "ok"; }}
    location = /big {{ }}
  }}
}}
""")
        os.chmod(folder, 0o755)
        self.origin = Started(
            [programs["nginx"], "-p", folder, "-c", path], folder, self.rest_cpu, "origin")
        wait_for(self.origin_port, self.origin.process, "the HTTP server")

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w") as f:
            f.write(text)
        return path

    def drain(self):
        """Reads what came to the log port and says how many lines it was."""
        count = 0
        try:
            while True:
                self.log.recv(65536)
                count += 1
        except BlockingIOError:
            return count

    def stop(self):
        self.origin.stop()
        self.log.close()
        shutil.rmtree(self.memory, ignore_errors=True)

    def proxy(self, kind, log=False, splice=False, prefix=(), pinned=True, server=None):
        """Starts a proxy of one thread before the HTTP server (or `server`), and returns it and its port."""
        port, server = free_port(), server or self.origin_port
        log_port = self.log.getsockname()[1]
        if kind == "nginx":
            target = f"access_log syslog:server=127.0.0.1:{log_port} basic;" if log else "access_log off;"
            path = self.write(f"nginx-{port}.conf", f"""
load_module /usr/lib/nginx/modules/ngx_stream_module.so;
worker_processes 1;
daemon off;
master_process off;
pid {self.folder}/nginx-{port}.pid;
error_log {self.folder}/nginx-{port}.err crit;
worker_rlimit_nofile 16000;
events {{ worker_connections 15000; }}
stream {{
  log_format basic '$remote_addr:$remote_port [$time_local] $protocol $status $bytes_sent '
                   '$bytes_received $session_time $upstream_addr $upstream_connect_time';
  {target}
  server {{ listen 127.0.0.1:{port} backlog=4096; proxy_pass 127.0.0.1:{server}; proxy_timeout 600s; }}
}}
""")
            words = [self.programs["nginx"], "-p", self.folder, "-c", path]
        else:
            logging = f"log 127.0.0.1:{log_port} local0" if log else ""
            option = "option splice-response" if splice else ""
            path = self.write(f"{kind}-{port}.cfg", f"""
global
    {logging}
    maxconn 7000
    nbthread 1
defaults
    mode tcp
    {"log global" if log else ""}
    {"option tcplog" if log else ""}
    {option}
    timeout connect 5s
    timeout client 600s
    timeout server 600s
frontend fe
    bind 127.0.0.1:{port} backlog 4096
    default_backend be
backend be
    server s 127.0.0.1:{server}
""")
            words = [self.programs[kind], "-db", "-f", path]
        started = Started(
            list(prefix) + words, self.folder, self.proxy_cpu if pinned else None, kind)
        wait_for(port, started.process, kind, seconds=60 if prefix else 10)
        return started, port
