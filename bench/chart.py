#!/usr/bin/env python3
"""chart.py RESULT.json CHART.svg: draws the ratios of a run of the bench."""

import json
import pathlib
import sys

LEFT, WIDTH, ROW, TOP = 400, 300, 26, 56
MOST = 1.5  # what the axis shows

HEAD = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"
     role="img" aria-labelledby="title" font-family="system-ui, sans-serif"
     font-size="14">
  <title id="title">What hyco needs of the other program's cost, and the bars
    that it must stay below</title>
  <style>
    .met {{ fill: #2da44e }}
    .missed {{ fill: #bc4c00 }}
    .free {{ fill: #8b949e }}
    .bar {{ stroke: #24292f; stroke-width: 3 }}
    .other {{ stroke: #57606a; stroke-dasharray: 4 4 }}
    text {{ fill: #24292f }}
    .name {{ text-anchor: end }}
    .small {{ font-size: 12px; fill: #57606a }}
    @media (prefers-color-scheme: dark) {{
      .met {{ fill: #3fb950 }}
      .missed {{ fill: #f0883e }}
      .bar {{ stroke: #e6edf3 }}
      .other {{ stroke: #8b949e }}
      text {{ fill: #e6edf3 }}
      .small {{ fill: #9da7b3 }}
    }}
  </style>
"""


def x_of(ratio):
    return LEFT + min(ratio, MOST) / MOST * WIDTH


def kind(line):
    if line["bar"] is None:
        return "free"
    return "missed" if line["met"] == "NO" else "met"


def row(line, y):
    """A bar for the ratio, a mark for what it must be."""
    width = max(x_of(line["ratio"]) - LEFT, 1)
    parts = [f'<text class="name" x="{LEFT - 10}" y="{y + 15}">'
             f'{line["name"]}</text>',
             f'<rect class="{kind(line)}" x="{LEFT}" y="{y + 3}" '
             f'width="{width:.1f}" height="{ROW - 10}"/>']
    if line["bar"] is not None:
        x = x_of(line["bar"])
        parts.append(f'<line class="bar" x1="{x:.1f}" x2="{x:.1f}" '
                     f'y1="{y}" y2="{y + ROW - 4}"/>')
    parts.append(f'<text class="small" x="{LEFT + WIDTH + 10}" y="{y + 15}">'
                 f'{line["ratio"]:.2f}</text>')
    return "".join(f"  {part}\n" for part in parts)


def draw(lines):
    lines = [line for line in lines
             if "ratio" in line and not line["absolute"]
             and not line["more_is_better"] and "to 100" not in line["name"]]
    height = TOP + ROW * len(lines) + 10
    x = x_of(1)
    text = HEAD.format(width=LEFT + WIDTH + 60, height=height)
    text += (f'  <text class="small" x="{LEFT}" y="18">share of the other '
             "program's cost in the same run;</text>\n"
             f'  <text class="small" x="{LEFT}" y="34">dashed: the other '
             "program, thick: what it must stay below</text>\n")
    for i, line in enumerate(lines):
        text += row(line, TOP + i * ROW)
    return text + (f'  <line class="other" x1="{x}" x2="{x}" y1="{TOP - 10}" '
                   f'y2="{height - 10}"/>\n</svg>\n')


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    result = json.loads(pathlib.Path(sys.argv[1]).read_text())
    pathlib.Path(sys.argv[2]).write_text(draw(result["table"]))


if __name__ == "__main__":
    main()
