"""Which stories lead to which, laid out as a picture."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from spacenews.report.articles import Story
from spacenews.report.pages import folded

NODES = 500  # more cannot be read; the best connected are shown
ROUNDS = 150
WIDTH, HEIGHT = 1200, 800
MARGIN = 40
LABELS = 40
LABEL_LENGTH = 26  # characters of a line; a label has two at most
LETTER, LINE = 7.4, 17  # width and height of a letter of a label
COLOURS = 6  # sites, or topics where all stories are of one site; the others share one more
GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))

Point = tuple[float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Node:
    """A story in the picture."""

    story: Story
    x: float
    y: float
    radius: float
    label: tuple[str, ...]  # its lines, none where there is no room for them
    label_x: float
    label_y: float  # of the first line
    suggested_by: int
    colour: int  # place in the legend


@dataclass(frozen=True)
class Edge:
    """A story that suggests another; both as places in the list of nodes."""

    start: int
    end: int
    path: str


@dataclass(frozen=True)
class Graph:
    """The picture, and of how many stories it shows how many."""

    nodes: list[Node]
    edges: list[Edge]
    connected: int
    legend: list[str]
    width: int = WIDTH
    height: int = HEIGHT


def build_graph(stories: Sequence[Story]) -> Graph:
    """Lay the best connected stories out, always in the same way for the same stories."""
    known = {story.id: story for story in stories}
    links = [(story.id, other) for story in stories for other in story.leads_to if other in known]
    degree = Counter(end for link in links for end in link)
    shown = [name for name, _ in sorted(degree.items(), key=lambda item: (-item[1], item[0]))[:NODES]]
    place = {name: number for number, name in enumerate(shown)}
    pairs = [(place[start], place[end]) for start, end in links if start in place and end in place]
    points = _fitted(layout(len(shown), pairs))
    suggested = Counter(end for _, end in pairs)
    scale = min(2.2, max(1, math.sqrt(150 / max(1, len(shown)))))  # few stories are drawn bigger
    radii = [scale * (3 + 1.4 * math.sqrt(suggested[number])) for number in range(len(shown))]
    labels = _labels([known[name].title for name in shown], points, radii)
    legend, colours = _colours([known[name] for name in shown])
    nodes = []
    for number, (name, (x, y), radius) in enumerate(zip(shown, points, radii, strict=True)):
        label = labels.get(number, ((), 0.0, 0.0))
        place_and_size = round(x, 1), round(y, 1), round(radius, 1)
        nodes.append(Node(known[name], *place_and_size, *label, suggested[number], colours[number]))
    return Graph(nodes, [Edge(a, b, _arc(nodes[a], nodes[b])) for a, b in pairs], len(degree), legend)


def _colours(stories: Sequence[Story]) -> tuple[list[str], list[int]]:
    """Return a legend, and for each story its place in it: that of its site, or of its most frequent topic."""
    by_site = len({story.news_site for story in stories}) > 1
    groups = [[story.news_site] if by_site else [folded(topic) for topic in story.topics] for story in stories]
    counts = Counter(name for names in groups for name in set(names))
    common = [name for name, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:COLOURS]]
    colours = [min((common.index(name) for name in names if name in common), default=COLOURS) for names in groups]
    spelled = {folded(name): name for story in stories for name in (story.news_site, *story.topics)}
    return [spelled[folded(name)] for name in common], colours


def layout(number: int, pairs: Sequence[tuple[int, int]]) -> list[Point]:
    """Place nodes by forces (Fruchterman and Reingold 1991, grid variant) from a spiral, without chance."""
    points = [
        (math.sqrt(n + 0.5) * math.cos(n * GOLDEN_ANGLE), math.sqrt(n + 0.5) * math.sin(n * GOLDEN_ANGLE))
        for n in range(number)
    ]
    for turn in range(ROUNDS):
        heat = 1.2 * (1 - turn / ROUNDS)
        forces = _forces(points, pairs)
        points = [_moved(point, force, heat) for point, force in zip(points, forces, strict=True)]
    return points


def _forces(points: list[Point], pairs: Sequence[tuple[int, int]]) -> list[list[float]]:
    """Sum the push of nodes nearer than three units, the pull of linked ones, and a pull to the middle."""
    cells: dict[tuple[int, int], list[int]] = defaultdict(list)
    for n, (x, y) in enumerate(points):
        cells[int(x // 3), int(y // 3)].append(n)
    forces = [[-0.03 * x, -0.03 * y] for x, y in points]
    for (column, row), members in cells.items():
        near = [m for i in (-1, 0, 1) for j in (-1, 0, 1) for m in cells.get((column + i, row + j), ())]
        for n in members:
            for m in near:
                if n != m:
                    _push(points, forces, n, m)
    for a, b in pairs:
        dx, dy = points[b][0] - points[a][0], points[b][1] - points[a][1]
        pull = 0.12 * math.hypot(dx, dy)
        for node, sign in ((a, pull), (b, -pull)):
            forces[node][0] += sign * dx * 0.5
            forces[node][1] += sign * dy * 0.5
    return forces


def _push(points: list[Point], forces: list[list[float]], n: int, m: int) -> None:
    dx, dy = points[n][0] - points[m][0], points[n][1] - points[m][1]
    square = dx * dx + dy * dy or 1e-6
    if square < 9:
        forces[n][0] += 1.6 * dx / square
        forces[n][1] += 1.6 * dy / square


def _moved(point: Point, force: Sequence[float], heat: float) -> Point:
    length = math.hypot(*force) or 1
    step = min(length, heat) / length
    return point[0] + force[0] * step, point[1] + force[1] * step


def _fitted(points: list[Point]) -> list[Point]:
    """Spread the points over the picture, half by distance and half by order, which leaves no crowd."""
    xs, ys = _spread([x for x, _ in points]), _spread([y for _, y in points])
    return [
        (MARGIN + x * (WIDTH - 2 * MARGIN), MARGIN + y * (HEIGHT - 2 * MARGIN)) for x, y in zip(xs, ys, strict=True)
    ]


def _spread(values: list[float]) -> list[float]:
    low, last = min(values, default=0), max(1, len(values) - 1)
    span = max(values, default=1) - low or 1
    order = {n: rank for rank, n in enumerate(sorted(range(len(values)), key=values.__getitem__))}
    return [(value - low) / span / 2 + order[n] / last / 2 for n, value in enumerate(values)]


def _labels(
    titles: list[str], points: list[Point], radii: list[float]
) -> dict[int, tuple[tuple[str, ...], float, float]]:
    """Label the biggest nodes where a label covers no other and no node as big; return lines and middle of each."""
    taken: list[Box] = []
    labels: dict[int, tuple[tuple[str, ...], float, float]] = {}
    dots = [(r, (x - r, y - r, x + r, y + r)) for (x, y), r in zip(points, radii, strict=True)]
    for number in sorted(range(len(titles)), key=lambda n: -radii[n]):
        lines, (x, y), radius = tuple(_lines(titles[number])), points[number], radii[number]
        half, tall = max(map(len, lines)) * LETTER / 2, len(lines) * LINE / 2
        covered = taken + [box for other, box in dots if other > radius * 0.8]
        for dx, dy in ((0, radius + tall + 2), (0, -radius - tall), (radius + half + 5, 0), (-radius - half - 5, 0)):
            box = (x + dx - half, y + dy - tall, x + dx + half, y + dy + tall)
            inside = box[0] > 0 and box[1] > 0 and box[2] < WIDTH and box[3] < HEIGHT
            if inside and not any(_overlap(box, other) for other in covered):
                labels[number] = (lines, round(x + dx, 1), round(y + dy - tall + LINE * 3 / 4, 1))
                taken.append(box)
                break
        if len(labels) == LABELS:
            break
    return labels


def _lines(title: str) -> list[str]:
    return wrap(title, LABEL_LENGTH, max_lines=2, placeholder=" …") or [title]


def _overlap(a: Sequence[float], b: Sequence[float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _arc(start: Node, end: Node) -> str:
    """Return a slightly bent line from one node to the rim of another."""
    dx, dy = end.x - start.x, end.y - start.y
    length = math.hypot(dx, dy) or 1
    stop_x, stop_y = end.x - dx / length * (end.radius + 3), end.y - dy / length * (end.radius + 3)
    bend_x, bend_y = (start.x + end.x) / 2 - dy * 0.12, (start.y + end.y) / 2 + dx * 0.12
    return f"M{start.x:.1f} {start.y:.1f}Q{bend_x:.1f} {bend_y:.1f} {stop_x:.1f} {stop_y:.1f}"
