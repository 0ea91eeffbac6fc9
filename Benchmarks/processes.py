"""What several processes buy: seconds of a training step by one and by two on this host, and what that makes of more.

    Benchmarks/run processes

Trains generated CT for some steps: with one process and one thread on half of a batch and on the whole, with one process and two
threads, and with two processes of one thread. Then a model of W hosts, from what was measured, on a link that is assumed.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

PROGRAM = sys.argv[1]
# Of a common 100 Gbit/s network: bytes and seconds.
BANDWIDTH, LATENCY = 12.5e9, 20e-6

PLANES = """
preset: paper-ct
data: {folder: DATA, split: split.csv}
input: {normalization: {window: [-1400, 100]}, fit: {resize: [224, 320]}}
"""
VOLUMES = """
preset: volumes
data: {folder: DATA, split: split.csv}
input: {normalization: {window: [-1400, 100]}, fit: {crop: [40, 56, 40], foreground: 0.33}}
network: {features: [32, 64, 128, 256], dropout: [0, 0, 0, 0], kernels: [[3, 3, 3], [3, 3, 3], [3, 3, 3], [3, 3, 3]], strides: [[1, 1, 1], [2, 2, 2], [2, 2, 2], [2, 2, 2]]}
"""
STAGES = "training.stages=[{name: one, objective: OBJECTIVE, epochs: 4, learning_rate: 1.0e-4}]"
# A mean over pixels, of which each process computes its part; and one of all pixels, for which scores are gathered.
PIXELWISE, OVERLAP = "margin(sum=1)", "dice(background=false)"


def metrics(configuration, data, batch, processes, threads, objective=PIXELWISE):
    """Median seconds of a step of the last epochs, and the number of parameters."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "run.yaml"
        file.write_text(configuration.replace("DATA", str(data)))
        run = Path(folder) / "run"
        command = [PROGRAM, "train", str(file), "--output", str(run), "--threads", str(threads),
                   "--workers", "1", "--set", f"training.batch_size={batch}", "--set", "training.steps_per_epoch=6",
                   "--set", "training.watch.megabytes=0", "--set", STAGES.replace("OBJECTIVE", objective)]
        if processes > 1:
            command += ["--processes", str(processes)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(done.stderr)
        lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
        facts = json.loads((run / "run.json").read_text())
        # The first epoch warms up.
        seconds = [line["seconds"] / 6 for line in lines if line["epoch"] > 1]
        return statistics.median(seconds), facts["parameters"]


def modelled(step, parameters, hosts):
    """Seconds of a step of W hosts with the same part of a batch each: a ring all-reduce of gradients, of which as much hides behind
    the backward pass as that takes, two thirds of a step."""
    gradients = 2 * (hosts - 1) / hosts * 4 * parameters / BANDWIDTH + 2 * (hosts - 1) * LATENCY
    return step + max(0, gradients - 2 / 3 * step) + 4 * 2 * (hosts - 1) * LATENCY


def main():
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "ct"
        subprocess.run([PROGRAM, "phantom", "ct", "--output", str(data), "--cases", "8"], check=True, capture_output=True)
        for title, configuration, batch, pixels in [
            ("COPLE-Net, 224×320", PLANES, 4, 224 * 320), ("3-D U-Net, 40×56×40", VOLUMES, 2, 40 * 56 * 40),
        ]:
            def step(size, processes, threads, objective=PIXELWISE):
                return metrics(configuration, data, size, processes, threads, objective)

            half, parameters = step(batch // 2, 1, 1)
            alone, threaded, two = (step(batch, *how)[0] for how in [(1, 1), (1, 2), (2, 1)])
            overlap, overlap_of_two = (step(batch, *how, OVERLAP)[0] for how in [(1, 1), (2, 1)])
            print(f"\n{title}, batch of {batch}, {parameters:,} parameters\n")
            print("| | ms a step | times as fast as one thread |\n| --- | ---: | ---: |")
            for name, seconds, reference in [
                (f"{PIXELWISE}: one process, one thread", alone, alone), ("one process, two threads", threaded, alone),
                ("two processes, one thread each", two, alone),
                (f"{OVERLAP}: one process, one thread", overlap, overlap),
                ("two processes, one thread each", overlap_of_two, overlap),
            ]:
                print(f"| {name} | {1000 * seconds:.0f} | {reference / seconds:.2f} |")
            scores = 4 * 2 * pixels * batch // 2
            print(f"\nOne thread with half of the batch takes {1000 * half:.0f} ms; {100 * (1 - half / two):.0f} % of the step of two are "
                  f"messages and waiting. A process sends {4 * parameters / 1e6:.1f} MB of gradients, the model's size, and for objectives "
                  f"of all pixels {scores / 1e6:.1f} MB of scores.\n")
            print("| hosts, each with half of that batch | ms a step | of ideal |\n| ---: | ---: | ---: |")
            for hosts in (2, 8, 64, 512):
                seconds = modelled(half, parameters, hosts)
                print(f"| {hosts} | {1000 * seconds:.0f} | {100 * half / seconds:.0f} % |")


if __name__ == "__main__":
    main()
