"""How long a training takes beside programs that keep cores busy: four epochs on two cores with 0, 1 and 2 of them, in turn.

    python3 Benchmarks/busy.py PROGRAM [--rounds N] [--spins COUNT ...]

`--spins` tries other numbers of rounds that a thread of OpenMP waits awake (GOMP_SPINCOUNT); 300000 is OpenMP's own. Seconds are those
of the whole command, from start to end.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

CORES = sorted(os.sched_getaffinity(0))[:2]
TRAINING = [
    "--preset", "quick",
    "--set", "training.stages=[{name: one, objective: cross_entropy, epochs: 4, learning_rate: 1.0e-3}]",
]


def seconds(program, data, folder, spins):
    """The wall time of one training."""
    environment = dict(os.environ)
    if spins is not None:
        environment["GOMP_SPINCOUNT"] = str(spins)
    output = os.path.join(folder, "run")
    shutil.rmtree(output, ignore_errors=True)
    start = time.perf_counter()
    subprocess.run(
        [program, "train", "--data", data, "--output", output, *TRAINING],
        check=True, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def beside(competitors, work):
    """What `work` returns while as many shells count for nothing on the same cores."""
    others = [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(competitors)]
    try:
        return work()
    finally:
        for other in others:
            other.kill()
            other.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--spins", type=int, nargs="+", default=[])
    chosen = parser.parse_args()
    # What is started from here stays there.
    os.sched_setaffinity(0, CORES)
    settings = [None, *chosen.spins]
    with tempfile.TemporaryDirectory() as folder:
        data = os.path.join(folder, "data")
        subprocess.run(
            [chosen.program, "phantom", "ct", "--cases", "24", "--output", data], check=True, stdout=subprocess.DEVNULL)
        times = {}
        for _ in range(chosen.rounds):
            for spins in settings:
                for competitors in (0, 1, 2):
                    taken = beside(competitors, lambda: seconds(chosen.program, data, folder, spins))
                    times.setdefault((spins, competitors), []).append(taken)
                    print(f"spins {spins}, {competitors} busy: {taken:.1f} s", file=sys.stderr)
    print(f"{'spins':>12} {'idle':>8} {'one busy':>17} {'two busy':>17}")
    for spins in settings:
        idle, one, two = (statistics.median(times[spins, competitors]) for competitors in (0, 1, 2))
        name = "as it comes" if spins is None else spins
        print(f"{name:>12} {idle:6.1f} s {one:6.1f} s ({one / idle:4.2f} x) {two:6.1f} s ({two / idle:4.2f} x)")


if __name__ == "__main__":
    main()
