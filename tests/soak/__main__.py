"""``make soak``: thousands of courses of faults, each from a seed of its own (requirement 2).

Prints every seed that fails.
Runs on every core. The exit code is 1 when a picture stayed wrong.
"""

import argparse
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from tests.helpers.simulation import Course, allowed, simulate


def main() -> int:
    """Run the courses that the arguments ask for."""
    parser = argparse.ArgumentParser(prog="tests.soak", description=__doc__)
    parser.add_argument("--sequences", type=int, default=10_000)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    started = time.monotonic()
    seeds = range(arguments.first_seed, arguments.first_seed + arguments.sequences)
    faults: Counter[str] = Counter()
    failed: list[int] = []
    latest = 0.0
    with ProcessPoolExecutor(arguments.processes) as pool:
        for done, course in enumerate(pool.map(_quiet, seeds, chunksize=20), 1):
            faults.update(course.faults)
            latest = max(latest, course.late)
            if not course.right or course.late > allowed(course):
                failed.append(course.seed)
                say(f"seed {course.seed} failed: right {course.right}, {course.late:.0f} s late, {course.faults}")
            if done % 1000 == 0:
                say(f"{done} of {len(seeds)}, {len(failed)} failed, {time.monotonic() - started:.0f} s")
    say(f"seeds {seeds.start} to {seeds.stop - 1}: {len(failed)} failed {failed}; latest picture {latest:.0f} s")
    counts = ", ".join(f"{name} {count}" for name, count in sorted(faults.items()))
    say(f"{sum(faults.values())} faults: {counts}")
    return 1 if failed else 0


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _quiet(seed: int) -> Course:
    course = simulate(seed)
    course.log.clear()
    return course


if __name__ == "__main__":
    sys.exit(main())
