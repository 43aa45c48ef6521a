"""Which benchmark is meant; see ``scripts/bench``."""

from __future__ import annotations

import sys
from importlib import import_module

BENCHES = {
    name: f"bench_{name}"
    for name in (
        "api",
        "batch",
        "compliance",
        "decode",
        "durable",
        "exam",
        "gate",
        "inference",
        "ingest",
        "intake",
        "latency",
        "memory",
        "soak",
        "tracks",
    )
}


def main(arguments: list[str]) -> int:
    """Run the named benchmark.

    Args:
        arguments: Its name and options.
    """
    as_json = "--json" in arguments
    name, *rest = [a for a in arguments if a != "--json"] or [""]
    if name not in BENCHES:
        print(
            f"scripts/bench: no benchmark {name!r}; there are: {', '.join(BENCHES)}",
            file=sys.stderr,
        )
        return 2
    try:
        code: int = import_module(BENCHES[name]).main(rest, as_json=as_json)
    except KeyboardInterrupt:
        return 130
    return code


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
