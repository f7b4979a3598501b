"""The table: which figure of ours stands beside which of whom, and what it must
be. Figures are named BLOCK/PATH/WHAT, as bench.py finds them."""

import statistics
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """bar and aim are for the ratio ours / other, or, where absolute is set,
    for our own value."""

    name: str
    unit: str
    ours: str
    other: str = None
    bar: float = None
    aim: float = None
    absolute: bool = False
    more_is_better: bool = False


def beside(name, unit, ours, other, what, bar=None, aim=None):
    """The same figure of two paths."""
    return Row(name, unit, f"{ours}/{what}", f"{other}/{what}", bar, aim)


def faster(name, unit, ours, other, what):
    return Row(name, unit, f"{ours}/{what}", f"{other}/{what}",
               more_is_better=True)


RELAY = [
    beside("relay: CPU per GB echoed", "s", "stream/relay", "stream/haproxy",
           "middle", 0.8, 0.62),
    beside("relay: CPU per 64-byte message", "us", "small/relay",
           "small/haproxy", "middle", 1.0, 0.7),
    beside("relay: round trip of 64 bytes, p50", "us", "trips/relay",
           "trips/haproxy", "p50", 1.0, 0.8),
    beside("relay: round trip of 64 bytes, p99", "us", "trips/relay",
           "trips/haproxy", "p99"),
    beside("relay: CPU per connection", "ms", "connections/relay",
           "connections/haproxy", "middle", 1.0, 0.7),
    faster("relay: connections per second", "", "connections/relay",
           "connections/haproxy", "per_second"),
]


def receiver_rows(name, path):
    """Of one of our receivers, beside a hyco-ws receiver on the same relay."""
    return [
        beside(f"{name}: CPU per GB echoed", "s", f"receive stream/{path}",
               "receive stream/hyco-ws", "end", 1 / 8, 1 / 11),
        beside(f"{name}: CPU per 64-byte message", "us",
               f"receive small/{path}", "receive small/hyco-ws", "end"),
        beside(f"{name}: round trip of 64 bytes, p50", "us",
               f"receive trips/{path}", "receive trips/hyco-ws", "p50"),
        beside(f"{name}: CPU per connection", "ms",
               f"receive connections/{path}", "receive connections/hyco-ws",
               "end", 1 / 5, 1 / 8),
    ]


RECEIVER = [
    *receiver_rows("hyco listen", "listen"),
    *receiver_rows("receiver in C", "C API"),
    Row("receiver in C: CPU per GB, to the direct echo", "s",
        "receive stream/C API/end", "stream/direct/end", aim=1.3),
]


def answerer_rows(name, path):
    """Of one of our receivers, beside a hyco-https one on the same relay."""
    return [
        beside(f"{name}: CPU per HTTP request", "us", f"http requests/{path}",
               "http requests/hyco-https", "end", 1 / 10),
        faster(f"{name}: HTTP requests per second", "",
               f"http requests/{path}", "http requests/hyco-https",
               "per_second"),
    ]


def streamed_rows(other, path):
    """A streamed answer of the receiver in C while 100 requests are under
    way."""
    return [
        beside(f"HTTP stream: first byte, to {other}", "us",
               "http stream/C API", f"http stream/{path}", "first"),
        beside(f"HTTP stream: delay of an event, p50, to {other}", "us",
               "http stream/C API", f"http stream/{path}", "late p50"),
        beside(f"HTTP stream: delay of an event, p99, to {other}", "us",
               "http stream/C API", f"http stream/{path}", "late p99"),
    ]


HTTP = [
    *answerer_rows("hyco listen", "listen"),
    *answerer_rows("receiver in C", "C API"),
    beside("receiver in C: CPU of its start and first 1,000 HTTP requests",
           "us", "http first requests/C API", "http first requests/hyco-https",
           "end"),
    beside("relay: CPU per HTTP request", "us", "http requests/C API",
           "http requests/haproxy", "middle"),
    faster("relay: HTTP requests per second", "", "http requests/C API",
           "http requests/haproxy", "per_second"),
    beside("relay: CPU per GB of a request's body", "s", "http up/relay",
           "http up/haproxy", "middle"),
    beside("relay: CPU per GB of an answer's body", "s", "http down/relay",
           "http down/haproxy", "middle"),
    *streamed_rows("hyco-https", "hyco-https"),
    *streamed_rows("direct", "direct"),
]

