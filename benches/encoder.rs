//! Time of forward passes on the CPU: a line `name <tab> median ms <tab> fastest ms` for each, with random weights and
//! 4 s of audio, f32. A word behind `--bench` chooses the passes whose names hold it.
//!
//! `benches/peer/encoder.py` does the same in PyTorch, and `benches/run.sh` puts both into one table.

use std::{hint::black_box, time::Instant};

use burn::tensor::{Device, Tensor};
use rat::{
    Waveform,
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
    let only = arguments.iter().find(|argument| !argument.starts_with('-')).cloned().unwrap_or_default();
    let runs = if wanted { RUNS } else { 1 };
    rayon::ThreadPoolBuilder::new().num_threads(THREADS).build_global().expect("no pool is there yet");
    let device = Device::flex();
    let time = |name: &str, pass: &dyn Fn()| {
        if name.contains(&only) {
            time(name, runs, pass);
        }
    };

    let tiny = SslEncoder::random(&EncoderConfig::tiny(), 1, &device).expect("valid sizes");
    let (test, lengths) = audio(&[440.0], &device);
    time("tiny encoder, batch 1", &|| first(&tiny.forward(test.clone(), &lengths)));
    if !wanted {
        return;
    }

    let config = EncoderConfig::named("XLSR_300M").expect("is known");
    let rat = Detector::random(&config, Conditioning::Reference, 1, &device).expect("valid sizes");
    let encoder = &rat.encoder;
    for batch in [1, 4] {
        let (test, lengths) = audio(&[440.0, 450.0, 460.0, 470.0][..batch], &device);
        let (reference, _) = audio(&[330.0, 320.0, 310.0, 300.0][..batch], &device);
        let source = |waveforms: &Tensor<2>| {
            let (outputs, lengths) = rat.encoder.outputs(waveforms.clone(), &lengths);
            LayerSource { layers: Box::new(outputs), lengths }
        };
        let rat = |heard| drop(rat.forward_layerwise(source(&test), vec![heard]).remove(0).into_data());
        time(&format!("XLS-R 300M encoder, batch {batch}"), &|| first(&encoder.forward(test.clone(), &lengths)));
        time(&format!("RAT zeroed, batch {batch}"), &|| rat(Heard::Zeros));
        time(&format!("RAT matched, batch {batch}"), &|| rat(Heard::Reference(source(&reference))));
    }
    if let Some(peak) = peak_mib() {
        println!("peak memory of all, MiB\t{peak:.0}\t");
    }
}

fn audio(pitches_hz: &[f32], device: &Device) -> (Tensor<2>, Lengths) {
    let tone = |pitch: f32, index| (index as f32 / 16_000.0 * pitch * std::f32::consts::TAU).sin() * 0.1;
    let waveforms: Vec<Waveform> =
        pitches_hz.iter().map(|&pitch| Waveform::new((0..SAMPLES).map(|index| tone(pitch, index)).collect())).collect();
    waveform_batch(&waveforms, device).expect("is long enough")
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
