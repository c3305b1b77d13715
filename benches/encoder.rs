//! Time of forward passes: a line `name <tab> median ms <tab> fastest ms` for each, with random weights and 4 s of audio.
//! A word behind `--bench` chooses the passes whose names hold it; `--device NAME` (default cpu), `--precision f32|bf16` and
//! `--batches N,..` (default 1,4) what they run on; `--memory PASS` and `--load FILE` measure memory and loading, each in a
//! process of its own.
//!
//! `benches/peer/encoder.py` does the same in PyTorch, and `benches/run.sh` and `benches/gpu/run.sh` put both into one table.

use std::{hint::black_box, time::Instant};

use burn::tensor::{Device, Tensor};
use rat::{
    Waveform,
    device::Precision,
    model::{Conditioning, Detector, Heard, LayerSource},
    ssl::{EncoderConfig, Lengths, SslEncoder, SslFeatures, waveform_batch},
};

const SAMPLES: usize = 64_000;
/// As in PyTorch's turn; the speeds of more threads than that do not compare.
const THREADS: usize = 2;
/// After one that is not counted.
const RUNS: usize = 9;

fn main() {
    // Cargo says `--bench` where times are wanted; as a test, the smallest network runs through once.
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let wanted = arguments.iter().any(|argument| argument == "--bench");
    let after = |flag: &str| arguments.iter().skip_while(|argument| *argument != flag).nth(1);
    rayon::ThreadPoolBuilder::new().num_threads(THREADS).build_global().expect("no pool is there yet");
    let device = &rat::device::open(after("--device").map_or("cpu", String::as_str)).expect("a device").device;
    let precision = after("--precision").map_or(Precision::F32, |name| name.parse().expect("f32 or bf16"));
    let batches = after("--batches").map_or("1,4", String::as_str).split(',');
    let batches: Vec<usize> = batches.map(|batch| batch.parse().expect("a number")).collect();
    match (after("--memory"), after("--load")) {
        (Some(pass), _) => memory(pass, device),
        (_, Some(file)) => load(file, device),
        _ => {
            let word = |at: &usize| *at == 0 || !arguments[at - 1].starts_with("--") || arguments[at - 1] == "--bench";
            let only = (0..arguments.len()).filter(word).find(|&at| !arguments[at].starts_with('-'));
            let only = only.map_or("", |at| &arguments[at]);
            passes(only, if wanted { &batches } else { &[] }, precision, device);
        }
    }
}

fn passes(only: &str, batches: &[usize], precision: Precision, device: &Device) {
    let time = |name: &str, pass: &dyn Fn()| {
        if name.contains(only) {
            time(name, if batches.is_empty() { 1 } else { RUNS }, pass);
        }
    };
    let tiny = SslEncoder::random(&EncoderConfig::tiny(), 1, device).expect("valid sizes");
    let (test, lengths) = audio(1, 440.0, device);
    time("tiny encoder, batch 1", &|| first(&tiny.forward(test.clone(), &lengths)));
    if batches.is_empty() {
        return;
    }
    let rat = xlsr(device).in_precision(precision);
    for &batch in batches {
        let [test, reference] = [440.0, 330.0].map(|pitch| audio(batch, pitch, device));
        time(&format!("XLS-R 300M encoder, batch {batch}"), &|| first(&rat.encoder.forward(test.0.clone(), &test.1)));
        time(&format!("RAT zeroed, batch {batch}"), &|| score(&rat, &test, Heard::Zeros));
        let matched = || score(&rat, &test, Heard::Reference(source(&rat, &reference)));
        time(&format!("RAT matched, batch {batch}"), &matched);
    }
}

/// The most memory that one pass of a batch of 16 needs, weights included.
fn memory(pass: &str, device: &Device) {
    let rat = xlsr(device);
    let [test, reference] = [440.0, 330.0].map(|pitch| audio(16, pitch, device));
    match pass {
        "encoder, all layers kept" => first(&rat.encoder.forward(test.0, &test.1)),
        "RAT zeroed" => score(&rat, &test, Heard::Zeros),
        "RAT matched" => score(&rat, &test, Heard::Reference(source(&rat, &reference))),
        other => panic!("no pass is called {other}"),
    }
    println!("{pass}\t{:.0}", peak_mib().unwrap_or(f64::NAN));
}

/// Seconds from a checkpoint's file to the encoder, best of three, and the peak of the process.
fn load(file: &str, device: &Device) {
    let seconds = (0..3).map(|_| {
        let start = Instant::now();
        black_box(SslEncoder::load(file, device).expect("a checkpoint of XLS-R 300M"));
        start.elapsed().as_secs_f64()
    });
    let best = seconds.fold(f64::INFINITY, f64::min);
    println!("{}\t{best:.2}\t{:.0}", file.rsplit('/').next().unwrap_or(file), peak_mib().unwrap_or(f64::NAN));
}

/// RAT on XLS-R 300M with random weights.
fn xlsr(device: &Device) -> Detector {
    let config = EncoderConfig::named("XLSR_300M").expect("is known");
    Detector::random(&config, Conditioning::Reference, 1, device).expect("valid sizes")
}

type Batch = (Tensor<2>, Lengths);

fn source<'a>(rat: &'a Detector, (waveforms, lengths): &Batch) -> LayerSource<'a> {
    let (outputs, lengths) = rat.encoder.outputs(waveforms.clone(), lengths);
    LayerSource { layers: Box::new(outputs), lengths }
}

fn score(rat: &Detector, test: &Batch, heard: Heard<'_>) {
    black_box(rat.forward_layerwise(source(rat, test), vec![heard]).remove(0).into_data());
}

/// Tones, one higher than the other.
fn audio(batch: usize, pitch_hz: f32, device: &Device) -> Batch {
    let tone = |row: usize, index: usize| {
        (index as f32 / 16_000.0 * (pitch_hz + 10.0 * row as f32) * std::f32::consts::TAU).sin() * 0.1
    };
    let waveform = |row| Waveform::new((0..SAMPLES).map(|index| tone(row, index)).collect());
    waveform_batch(&(0..batch).map(waveform).collect::<Vec<_>>(), device).expect("is long enough")
}

/// One value, which cannot be known before all is computed.
fn first(features: &SslFeatures) {
    let [layers, ..] = features.layers.dims();
    black_box(features.layers.clone().slice([layers - 1..layers, 0..1, 0..1, 0..1]).into_data());
}

fn time(name: &str, runs: usize, pass: &dyn Fn()) {
    pass();
    let mut times: Vec<f64> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            pass();
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
