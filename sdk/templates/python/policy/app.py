"""{{title}}: serves the nearest stored answer when its question is near enough and asks for the same numbers.

The interface is isartor/wit/policy.wit. A policy has no imports and may be reset at any time.
"""

import re

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports.policy import (
    Candidate,
    MissReason,
    Question,
    Served,
    ServeReason,
    Verdict,
    Verdict_Miss,
    Verdict_Serve,
)
from wit_world.imports.types import Failure, FailureKind

minimum_cosine = 0.97


class Policy(exports.Policy):
    def configure(self, settings: list[tuple[str, str]]) -> None:
        global minimum_cosine
        for name, value in settings:
            if name != "minimum_cosine":
                raise Err(Failure(FailureKind.INVALID_INPUT, f"there is no setting called {name}", None))
            minimum_cosine = number(name, value)

    def describe(self, text: str) -> bytes:
        """The numbers in the text, which must be the same for an answer to be the same; at most 4,096 bytes."""
        return " ".join(re.findall("[0-9]+", text)).encode()[:4096]

    def decide(self, question: Question, candidates: list[Candidate]) -> Verdict:
        if not candidates:
            return Verdict_Miss(MissReason.NO_CANDIDATE)
        nearest = candidates[0]
        if nearest.cosine < max(minimum_cosine, nearest.threshold):
            return Verdict_Miss(MissReason.BELOW_THRESHOLD)
        if nearest.features != question.features:
            return Verdict_Miss(MissReason.NUMBER)
        return Verdict_Serve(Served(0, nearest.cosine, ServeReason.SIMILAR))


def number(name: str, value: str) -> float:
    try:
        parsed = float(value)
    except ValueError:
        parsed = -1.0
    if not 0.0 <= parsed <= 1.0:
        raise Err(Failure(FailureKind.INVALID_INPUT, f'{name} must be 0.0 to 1.0, not "{value}"', None))
    return parsed
