"""The steps of benches/training.rs in PyTorch: a line `name <tab> median ms <tab> fastest ms` for each.

    OMP_WAIT_POLICY=passive python training.py [--device cuda] [--bf16] [--batches 16,6] [--steps 5] [--memory train]

Random weights, 4 s of audio a row, test and reference in one pass each, as the authors' code does; the encoder frozen and
without gradient in stage 1. With `--bf16` autocast; attention is SDPA, as torchaudio has it.
"""

import argparse
import resource
import statistics
import time

import torch
import torchaudio
from encoder import SAMPLES, THREADS, Rat, audio
from torch.nn import functional as F


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--bf16", action="store_true")
    parser.add_argument("--batches", default="16,6")
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--memory", choices=["train", "finetune"])
    settings = parser.parse_args()
    torch.set_num_threads(THREADS)
    for stage, batch in zip(["train", "finetune"], map(int, settings.batches.split(","))):
        if settings.memory in (None, stage):
            run(settings, stage, batch)


def run(settings, stage, batch):
    cuda = settings.device.startswith("cuda")
    network = Rat(torchaudio.models.wav2vec2_xlsr_300m(), 1024).to(settings.device).train()
    if stage == "train":
        network.encoder.eval().requires_grad_(False)
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    optimizer = torch.optim.Adam(trained, lr=1e-6, eps=1e-8)
    test, reference = (audio(batch, pitch).to(settings.device) for pitch in (440, 330))
    labels = torch.arange(batch, device=settings.device) % 2

    def step():
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cuda" if cuda else "cpu", torch.bfloat16, enabled=settings.bf16):
            logits = network(test, reference)
        loss = F.cross_entropy(logits.float(), labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    if cuda:
        torch.cuda.reset_peak_memory_stats()
    steps = 2 if settings.memory else settings.steps + 1
    times = []
    for _ in range(steps):
        start = time.perf_counter()
        step()
        times.append((time.perf_counter() - start) * 1e3)
    name = f"{stage}, batch {batch}"
    peak = torch.cuda.max_memory_allocated() / 2**20 if cuda else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if settings.memory:
        print(f"{name}\t{peak:.0f}", flush=True)
    else:
        print(f"{name}\t{statistics.median(times[1:]):.0f}\t{min(times[1:]):.0f}", flush=True)
    assert SAMPLES == 64_000


if __name__ == "__main__":
    main()
