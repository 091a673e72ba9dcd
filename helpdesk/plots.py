"""Plots as plain numbers for a drawing: the template draws, nothing here is markup. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, FOOT, HEAD = (
    520,
    120,
    16,
    14,
)  # in the units of the drawing; the foot holds the first and last week


@dataclass(frozen=True)
class Bar:
    """One bar of two parts on each other: what it is about, and what is left of the whole."""

    x: float
    width: float
    main_y: float
    main_height: float
    rest_y: float
    rest_height: float


@dataclass(frozen=True)
class Bars:
    """Bars from zero; `top` is what the highest stands for."""

    bars: list[Bar]
    top: int
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def ground(self) -> int:
        return HEIGHT - FOOT


@dataclass(frozen=True)
class Lines:
    """Two lines from zero, as the points of polylines; a week without a value leaves a gap."""

    main: list[str]
    rest: list[str]
    top: float
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def ground(self) -> int:
        return HEIGHT - FOOT


def bars(values: Sequence[tuple[int, int]]) -> Bars:
    """A bar for each pair (main, rest), from left to right: time does not turn round with the script."""
    top = max((main + rest for main, rest in values), default=0)
    scale = (HEIGHT - FOOT - HEAD) / top if top else 0
    step = WIDTH / max(len(values), 1)
    ground = HEIGHT - FOOT
    return Bars(
        [
            Bar(
                x=round(number * step + step * 0.1, 1),
                width=round(step * 0.8, 1),
                main_y=round(ground - main * scale, 1),
                main_height=round(main * scale, 1),
                rest_y=round(ground - (main + rest) * scale, 1),
                rest_height=round(rest * scale, 1),
            )
            for number, (main, rest) in enumerate(values)
        ],
        top,
    )


def lines(main: Sequence[float | None], rest: Sequence[float | None]) -> Lines:
    """Two lines on one scale."""
    top = max((value for value in (*main, *rest) if value is not None), default=0)
    return Lines(_points(main, top), _points(rest, top), top)


def _points(values: Sequence[float | None], top: float) -> list[str]:
    """The stretches without a gap. A value alone becomes a short stroke, else it would not be seen."""
    step, scale = WIDTH / max(len(values), 1), (HEIGHT - FOOT - HEAD) / top if top else 0
    stretches: list[list[str]] = [[]]
    for number, value in enumerate(values):
        if value is None:
            stretches.append([])
            continue
        x, y = (number + 0.5) * step, HEIGHT - FOOT - value * scale
        stretches[-1].append(f"{x:.1f},{y:.1f}")
    return [" ".join(each if len(each) > 1 else _stroke(each[0])) for each in stretches if each]


def _stroke(point: str) -> list[str]:
    x, y = point.split(",")
    return [f"{float(x) - 4:.1f},{y}", f"{float(x) + 4:.1f},{y}"]
