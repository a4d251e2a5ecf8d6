"""The containers that Gradescope offers, and whether a measured run fits one.

A container has at least its share of a processor and at most its memory: a run that takes more memory is killed, one
that takes more time is killed and scored 0.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

MAX_TIMEOUT_MINUTES = 40.0
OFFERED = ((0.5, 0.75), (1.0, 1.5), (2.0, 3.0), (4.0, 6.0))  # processors, GB
_MIB_PER_GB = 1e9 / (1 << 20)  # the smaller meaning of GB: a run that fits it fits the larger one too
_MEMORY_HEADROOM = 1.25  # a longer homework than the sample, another kernel
_TIME_HEADROOM = 2.0  # the platform's processors may be slower, and its wall times vary
_RESERVE_S = 30.0  # the grader itself ends that much earlier


@dataclass(frozen=True)
class Container:
    """What an assignment is graded in, as its assignment.toml declares it. Raises ValueError."""

    cpus: float = 1.0
    memory_gb: float = 1.5
    timeout_minutes: float = 10.0

    def __post_init__(self) -> None:
        if (self.cpus, self.memory_gb) not in OFFERED:
            offers = ", ".join(f"{cpus:g} with {memory_gb:g}" for cpus, memory_gb in OFFERED)
            raise ValueError(
                f"cpus is {self.cpus:g} with memory_gb {self.memory_gb:g}, but the platform offers {offers}"
            )
        if not 0 < self.timeout_minutes <= MAX_TIMEOUT_MINUTES:
            raise ValueError(
                f"timeout_minutes is {self.timeout_minutes:g}, but should be above 0, and {MAX_TIMEOUT_MINUTES:g} at "
                "the most, as on the platform"
            )

    @property
    def memory_mib(self) -> float:
        """Its memory, in the smaller of the two meanings of GB."""
        return self.memory_gb * _MIB_PER_GB

    @property
    def timeout_s(self) -> float:
        """Seconds after which the platform kills the run."""
        return 60 * self.timeout_minutes

    def __str__(self) -> str:
        return f"{self.cpus:g} CPU, {self.memory_gb:g} GB, {self.timeout_minutes:g} minutes"


@dataclass(frozen=True)
class Usage:
    """What a run took here: seconds of wall and processor time, and memory of all its processes together."""

    wall_s: float
    cpu_s: float
    peak_mib: float
    is_bound: bool = False  # the memory is at most this: it could not be measured closely

    def seconds_in(self, container: Container) -> float:
        """The wall time in a container whose processors are as fast as this machine's; what waits is not stretched."""
        return self.cpu_s / min(container.cpus, 1.0) + max(self.wall_s - self.cpu_s, 0.0)

    def or_more(self, other: Usage) -> Usage:
        """The larger of two runs, in each respect."""
        return Usage(
            max(self.wall_s, other.wall_s),
            max(self.cpu_s, other.cpu_s),
            max(self.peak_mib, other.peak_mib),
            self.is_bound or other.is_bound,
        )


class Fit(enum.Enum):
    """How a run fits a container."""

    FITS = "fits"
    TIGHT = "tight"  # a student's code that takes all it may would be ended by the platform, and with it the run
    TOO_SMALL = "too small"


@dataclass(frozen=True)
class Fitting:
    """Whether a run fits a container, and why not."""

    container: Container
    seconds: float
    fit: Fit
    why: str = ""


def fitting(usage: Usage, container: Container, student_mib: int) -> Fitting:
    """Whether a run fits a container, when the student's code may take `student_mib` more."""
    seconds = usage.seconds_in(container)
    needed_s = _TIME_HEADROOM * seconds
    time_s = max(container.timeout_s - _RESERVE_S, container.timeout_s / 2)
    needed_mib = math.ceil(_MEMORY_HEADROOM * usage.peak_mib)
    if needed_mib > container.memory_mib:
        bound = "; its memory is an upper bound, which root measures closely" if usage.is_bound else ""
        why = f"the run needs {needed_mib} MiB, a fifth of it headroom, and there are {container.memory_mib:.0f}{bound}"
        return Fitting(container, seconds, Fit.TOO_SMALL, why)
    if needed_s > time_s:
        why = f"the run needs {needed_s:.0f} s, half of it headroom, and there are {time_s:.0f}"
        return Fitting(container, seconds, Fit.TOO_SMALL, why)
    room_mib = container.memory_mib - usage.peak_mib
    if room_mib < student_mib:
        why = f"a student's code may take {student_mib} MiB more (limits.memory_mib), and {room_mib:.0f} are left"
        return Fitting(container, seconds, Fit.TIGHT, why)
    return Fitting(container, seconds, Fit.FITS)


def table(usage: Usage, declared: Container, student_mib: int) -> str:
    """All containers on offer with the declared timeout, which of them fit, and which one to choose."""
    offers = [Container(cpus, memory_gb, declared.timeout_minutes) for cpus, memory_gb in OFFERED]
    fittings = [fitting(usage, offer, student_mib) for offer in offers]
    peak = f"{'at most ' if usage.is_bound else ''}{usage.peak_mib:.0f}"
    lines = [f"{'container':<18}{'time':>7}   memory"]
    for one in fittings:
        memory = f"{peak} of {one.container.memory_mib:.0f} MiB"
        place = f"{one.container.cpus:g} CPU, {one.container.memory_gb:g} GB"
        mark = "   <- declared" if one.container == declared else ""
        lines.append(f"{place:<18}{one.seconds:>5.0f} s   {memory:<24}{one.fit.value}{mark}")
        lines += [f"{'':<28}{one.why}"] if one.why else []
    good = [one.container for one in fittings if one.fit is Fit.FITS] or [
        one.container for one in fittings if one.fit is Fit.TIGHT
    ]
    if good:
        lines.append(f"The smallest to choose: {good[0]}.")
    else:
        lines.append("None is large enough: make the trainings shorter, or declare a longer timeout_minutes.")
    return "\n".join(lines)
