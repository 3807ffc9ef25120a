"""The table, the verdicts and the plot."""

import os
import platform
import subprocess
import time

NAMES = {"weir": "Weir", "haproxy": "HAProxy", "nginx": "nginx stream"}
COLOURS = {"weir": "#1f6f8b", "haproxy": "#99a8b2", "nginx": "#b9cdb2"}

ROWS = [
    ("connection_log", "a connection, a record of it by UDP", "µs of CPU"),
    ("connection", "a connection, no record", "µs of CPU"),
    ("request", "a request on a connection that stays", "µs of CPU"),
    ("bulk", "a gigabyte, as configured by default", "ms of CPU"),
    ("bulk_splice", "a gigabyte, with `splice`", "ms of CPU"),
    ("idle", "memory of an idle connection", "bytes"),
    ("calls", "system calls of a connection, with its record", "calls"),
]


def number(value):
    if value is None:
        return ""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}"


def verdicts(m, allocations):
    """The bounds that the project sets itself, each with what was measured."""
    def ratio(row, other="haproxy", other_row=None):
        ours, theirs = m["weir"].get(row), m[other].get(other_row or row)
        return None if ours is None or not theirs else ours / theirs

    def logging(kind):
        on, off = m[kind].get("connection_log"), m[kind].get("connection")
        return None if on is None or not off else 100 * (on / off - 1)

    lines = []

    def say(text, value, bound, form="{:.2f}", strict=False):
        if value is None:
            return
        good = value < bound if strict else value <= bound
        lines.append((good, f"{text}: {form.format(value)} (bound {form.format(bound)})"))

    say("CPU of a connection with its record, to HAProxy's", ratio("connection_log"), 1.0)
    say("CPU of a request that stays, to HAProxy's", ratio("request"), 0.95)
    say("CPU of a gigabyte, to HAProxy's default", ratio("bulk"), 0.65)
    say("CPU of a gigabyte, to HAProxy's with splice", ratio("bulk", other_row="bulk_splice"), 1.0)
    say("memory of an idle connection, bytes", m["weir"].get("idle"), 1024, "{:.0f}", True)
    say("system calls of a connection, Weir's less HAProxy's",
        None if "calls" not in m["weir"] or "calls" not in m["haproxy"]
        else m["weir"]["calls"] - m["haproxy"]["calls"], 0.05, "{:.1f}")
    theirs = logging("haproxy")
    say("CPU that records cost, per cent" + ("" if theirs is None else f" (HAProxy: {theirs:.1f})"),
        logging("weir"), 5, "{:.1f}", True)
    if allocations:
        # Start and stop differ by one or two from run to run.
        say("allocations of a relayed request", max(0.0, allocations["request"]), 0.02, "{:.2f}")
    return lines


def table(m):
    out = ["| | | Weir | HAProxy | nginx stream | Weir to HAProxy |", "| --- | --- | ---: | ---: | ---: | ---: |"]
    for row, what, unit in ROWS:
        values = [m[kind].get(row) for kind in NAMES]
        if values[0] is None:
            continue
        ratio = f"{values[0] / values[1]:.2f}" if values[1] else ""
        out.append(f"| {what} | {unit} | " + " | ".join(number(v) for v in values) + f" | {ratio} |")
    return "\n".join(out)


def plot(m, path):
    """Bars of each row beside HAProxy's, which is one."""
    rows = [r for r in ROWS if m["weir"].get(r[0]) is not None and m["haproxy"].get(r[0])]
    width, left, bar, gap = 760, 290, 13, 16
    height = 40 + len(rows) * (3 * bar + gap)
    longest = max(
        [1.2] + [m[k][r[0]] / m["haproxy"][r[0]] for r in rows for k in NAMES if m[k].get(r[0])])
    scale = (width - left - 70) / min(longest, 2.2)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    x = left
    for kind, name in NAMES.items():
        out.append(f'<rect x="{x}" y="10" width="12" height="12" fill="{COLOURS[kind]}"/>')
        out.append(f'<text x="{x + 17}" y="20">{name}</text>')
        x += 110
    y = 36
    for row, what, _ in rows:
        label = what.replace("`", "")
        out.append(f'<text x="{left - 8}" y="{y + 2 * bar}" text-anchor="end">{label}</text>')
        for kind in NAMES:
            value = m[kind].get(row)
            if value is not None:
                ratio = value / m["haproxy"][row]
                length = max(1, min(ratio, 2.2) * scale)
                out.append(
                    f'<rect x="{left}" y="{y}" width="{length:.0f}" height="{bar - 2}" fill="{COLOURS[kind]}"/>')
                out.append(f'<text x="{left + length + 5:.0f}" y="{y + 10}" fill="#444">{ratio:.2f}</text>')
            y += bar
        y += gap
    one = left + scale
    out.append(
        f'<line x1="{one:.0f}" y1="32" x2="{one:.0f}" y2="{height - 8}" stroke="#c33" stroke-dasharray="3 3"/>')
    out.append("</svg>")
    with open(path, "w") as f:
        f.write("\n".join(out) + "\n")


def first_line(*words):
    done = subprocess.run(words, capture_output=True, text=True)
    lines = (done.stdout + done.stderr).splitlines()
    return lines[0].strip() if lines else "unknown"


def processor():
    with open("/proc/cpuinfo") as f:
        for line in f:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def page(m, calls, allocations, rounds, seconds, programs, plot_name):
    """The whole of docs/benchmarks.md."""
    lines = [
        "# Benchmarks",
        "",
        "Made by `make bench`: Weir, Debian's HAProxy and nginx's stream module, a thread each, on the same machine and in turns; "
        f"{rounds} rounds of {seconds} seconds a measurement, medians. CPU is what the kernel counts for the proxy's process, all its "
        "threads: its own and what it has the kernel do. Load is wrk's, before an nginx that answers two bytes or sends 16 MB, over the "
        "loopback interface; the proxy has a core of its own.",
        "",
        table(m),
        "",
        f"![each figure beside HAProxy's, which is one; shorter is better]({plot_name})",
        "",
        "## The bounds",
        "",
        "What Weir sets itself, and what was measured this time.",
        "",
    ]
    lines += [f"- {'kept' if good else '**missed**'}: {text}" for good, text in verdicts(m, allocations)]
    if calls:
        lines += ["", "## System calls of a connection", "",
                  "By `strace -c`, with a record sent by UDP, connections one after another; the log thread is counted with the rest.", ""]
        for kind, name in NAMES.items():
            if kind in calls:
                listed = ", ".join(f"{n} {c:.1f}".replace(".0", "") for n, c in calls[kind].items())
                lines.append(f"- {name}: {sum(calls[kind].values()):.1f} ({listed})")
    if allocations:
        kept, single = allocations["runs"]["keep-alive"], allocations["runs"]["connections"]
        lines += ["", "## Allocations", "",
                  "Calls of malloc in the whole life of the program, as valgrind counts them, for so many requests and for twice as many.", "",
                  f"- on one connection: {kept[0]} and {kept[1]}: {max(0.0, allocations['request']):.2f} a request",
                  f"- on a connection each: {single[0]} and {single[1]}: {max(0.0, allocations['connection']):.2f} a connection"]
    lines += ["", "## The machine", "",
              f"- {os.cpu_count()} cores, {processor()}, {platform.system()} {platform.release()}, {time.strftime('%Y-%m-%d')}",
              f"- {first_line(programs['weir'], '-v')}",
              f"- {first_line(programs['haproxy'], '-v')}",
              f"- {first_line(programs['nginx'], '-v')}", ""]
    return "\n".join(lines)
