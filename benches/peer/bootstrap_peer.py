"""The bootstrap of the Python reference, timed: scikit-learn's det_curve inside confidence_intervals.

    bootstrap_peer.py make FOLDER     writes scores.csv (file,score,label; 0 is bona fide) and speakers.txt, 680,774 trials
    bootstrap_peer.py time FOLDER     prints lines of task, wall seconds and CPU seconds, parted by tabs
    bootstrap_peer.py run TASK COMMAND...     the same of a command, median of three by wall time, with its peak memory in MiB

A resample takes about 0.2 s a measure here, so RESAMPLES of them are timed (fewer over speakers) and scaled to 1,000.
"""

import os
import sys
import time

import numpy as np

RESAMPLES = 10
SPEAKER_RESAMPLES = 4
SPEAKERS = 737


def make(folder):
    rng = np.random.default_rng(0)

    def mixture(count, share, main, rest):
        return np.where(rng.random(count) < share, rng.normal(*main, count), rng.normal(*rest, count))

    bonafide = mixture(138_688, 0.90, (6, 2), (1.5, 2.5))
    spoof = mixture(542_086, 0.94, (-6.5, 2), (-0.6, 2.5))
    scores = 1 / (1 + np.exp(-np.concatenate([bonafide, spoof])))
    labels = np.repeat([0, 1], [len(bonafide), len(spoof)])
    order = rng.permutation(len(scores))
    with open(os.path.join(folder, "scores.csv"), "w") as file:
        for number, place in enumerate(order):
            file.write(f"E_{number:010d},{scores[place]:.6f},{labels[place]}\n")
    with open(os.path.join(folder, "speakers.txt"), "w") as file:
        file.writelines(f"E_{speaker:04d}\n" for speaker in rng.integers(0, SPEAKERS, len(scores)))


def eer(labels, scores):
    from sklearn.metrics import det_curve

    far, frr, _ = det_curve(labels, scores, pos_label=0)
    closest = np.nanargmin(np.abs(frr - far))
    return (far[closest] + frr[closest]) / 2


def min_dcf(labels, scores, p_spoof=0.05, c_miss=1, c_fa=10):
    from sklearn.metrics import det_curve

    far, frr, _ = det_curve(labels, scores, pos_label=0)
    cost = c_miss * (1 - p_spoof) * frr + c_fa * p_spoof * far
    return cost.min() / min(c_miss * (1 - p_spoof), c_fa * p_spoof)


def measure(folder):
    from confidence_intervals.confidence_intervals import Bootstrap

    import pandas

    wall, cpu = time.perf_counter(), time.process_time()
    table = pandas.read_csv(os.path.join(folder, "scores.csv"), names=["file", "score", "label"])
    scores, labels = table["score"].to_numpy(), table["label"].to_numpy()
    eer(labels, scores), min_dcf(labels, scores)
    once = time.perf_counter() - wall, time.process_time() - cpu
    speakers = np.array([int(line[2:]) for line in open(os.path.join(folder, "speakers.txt"))])
    tasks = [("numpy", None, RESAMPLES), ("speaker", speakers, SPEAKER_RESAMPLES)]
    for name, conditions, resamples in tasks:
        wall, cpu = time.perf_counter(), time.process_time()
        for metric in (eer, min_dcf):
            Bootstrap(resamples, metric).get_conf_int(scores, labels, conditions)
        scale = 1000 / resamples
        wall, cpu = scale * (time.perf_counter() - wall), scale * (time.process_time() - cpu)
        if name == "numpy":
            print(f"whole process: read, EERs, minDCF, both intervals\t{once[0] + wall:.1f}\t{once[1] + cpu:.1f}")
            print(f"EER and minDCF, 1,000 resamples, exact\t{wall:.1f}\t{cpu:.1f}")
        print(f"EER and minDCF, 1,000 resamples, {name}\t{wall:.1f}\t{cpu:.1f}")


def run(task, *command):
    import resource
    import subprocess

    times = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append((wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))
    wall, cpu = sorted(times)[1]
    print(f"{task}\t{wall:.3f}\t{cpu:.3f}\t{after.ru_maxrss // 1024}")


if __name__ == "__main__":
    {"make": make, "time": measure, "run": run}[sys.argv[1]](*sys.argv[2:])
