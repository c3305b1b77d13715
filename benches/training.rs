//! Time and memory of training steps of both stages, and of scoring: a line `name <tab> median ms <tab> fastest ms` for
//! each, with random weights and 4 s of audio a row, test and reference.
//!
//! `--device NAME` (default cpu), `--precision f32|bf16`, `--encoder NAME` (default XLSR_300M), `--batches FROZEN,FINETUNED` (default 16,6, the
//! recipe's), `--steps N` (default 5), `--checkpoint-activations`, `--memory train|finetune`: two steps in a process of their own,
//! then its peak.
//! `benches/peer/training.py` does the same in PyTorch; `benches/training.sh` puts both into one table.

use std::time::Instant;

use burn::tensor::Device;
use rat::{
    Label, Waveform,
    device::Precision,
    loader::WaveformBatch,
    model::{Conditioning, Detector},
    ssl::EncoderConfig,
    train::{Stage, TrainState},
};

const SAMPLES: usize = 64_000;
/// As in PyTorch's turn; the speeds of more threads than that do not compare.
const THREADS: usize = 2;

struct Settings {
    device: Device,
    precision: Precision,
    encoder: EncoderConfig,
    batches: [usize; 2],
    steps: usize,
    checkpointing: bool,
}

fn main() {
    // Cargo says `--bench` where times are wanted; as a test, the smallest network takes a step of each stage.
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let wanted = arguments.iter().any(|argument| argument == "--bench");
    let after = |flag: &str| arguments.iter().skip_while(|argument| *argument != flag).nth(1).cloned();
    rayon::ThreadPoolBuilder::new().num_threads(THREADS).build_global().expect("no pool is there yet");
    let device = rat::device::open(&after("--device").unwrap_or("cpu".into())).expect("a device").device;
    let encoder = after("--encoder").unwrap_or(if wanted { "XLSR_300M" } else { "tiny" }.into());
    let batches = after("--batches").unwrap_or(if wanted { "16,6" } else { "2,2" }.into());
    let batches: Vec<usize> = batches.split(',').map(|batch| batch.parse().expect("a number")).collect();
    let steps = after("--steps").map_or(if wanted { 5 } else { 1 }, |steps| steps.parse().expect("a number"));
    let encoder = EncoderConfig::named(&encoder).expect("a known encoder");
    let precision = after("--precision").map_or(Precision::F32, |name| name.parse().expect("f32 or bf16"));
    let checkpointing = arguments.iter().any(|argument| argument == "--checkpoint-activations");
    let batches = [batches[0], batches[1]];
    let settings = Settings { device, precision, encoder, batches, steps, checkpointing };
    match after("--memory") {
        Some(stage) => memory(&settings, &stage),
        None => STAGES.into_iter().for_each(|(name, stage)| time(&settings, name, stage)),
    }
}

const STAGES: [(&str, Stage); 2] = [("train", Stage::Train), ("finetune", Stage::Finetune)];

fn time(settings: &Settings, name: &str, stage: Stage) {
    let batch = batch(settings, stage);
    let mut state = Some(state(settings, stage));
    let mut times = Vec::new();
    for step in 0..=settings.steps {
        let start = Instant::now();
        let (next, loss) = state.take().expect("put back").step(&batch, 1e-6).expect("a finite loss");
        assert!(loss.is_finite());
        state = Some(next);
        // The first one is not counted.
        if step > 0 {
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
    }
    times.sort_by(f64::total_cmp);
    println!("{name}, batch {}\t{:.0}\t{:.0}", batch.labels.len(), times[times.len() / 2], times[0]);
}

/// The most memory that two steps need, weights and optimiser included.
fn memory(settings: &Settings, wanted: &str) {
    let (name, stage) = STAGES.into_iter().find(|(name, _)| *name == wanted).expect("train or finetune");
    let batch = batch(settings, stage);
    let (state, _) = state(settings, stage).step(&batch, 1e-6).expect("a finite loss");
    state.step(&batch, 1e-6).expect("a finite loss");
    println!("{name}, batch {}\t{:.0}", batch.labels.len(), peak_mib().unwrap_or(f64::NAN));
}

fn state(settings: &Settings, stage: Stage) -> TrainState {
    let detector = Detector::random(&settings.encoder, Conditioning::Reference, 1, &settings.device);
    let state = TrainState::new(detector.expect("valid sizes"), stage, &settings.device);
    state.in_precision(settings.precision).checkpointing_activations(settings.checkpointing)
}

/// Tones; the references are lower than the tests.
fn batch(settings: &Settings, stage: Stage) -> WaveformBatch {
    let rows = settings.batches[usize::from(stage == Stage::Finetune)];
    let waveforms = |pitch_hz: f32| {
        let tone = |row: usize, index: usize| {
            (index as f32 / 16_000.0 * (pitch_hz + 10.0 * row as f32) * std::f32::consts::TAU).sin() * 0.1
        };
        (0..rows).map(|row| Waveform::new((0..SAMPLES).map(|index| tone(row, index)).collect())).collect()
    };
    let labels = (0..rows).map(|row| if row % 2 == 0 { Label::Bonafide } else { Label::Spoof }).collect();
    WaveformBatch { test: waveforms(440.0), reference: Some(waveforms(330.0)), labels }
}

/// The most memory that this process held, on Linux.
fn peak_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok().map(|kib| kib / 1024.0)
}
