"""The passes of benches/encoder.rs in PyTorch: a line `name <tab> median ms <tab> fastest ms` for each.

    OMP_WAIT_POLICY=passive python encoder.py

`--device cuda`, `--bf16` (autocast; SDPA either way), `--compile` and `--batches 1,4` as in training.py.
Random weights, 4 s of audio, f32, two threads. Idle threads that spin (OpenMP's default) would be no faster here
and take the second core from others; benches/run.sh sets them to wait.
"""

import argparse
import math
import resource
import statistics
import time

import torch
import torchaudio
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F

SAMPLES, THREADS, RUNS = 64_000, 2, 9


class Rat(nn.Module):
    """Reference block, pooling and head on torchaudio's encoder."""

    def __init__(self, encoder, width):
        super().__init__()
        self.encoder = encoder
        self.norm = nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, 4, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.ReLU(), nn.Linear(4 * width, width))
        self.final_norm = nn.LayerNorm(width)
        half, quarter = width // 2, width // 4
        self.head = nn.Sequential(
            nn.Linear(width, half), nn.BatchNorm1d(half), nn.ReLU(),
            nn.Linear(half, quarter), nn.BatchNorm1d(quarter), nn.ReLU(), nn.Linear(quarter, 2),
        )  # fmt: skip

    def forward(self, test, reference=None):
        """Without a reference, its normed frames are zeros: every value is the value bias."""
        layers = encode(self.encoder, test)
        frames = layers.flatten(0, 1)
        normed = self.norm(frames)
        if reference is None:
            attended = self.attention.out_proj(self.attention.in_proj_bias.chunk(3)[2])
        else:
            keys = self.norm(encode(self.encoder, reference).flatten(0, 1))
            attended = self.attention(normed, keys, keys, need_weights=False)[0]
        output = self.final_norm(attended + self.mlp(normed) + frames).unflatten(0, layers.shape[:2])
        return self.head(output.mean(dim=(0, 2)))


def encode(encoder, waveforms):
    return torch.stack(encoder.extract_features(F.layer_norm(waveforms, waveforms.shape))[0])


def tiny():
    """The shapes of `EncoderConfig::tiny`."""
    return torchaudio.models.wav2vec2_model(
        extractor_mode="layer_norm",
        extractor_conv_layer_config=[(32, 10, 5)] + [(32, 3, 2)] * 4 + [(32, 2, 2)] * 2,
        extractor_conv_bias=True,
        encoder_embed_dim=192,
        encoder_projection_dropout=0.0,
        encoder_pos_conv_kernel=32,
        encoder_pos_conv_groups=8,
        encoder_num_layers=4,
        encoder_num_heads=4,
        encoder_attention_dropout=0.0,
        encoder_ff_interm_features=768,
        encoder_ff_interm_dropout=0.0,
        encoder_dropout=0.0,
        encoder_layer_norm_first=True,
        encoder_layer_drop=0.0,
        aux_num_out=None,
    )


def audio(batch, pitch_hz):
    time = torch.arange(SAMPLES) / 16_000
    return torch.stack([(time * (pitch_hz + 10 * row) * math.tau).sin().mul(0.1) for row in range(batch)])


def measure(name, run):
    def wait():
        if torch.cuda.is_available():
            torch.cuda.synchronize()

    run()
    times = []
    for _ in range(RUNS):
        wait()
        start = time.perf_counter()
        run()
        wait()
        times.append((time.perf_counter() - start) * 1e3)
    print(f"{name}\t{statistics.median(times):.1f}\t{min(times):.1f}", flush=True)


def peak_mib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def passes(settings):
    small = tiny().eval().to(settings.device)
    test = audio(1, 440).to(settings.device)
    measure("tiny encoder, batch 1", lambda: encode(small, test))
    rat = xlsr().to(settings.device)
    if settings.compile:
        rat = torch.compile(rat)
    for batch in map(int, settings.batches.split(",")):
        test, reference = audio(batch, 440).to(settings.device), audio(batch, 330).to(settings.device)
        measure(f"XLS-R 300M encoder, batch {batch}", lambda: encode(rat.encoder, test))
        measure(f"RAT zeroed, batch {batch}", lambda: rat(test))
        measure(f"RAT matched, batch {batch}", lambda: rat(test, reference))


def xlsr():
    return Rat(torchaudio.models.wav2vec2_xlsr_300m(), 1024).eval()


def memory(name):
    """The most memory that one pass of a batch of 16 needs, weights included."""
    rat = xlsr()
    test, reference = audio(16, 440), audio(16, 330)
    {
        "encoder, all layers kept": lambda: encode(rat.encoder, test),
        "RAT zeroed": lambda: rat(test),
        "RAT matched": lambda: rat(test, reference),
    }[name]()
    print(f"{name}\t{peak_mib():.0f}")


def load(file):
    """Seconds from a checkpoint's file to the encoder, best of three, and the peak of the process."""
    best = math.inf
    for _ in range(3):
        start = time.perf_counter()
        with torch.device("meta"):
            encoder = torchaudio.models.wav2vec2_xlsr_300m()
        weights = load_file(file) if file.endswith(".safetensors") else torch.load(file, weights_only=True)
        encoder.load_state_dict({key.removeprefix("model."): value for key, value in weights.items()}, assign=True)
        best = min(best, time.perf_counter() - start)
        del encoder, weights
    print(f"{file.rsplit('/')[-1]}\t{best:.2f}\t{peak_mib():.0f}")


@torch.inference_mode()
def main():
    torch.set_num_threads(THREADS)
    parser = argparse.ArgumentParser()
    parser.add_argument("--memory")
    parser.add_argument("--load")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--bf16", action="store_true")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--batches", default="1,4")
    settings = parser.parse_args()
    if settings.memory:
        memory(settings.memory)
    elif settings.load:
        load(settings.load)
    else:
        with torch.autocast(torch.device(settings.device).type, torch.bfloat16, enabled=settings.bf16):
            passes(settings)


if __name__ == "__main__":
    main()
