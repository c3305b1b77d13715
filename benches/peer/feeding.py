"""The tasks of benches/feeding.rs and benches/protocol.rs as the Python reference does them: task, mean and median ms, parted by tabs.

    OMP_NUM_THREADS=1 python feeding.py time DIR         decode and augment the FLAC files in DIR, on one thread
    python feeding.py protocol DIR                       read the protocol in DIR with pandas: task, seconds, peak MB

torchaudio's Vad and mu-law, RawBoost algorithm 5 by its published formulas in NumPy and SciPy, audiomentations; probabilities of the RAT recipe.
"""

import resource
import statistics
import sys
import time
from pathlib import Path

RATE, SAMPLES, PASSES = 16_000, 64_000, 4


def pipeline():
    import numpy as np
    import soundfile
    import torch
    import torchaudio
    from audiomentations import (
        AddColorNoise,
        AddGaussianNoise,
        AddGaussianSNR,
        BandPassFilter,
        BandStopFilter,
        HighPassFilter,
        HighShelfFilter,
        LowPassFilter,
        LowShelfFilter,
        OneOf,
        PeakingFilter,
    )
    from scipy import signal

    torch.set_num_threads(1)
    rng = np.random.default_rng(1)
    vad = torchaudio.transforms.Vad(sample_rate=RATE)
    noise = OneOf([
        AddColorNoise(min_snr_db=5.0, max_snr_db=40.0, min_f_decay=-6.0, max_f_decay=6.0, p=1.0),
        AddGaussianNoise(min_amplitude=0.001, max_amplitude=0.015, p=1.0),
        AddGaussianSNR(min_snr_db=5.0, max_snr_db=40.0, p=1.0),
    ], p=0.9)  # fmt: skip
    filters = [BandPassFilter, BandStopFilter, HighPassFilter, HighShelfFilter, LowPassFilter, LowShelfFilter, PeakingFilter]
    filtering = OneOf([kind(p=1.0) for kind in filters], p=0.9)

    def decode(path):
        return soundfile.read(path, dtype="float32")[0]

    def trim(x):
        voiced = vad(torch.from_numpy(x)[None])[0].numpy()
        return voiced if len(voiced) else x

    def time_mask(x):
        length = int(rng.uniform(int(0.2 * len(x)), int(0.5 * len(x))))
        start = int(rng.uniform(0, len(x) - length))
        x = x.copy()
        x[start : start + length] = 0
        return x

    def mu_law(x):
        codes = torchaudio.functional.mu_law_encoding(torch.from_numpy(x), 256)
        return torchaudio.functional.mu_law_decoding(codes, 256).numpy()

    def within_one(x):
        largest = np.max(np.abs(x))
        return x / largest if largest > 1 else x

    def notch_filter(low_db, high_db):
        b = np.array([1.0])
        for _ in range(5):
            centre, width, taps = rng.uniform(20, 8000), rng.uniform(100, 1000), int(rng.uniform(10, 100))
            low, high = max(centre - width / 2, 1e-3), min(centre + width / 2, RATE / 2 - 1e-3)
            b = np.convolve(signal.firwin(taps + 1 - taps % 2, [low, high], window="hamming", fs=RATE), b)
        _, response = signal.freqz(b, 1, fs=RATE)
        return 10 ** (rng.uniform(low_db, high_db) / 20) * b / np.max(np.abs(response))

    def filtered(x, b):
        n = len(b) + 1
        y = signal.lfilter(b, 1, np.pad(x, (0, n), "constant"))
        return y[n // 2 : int(len(y) - n / 2)]

    def rawboost(x):
        y = np.zeros(len(x))
        for order in range(1, 6):
            b = notch_filter(0, 0) if order == 1 else notch_filter(-20, -5)
            part = filtered(np.power(x, order), b)
            y[: len(part)] += part[: len(y)]
        y = within_one(y - y.mean())
        hits = rng.permutation(len(y))[: int(len(y) * rng.uniform(0, 10) / 100)]
        y[hits] += 2 * y[hits] * (2 * rng.random(len(hits)) - 1) * (2 * rng.random(len(hits)) - 1)
        return within_one(y).astype(np.float32)

    def noise_and_filter(x):
        return filtering(noise(x, sample_rate=RATE), sample_rate=RATE)

    steps = [(trim, 0.5), (time_mask, 0.3), (mu_law, 0.3), (rawboost, 0.3), (noise_and_filter, 0.3)]

    def whole(path):
        x = decode(path)
        for step, probability in steps:
            if rng.random() < probability:
                x = step(x)
        return x[:SAMPLES] if len(x) >= SAMPLES else np.pad(x, (0, SAMPLES - len(x)))

    return decode, [step for step, _ in steps], whole


def report(task, work, inputs, passes=PASSES):
    for item in inputs[:8]:
        work(item)
    times = []
    for _ in range(passes):
        for item in inputs:
            start = time.perf_counter()
            work(item)
            times.append((time.perf_counter() - start) * 1e3)
    print(f"{task}\t{statistics.mean(times):.3f}\t{statistics.median(times):.3f}", flush=True)
    return statistics.mean(times)


def time_pipeline(folder):
    decode, steps, whole = pipeline()
    paths = sorted(str(path) for path in Path(folder).glob("*.flac"))
    report("decode", decode, paths)
    waveforms = [decode(path) for path in paths]
    for step in steps:
        report(step.__name__, step, waveforms, passes=1)
    mean = report("whole pipeline", whole, paths)
    print(f"utterances a second, one thread\t{1e3 / mean:.1f}\t")


def read_protocol(folder):
    import pandas

    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        table = pandas.read_csv(Path(folder) / "ASVspoof5.eval.track_1.tsv", sep=" ", header=None)
        best = min(best, time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(f"{len(table)} rows into trials\t{best:.3f}\t{peak:.0f}")


match sys.argv[1:]:
    case ["time", folder]:
        time_pipeline(folder)
    case ["protocol", folder]:
        read_protocol(folder)
    case _:
        sys.exit(__doc__)
