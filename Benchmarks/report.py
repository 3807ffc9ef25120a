"""The table, the verdicts and the plot."""

import os
import platform
import statistics
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
    ("request_calls", "system calls of a request on a connection that stays", "calls"),
]


def number(value):
    if value is None:
        return ""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}"


def medians(samples):
    """The median of each figure."""
    return {k: {row: statistics.median(v) for row, v in rows.items()} for k, rows in samples.items()}


class Ratio:
    """The ratio of two figures, taken in each round of what was measured side by side in it: its median, and
    between which values the middle half of the rounds lies."""

    def __init__(self, ours, theirs):
        ratios = [a / b for a, b in zip(ours or [], theirs or []) if b]
        self.median = statistics.median(ratios) if ratios else None
        self.low = self.high = self.median
        if len(ratios) > 1:
            self.low, _, self.high = statistics.quantiles(ratios, n=4, method="inclusive")

    def percent(self):
        """By how many per cent the first is more than the second."""
        return [None if value is None else 100 * (value - 1) for value in (self.median, self.low, self.high)]


def verdicts(samples, allocations):
    """The bounds that the project sets itself, each with what was measured."""
    m = medians(samples)

    def ratio(row, other="haproxy", other_row=None):
        found = Ratio(samples["weir"].get(row), samples[other].get(other_row or row))
        return found.median, found.low, found.high

    def logging(kind):
        return Ratio(samples[kind].get("connection_log"), samples[kind].get("connection")).percent()

    lines = []

    def say(text, value, bound, form="{:.2f}", strict=False):
        value, low, high = value if isinstance(value, (tuple, list)) else (value, value, value)
        if value is None:
            return
        good = value < bound if strict else value <= bound
        spread = "" if low == high else f", half of the rounds {form.format(low)} to {form.format(high)}"
        lines.append((good, f"{text}: {form.format(value)} (bound {form.format(bound)}{spread})"))

    say("CPU of a connection with its record, to HAProxy's", ratio("connection_log"), 1.0)
    say("CPU of a request that stays, to HAProxy's", ratio("request"), 0.95)
    say("CPU of a gigabyte, to HAProxy's default", ratio("bulk"), 0.65)
    say("CPU of a gigabyte, to HAProxy's with splice", ratio("bulk", other_row="bulk_splice"), 1.0)
    say("memory of an idle connection, bytes", m["weir"].get("idle"), 1024, "{:.0f}", True)
    say("system calls of a connection, Weir's less HAProxy's",
        None if "calls" not in m["weir"] or "calls" not in m["haproxy"]
        else m["weir"]["calls"] - m["haproxy"]["calls"], 0.05, "{:.1f}")
    theirs = logging("haproxy")[0]
    say("CPU that records cost, per cent" + ("" if theirs is None else f" (HAProxy: {theirs:.1f})"),
        logging("weir"), 5, "{:.1f}", True)
    if allocations:
        # Start and stop differ by one or two from run to run.
        say("allocations of a relayed request", max(0.0, allocations["request"]), 0.02, "{:.2f}")
    return lines


def table(samples):
    m = medians(samples)
    out = ["| | | Weir | HAProxy | nginx stream | Weir to HAProxy | half of the rounds |",
           "| --- | --- | ---: | ---: | ---: | ---: | ---: |"]
    for row, what, unit in ROWS:
        values = [m[kind].get(row) for kind in NAMES]
        if values[0] is None:
            continue
        ratio = Ratio(samples["weir"].get(row), samples["haproxy"].get(row))
        median = "" if ratio.median is None else f"{ratio.median:.2f}"
        spread = "" if ratio.low == ratio.high else f"{ratio.low:.2f} to {ratio.high:.2f}"
        out.append(f"| {what} | {unit} | " + " | ".join(number(v) for v in values) + f" | {median} | {spread} |")
    return "\n".join(out)


def plot(samples, path):
    """Bars of each row beside HAProxy's, which is one."""
    m = {kind: {row: Ratio(samples[kind].get(row), samples["haproxy"].get(row)).median for row, _, _ in ROWS}
         for kind in NAMES}
    rows = [r for r in ROWS if m["weir"].get(r[0]) is not None and m["haproxy"].get(r[0])]
    width, left, bar, gap = 760, 290, 13, 16
    height = 40 + len(rows) * (3 * bar + gap)
    longest = max(
        [1.2] + [m[k][r[0]] for r in rows for k in NAMES if m[k].get(r[0])])
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
                length = max(1, min(value, 2.2) * scale)
                out.append(
                    f'<rect x="{left}" y="{y}" width="{length:.0f}" height="{bar - 2}" fill="{COLOURS[kind]}"/>')
                out.append(f'<text x="{left + length + 5:.0f}" y="{y + 10}" fill="#444">{value:.2f}</text>')
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


def page(samples, calls, allocations, rounds, seconds, programs, plot_name):
    """The whole of docs/benchmarks.md."""
    lines = [
        "# Benchmarks",
        "",
        "Made by `make bench`: Weir, Debian's HAProxy and nginx's stream module, a thread each, on the same machine; "
        f"{rounds} rounds of {seconds} seconds a measurement. CPU is what the kernel counts for the proxy's process, all its "
        "threads: its own and what it has the kernel do. Load is wrk's, before an nginx that answers two bytes or sends 16 MB, over the "
        "loopback interface; the proxy has a core of its own.",
        "",
        "What is compared is measured side by side: in a round all proxies of a figure run, each is loaded for half of its time, one after "
        "the other, and then for the other half in reverse, so that what drifts meanwhile weighs alike on each; with a record and without "
        "are two of them. A ratio is that of one round; told are the median of all rounds and the values between which half of them lie. "
        "Figures of a proxy are medians.",
        "",
        table(samples),
        "",
        f"![each figure beside HAProxy's, which is one; shorter is better]({plot_name})",
        "",
        "## The bounds",
        "",
        "What Weir sets itself, and what was measured this time.",
        "",
    ]
    lines += [f"- {'kept' if good else '**missed**'}: {text}" for good, text in verdicts(samples, allocations)]
    titles = {
        "calls": ("System calls of a connection", "with a record sent by UDP, connections one after another; the log "
                  "thread is counted with the rest."),
        "request_calls": ("System calls of a request on a connection that stays", "requests one after another."),
    }
    for row, (title, words) in titles.items():
        if row not in calls:
            continue
        lines += ["", f"## {title}", "", f"By `strace -c`, {words}", ""]
        for kind, name in NAMES.items():
            counts = calls[row].get(kind)
            if counts:
                listed = ", ".join(f"{n} {c:.1f}".replace(".0", "") for n, c in counts.items())
                lines.append(f"- {name}: {sum(counts.values()):.1f} ({listed})")
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
