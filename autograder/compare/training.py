"""Short trainings, judged by figures that the grader computes: does the student's code learn what it should?

A correct solution may fall short with one seed, so a training that falls short is repeated with fresh ones: three
short of the bounds is a failure. If one training of a correct solution falls short with probability p, the check fails
it with p^3. calibration.json in the assignment's folder holds what trainings of the reference reached.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from autograder import messages
from autograder.errors import CheckFailed, Mismatch, StudentCodeFailed

ATTEMPTS = 3
_SEED_STEP = 1_000_003  # of one attempt to the next: checks' own seeds lie anywhere
_OTHER_DEVICE = ("same device", "is on cpu", "device type", "different device", "cuda:0 and cpu", "cpu and cuda:0")

Figures = Mapping[str, float]


class Trains(Protocol):
    """The fixture `trains`: judges figures(seed), or records them where the reference is calibrated."""

    def __call__(
        self,
        figures: Callable[[int], Figures],
        *,
        at_most: Mapping[str, float] | None = None,
        at_least: Mapping[str, float] | None = None,
    ) -> None: ...


@dataclass(frozen=True)
class Bounds:
    """What a training must reach, by the name of the figure."""

    at_most: Mapping[str, float]
    at_least: Mapping[str, float]

    def short_of(self, figures: Figures) -> list[str]:
        """The figures out of bounds, in words; a figure that is not finite is out of bounds."""
        found = []
        for name, bound in self.at_most.items():
            if not figures[name] <= bound or not math.isfinite(figures[name]):
                found.append(messages.comparing.TOO_HIGH.format(name=name, got=figures[name], bound=bound))
        for name, bound in self.at_least.items():
            if not figures[name] >= bound or not math.isfinite(figures[name]):
                found.append(messages.comparing.TOO_LOW.format(name=name, got=figures[name], bound=bound))
        return found


@dataclass
class Judge:
    """Decides a training check of one submission: up to three seeds, of which one must stay within the bounds."""

    seed: int
    device: str = "cpu"
    band: Mapping[str, Any] = field(default_factory=dict)  # of the reference's trainings: figure -> sorted values

    def __call__(
        self,
        figures: Callable[[int], Figures],
        *,
        at_most: Mapping[str, float] | None = None,
        at_least: Mapping[str, float] | None = None,
    ) -> None:
        """Raises Mismatch with the figures of the last attempt."""
        bounds = Bounds(at_most or {}, at_least or {})
        for attempt in range(ATTEMPTS):
            seed = (self.seed + attempt * _SEED_STEP) % (1 << 31)
            short = bounds.short_of(self._train(figures, seed))
            if not short:
                return
        raise Mismatch(
            messages.comparing.FELL_SHORT.format(short=short[0], attempts=ATTEMPTS, seed=seed, usual=self._usual())
        )

    def _train(self, figures: Callable[[int], Figures], seed: int) -> Figures:
        try:
            return figures(seed)
        except StudentCodeFailed as failure:
            if self.device != "cpu" and any(words in str(failure) for words in _OTHER_DEVICE):
                raise CheckFailed(
                    messages.comparing.ANOTHER_DEVICE.format(failure=failure, device=self.device)
                ) from failure
            raise

    def _usual(self) -> str:
        if not self.band:
            return ""
        shown = [
            messages.comparing.RANGE.format(name=name, low=min(values), high=max(values))
            for name, values in self.band.items()
            if values
        ]
        return messages.comparing.USUAL.format(ranges="; ".join(shown))


@dataclass
class Recorder:
    """Records what a training gives over many seeds, and the bounds it is judged by."""

    seeds: range
    figures: dict[str, list[float]] = field(default_factory=dict)
    bounds: Bounds = field(default_factory=lambda: Bounds({}, {}))

    def __call__(
        self,
        figures: Callable[[int], Figures],
        *,
        at_most: Mapping[str, float] | None = None,
        at_least: Mapping[str, float] | None = None,
    ) -> None:
        """Never raises for figures out of bounds."""
        self.bounds = Bounds(at_most or {}, at_least or {})
        for seed in self.seeds:
            for name, value in figures(seed).items():
                self.figures.setdefault(name, []).append(float(value))
