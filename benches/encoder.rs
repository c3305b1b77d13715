//! Time of forward passes on the CPU: a line `name <tab> median ms <tab> fastest ms` for each, with random weights and
//! 4 s of audio, batch 1, f32.
//!
//! `benches/peer/encoder.py` does the same in PyTorch, and `benches/run.sh` puts both into one table.

use std::{hint::black_box, time::Instant};

use burn::tensor::{Device, Tensor};
use rat::{
    Waveform,
    model::{Conditioning, Detector},
    ssl::{EncoderConfig, Lengths, SslEncoder, SslFeatures, waveform_batch},
};

const SAMPLES: usize = 64_000;
/// As in PyTorch's turn; the speeds of more threads than that do not compare.
const THREADS: usize = 2;
/// After one that is not counted.
const RUNS: usize = 9;

fn main() {
    // Cargo says `--bench` where times are wanted; as a test, the smallest network runs through once.
    let wanted = std::env::args().any(|argument| argument == "--bench");
    let runs = if wanted { RUNS } else { 1 };
    rayon::ThreadPoolBuilder::new().num_threads(THREADS).build_global().expect("no pool is there yet");
    let device = Device::flex();

    let tiny = SslEncoder::random(&EncoderConfig::tiny(), 1, &device).expect("valid sizes");
    let (test, lengths) = audio(440.0, &device);
    time("tiny encoder", runs, || first(&tiny.forward(test.clone(), &lengths)));
    if !wanted {
        return;
    }

    let config = EncoderConfig::named("XLSR_300M").expect("is known");
    let rat = Detector::random(&config, Conditioning::Reference, 1, &device).expect("valid sizes");
    let (reference, _) = audio(330.0, &device);
    let encode = |waveforms: &Tensor<2>| rat.encoder.forward(waveforms.clone(), &lengths);
    time("XLS-R 300M encoder", runs, || first(&encode(&test)));
    time("RAT, zero reference", runs, || rat.forward_zeroed(&encode(&test)).logits.into_data());
    time("RAT, test and reference", runs, || rat.forward(&encode(&test), Some(&encode(&reference))).into_data());
    if let Some(peak) = peak_mib() {
        println!("peak memory of all, MiB\t{peak:.0}\t");
    }
}

fn audio(pitch_hz: f32, device: &Device) -> (Tensor<2>, Lengths) {
    let tone = |index| (index as f32 / 16_000.0 * pitch_hz * std::f32::consts::TAU).sin() * 0.1;
    waveform_batch(&[Waveform::new((0..SAMPLES).map(tone).collect())], device).expect("is long enough")
}

/// One value, which cannot be known before all is computed.
fn first(features: &SslFeatures) -> burn::tensor::TensorData {
    let [layers, ..] = features.layers.dims();
    features.layers.clone().slice([layers - 1..layers, 0..1, 0..1, 0..1]).into_data()
}

fn time<T>(name: &str, runs: usize, pass: impl Fn() -> T) {
    black_box(pass());
    let mut times: Vec<f64> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            black_box(pass());
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("{name}\t{:.1}\t{:.1}", times[times.len() / 2], times[0]);
}

/// The most memory that this process held, on Linux.
fn peak_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok().map(|kib| kib / 1024.0)
}