PIPE = [
    beside("hyco connect: CPU per GB piped", "s", "pipe/hyco", "pipe/socat",
           "end"),
    beside("pipe through three programs: CPU per GB", "s", "pipe/hyco",
           "pipe/socat", "all"),
    faster("pipe through three programs: speed", "GB/s", "pipe/hyco",
           "pipe/socat", "gb_per_second"),
]


def memory_rows(n):
    """Of one idle connection among n."""
    return [
        Row(f"relay: memory per idle connection of {n:,}", "KiB",
            f"growth/relay/middle memory {n}",
            f"growth/haproxy/middle memory {n}", 56, 40, absolute=True),
        Row(f"hyco listen: memory per idle connection of {n:,}", "KiB",
            f"growth/relay/end memory {n}", None, 24, 18, absolute=True),
        Row(f"hyco listen: the same, never resumed, of {n:,}", "KiB",
            f"never resumed/relay/end memory {n}", None, 28, 18,
            absolute=True),
    ]


def growth_rows(n):
    """Cost with n connections beside the cost with 100."""
    rows = []
    for name, path, bars in (("relay", "relay/middle", (1.5, 1.2)),
                             ("hyco listen", "relay/end", (1.5, 1.2)),
                             ("HAProxy", "haproxy/middle", (None, None))):
        for what, unit in (("message", "us"), ("connection", "ms")):
            rows.append(Row(
                f"{name}: CPU per {what}, {n:,} to 100 connections", unit,
                f"growth/{path} {what} {n}", f"growth/{path} {what} 100",
                *(bars if what == "message" else (None, None))))
    rows.append(beside(f"relay: CPU per message with {n:,} connections", "us",
                       "growth/relay", "growth/haproxy",
                       f"middle message {n}"))
    return rows


def rows_of(found, memory_sizes, largest):
    """Those whose figures were measured."""
    rows = [*RELAY, *RECEIVER, *HTTP, *PIPE]
    for n in memory_sizes:
        rows += memory_rows(n)
    rows += growth_rows(largest)
    return [row for row in rows
            if row.ours in found and (row.other is None or row.other in found)]


def verdict(row, value):
    if row.bar is None and row.aim is None:
        return ""
    if row.aim is not None and value <= row.aim:
        return "aim"
    if row.bar is None:
        return ""
    return "yes" if value <= row.bar else "NO"


def summarise(row, found):
    ours = found[row.ours]
    other = found.get(row.other, []) if row.other else []
    line = {"name": row.name, "unit": row.unit,
            "ours": statistics.median(ours),
            "ours_spread": [min(ours), max(ours)],
            "bar": row.bar, "aim": row.aim, "absolute": row.absolute}
    if other:
        each = [a / b if b else float("inf") for a, b in zip(ours, other)]
        line |= {"other": statistics.median(other),
                 "other_spread": [min(other), max(other)],
                 "ratio": line["ours"] / (statistics.median(other) or 1e-9),
                 "ratio_spread": [min(each), max(each)],
                 "more_is_better": row.more_is_better}
    line["met"] = verdict(row, line["ours"] if row.absolute
                          else line.get("ratio", float("inf")))
    return line


def number(value):
    if value is None:
        return "-"
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def print_table(lines):
    print(f"\n{'median (least to most)':54}{'ours':>20}{'other':>20}"
          f"{'ratio':>21}{'bar':>7}{'met':>5}")
    for line in lines:
        cells = [f"{number(line[key])} ({number(line[key + '_spread'][0])}-"
                 f"{number(line[key + '_spread'][1])})"
                 if key in line else "-" for key in ("ours", "other", "ratio")]
        unit = f", {line['unit']}" if line["unit"] else ""
        print(f"{line['name'] + unit:54}{cells[0]:>20}{cells[1]:>20}"
              f"{cells[2]:>21}{number(line['bar']):>7}{line['met']:>5}")
