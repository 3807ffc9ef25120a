"""The table, the verdicts and the plot."""

import os
import platform
import statistics
import subprocess
import time

import forwarding
import roads

NAMES = {"weir": "Weir", "haproxy": "HAProxy", "nginx": "nginx stream"}
COLOURS = {"weir": "#1f6f8b", "haproxy": "#99a8b2", "nginx": "#b9cdb2"}

ROWS = [
    ("connection_log", "a connection, a record of it by UDP", "µs of CPU"),
    ("connection", "a connection, no record", "µs of CPU"),
    ("request", "a request on a connection that stays", "µs of CPU"),
    ("forward_udp", "a message forwarded, UDP to TCP", "µs of CPU"),
    ("forward_tcp", "a message forwarded, TCP to TCP", "µs of CPU"),
    ("bulk", "a gigabyte, as configured by default", "ms of CPU"),
    ("bulk_splice", "a gigabyte, with `splice`", "ms of CPU"),
    ("idle", "memory of an idle connection", "bytes"),
    ("calls", "system calls of a connection, with its record", "calls"),
    ("request_calls", "system calls of a request on a connection that stays", "calls"),
]
ROADS = {
    "road_none": "no record", "road_udp": "UDP", "road_tcp": "TCP, by a ring", "road_relp": "RELP, by a ring",
    "road_journald": "journald",
}


def number(value):
    if value is None:
        return ""
    if abs(value) < 10:
        return f"{value:.2f}"
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


def road(samples, row):
    """The CPU of a connection whose record goes by a road, to that of one without."""
    return Ratio(samples["weir"].get(row), samples["weir"].get("road_none"))


def verdicts(samples, allocations, formatted, unaccounted):
    """The bounds that the project sets itself, each with what was measured."""
    m = medians(samples)

    def ratio(row, other="haproxy", other_row=None):
        found = Ratio(samples["weir"].get(row), samples[other].get(other_row or row))
        return found.median, found.low, found.high

    def logging(kind):
        return Ratio(samples[kind].get("connection_log"), samples[kind].get("connection")).percent()

    lines = []

    def say(text, value, bound, form="{:.2f}", strict=False, least=False):
        value, low, high = value if isinstance(value, (tuple, list)) else (value, value, value)
        if value is None:
            return
        good = value >= bound if least else value < bound if strict else value <= bound
        spread = "" if low == high else f", half of the rounds {form.format(low)} to {form.format(high)}"
        lines.append((good, f"{text}: {form.format(value)} ({'at least' if least else 'bound'} {form.format(bound)}{spread})"))

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
    for row, bound in roads.BOUNDS.items():
        say(f"CPU that records by {ROADS[row]} cost, per cent", road(samples, row).percent(), bound, "{:.1f}")
    for row, way in forwarding.WAYS.items():
        times = Ratio(samples["haproxy"].get(row), samples["weir"].get(row))
        say(f"messages that a CPU second forwards, {way}, to HAProxy's", (times.median, times.low, times.high), 2, least=True)
    for line in formatted:
        say(f"time of making a line of {line.name}, to snprintf's", line.ratio, line.limit)
        say(f"allocations of 1000 lines of {line.name}", line.allocations, 0, "{:.0f}")
    if samples["weir"].get("road_none") or samples["weir"].get("forward_udp"):
        lines.append((not unaccounted, "records and messages that the ledgers or the receivers do not account for: "
                      + ("; ".join(unaccounted) or "none")))
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


def road_table(samples):
    m = medians(samples)["weir"]
    out = ["| the record goes by | µs of CPU a connection | more than without, per cent | half of the rounds | bound |",
           "| --- | ---: | ---: | ---: | ---: |"]
    for row, what in ROADS.items():
        if row not in m:
            continue
        median, low, high = road(samples, row).percent()
        more = "" if row not in roads.BOUNDS else f"{median:.1f} | {low:.1f} to {high:.1f} | {roads.BOUNDS[row]}"
        out.append(f"| {what} | {number(m[row])} | {more or ' | |'} |")
    return "\n".join(out)


