"""One row of what is measured: the lab's ways and its peers', round by round."""

import statistics
from dataclasses import asdict, dataclass, field
from typing import Any

Rounds = list[float]


@dataclass
class Row:
    """What was measured in the same rounds.

    Attributes:
        name: what the row is called in JSON.
        what: what was done.
        unit: of all values.
        lab, peers: the value of each round, by who did it.
        missing: why a peer was not measured.
        compared: whether a ratio means something.
    """

    name: str
    what: str
    unit: str
    lab: dict[str, Rounds]
    peers: dict[str, Rounds] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    compared: bool = True

    @property
    def medians(self) -> dict[str, float]:
        """The median of each side."""
        return {side: statistics.median(found) for side, found in (self.lab | self.peers).items()}

    @property
    def ratios(self) -> dict[str, dict[str, float]]:
        """The lab's value through that of each peer in the same round; of these the median."""
        if not self.compared:
            return {}
        return {
            side: {peer: _ratio(mine, theirs) for peer, theirs in self.peers.items()}
            for side, mine in self.lab.items()
        }

    def as_json(self) -> dict[str, Any]:
        """Return the row as JSON has it."""
        return asdict(self) | {"medians": self.medians, "ratios": self.ratios}


def _ratio(mine: Rounds, theirs: Rounds) -> float:
    return statistics.median(m / t for m, t in zip(mine, theirs, strict=True))


def turned(rounds: list[dict[str, float]]) -> dict[str, Rounds]:
    """Return what each side measured, from what each round did."""
    return {side: [found[side] for found in rounds] for side in rounds[0]}