def plot(samples, path):
    """Bars of each row beside HAProxy's, which is one; then of each road beside a connection without a record."""
    m = {kind: {row: Ratio(samples[kind].get(row), samples["haproxy"].get(row)).median for row, _, _ in ROWS}
         for kind in NAMES}
    rows = [r for r in ROWS if m["weir"].get(r[0]) is not None and m["haproxy"].get(r[0])]
    width, left, bar, gap = 760, 290, 13, 16
    ways = [row for row in ROADS if samples["weir"].get(row)]
    height = 40 + len(rows) * (3 * bar + gap) + (gap + len(ways) * (bar + 4) + bar if ways else 0)
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
    if ways:
        out.append(f'<text x="{left}" y="{y + 8}" fill="#444">CPU of a connection of Weir by where its record goes; '
                   'one is without</text>')
        y += gap
        for row in ways:
            value = road(samples, row).median
            length = min(value, 2.2) * scale
            out.append(f'<text x="{left - 8}" y="{y + 10}" text-anchor="end">{ROADS[row]}</text>')
            out.append(f'<rect x="{left}" y="{y}" width="{length:.0f}" height="{bar - 2}" fill="{COLOURS["weir"]}"/>')
            out.append(f'<text x="{left + length + 5:.0f}" y="{y + 10}" fill="#444">{value:.2f}</text>')
            y += bar + 4
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


def page(samples, calls, allocations, formatted, unaccounted, options, programs, plot_name):
    """The whole of docs/benchmarks.md."""
    lines = [
        "# Benchmarks",
        "",
        "Made by `make bench`: Weir, Debian's HAProxy and nginx's stream module, a thread each, on the same machine; "
        f"{options.rounds} rounds of {options.seconds} seconds a measurement. CPU is what the kernel counts for the proxy's process, all its "
        "threads: its own and what it has the kernel do. Load is wrk's, before an nginx that answers two bytes or sends 16 MB, over the "
        "loopback interface; the proxy has a core of its own.",
        "",
        "What is compared is measured side by side: in a round all proxies of a figure run, each is loaded for half of its time, one after "
        "the other, and then for the other half in reverse, so that what drifts meanwhile weighs alike on each; with a record and without "
        "are two of them. A ratio is that of one round; told are the median of all rounds and the values between which half of them lie. "
        "Figures of a proxy are medians. Gigabytes, idle connections and messages forwarded are measured in the first three rounds.",
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
    lines += [f"- {'kept' if good else '**missed**'}: {text}" for good, text in verdicts(samples, allocations, formatted, unaccounted)]
    if samples["weir"].get("road_none"):
        lines += ["", "## What a record costs by each road", "",
                  "The same Weir with `option tcplog` and its records sent by UDP, by a `ring` with a server on TCP (each line ends with a "
                  "line feed), by one with `log-proto relp`, and to the journal, beside one that has no record: all five run, and are "
                  "loaded side by side as above, for twice the time, with connections that carry one small request. CPU is that of the whole process. The "
                  "receivers are programs of their own on the other core that keep what arrives; journald's place is taken by one "
                  "that reads its socket. After each round the ledger of the sink must say that all it accepted was delivered, and the "
                  "receiver must have as many.", "", road_table(samples)]
    if samples["weir"].get("forward_udp"):
        lines += ["", "## Forwarding messages", "",
                  f"`log-forward` of both programs with the same text, {options.messages} messages of {forwarding.SIZE} bytes a round and "
                  f"way, to one `ring` with a server on TCP: datagrams at {options.rate} a second, lines on a connection as fast as they "
                  "are taken. Each program has a core of its own; sender and receiver have the other. CPU of a message is in the table "
                  "above. Weir's ledger, the kernel's count of datagrams dropped, and what arrived must add up."]
    if formatted:
        lines += ["", "## Making a line", "",
                  "Beside glibc's `snprintf` for the same bytes, in turns; the least time of seven. Instructions and allocations are as "
                  "valgrind counts them.", "",
                  "| format | ns a line | snprintf's | ratio | bound | instructions | snprintf's | allocations |",
                  "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]
        lines += [f"| {r.name} | {r.nanoseconds:.0f} | {r.snprintf_nanoseconds:.0f} | {r.ratio:.2f} | {r.limit} | {r.instructions:.0f} | "
                  f"{r.snprintf_instructions:.0f} | {r.allocations} |" for r in formatted]
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
