//! What nine reference conditions cost beside one: RAT on XLS-R 300M with random weights, on the CPU, with as many distinct references a
//! trial as the evaluation of ASVspoof 5 has (138,688 for 680,774). `benches/conditions.sh` puts it into a table.
//!
//! Prints lines of name, recordings encoded, wall seconds and CPU seconds, parted by tabs. The counted costs stand in `rat::score`.

use std::{error::Error, fmt::Write, fs, path::Path, time::Instant};

use rat::{
    ReferenceCondition, Trial, Waveform,
    data::{BadAudio, Corpus, Pairing, ReferenceDraw, Split},
    loader::Workers,
    model::{Batching, Conditioning, Detector, FeatureStore, RecordingSource},
    score::{ScoreTask, score},
    ssl::EncoderConfig,
};

const TRIALS: usize = 10;
/// Of the speaker who is tried: 0.2 a trial.
const REFERENCES: usize = 2;
/// Of the other one, so many that a drawn recording hardly comes twice.
const OTHERS: usize = 400;
/// A second each; the start that a condition takes is a quarter of it, as one second is of four.
const SAMPLES: usize = 16_000;
const NINE: [ReferenceCondition; 9] = [
    ReferenceCondition::Matched,
    ReferenceCondition::Mismatched,
    ReferenceCondition::Zeroed,
    ReferenceCondition::Absent,
    ReferenceCondition::Silence,
    ReferenceCondition::Noise,
    ReferenceCondition::Snr { db: 10.0 },
    ReferenceCondition::Duration { secs: 0.25 },
    ReferenceCondition::Own,
];

fn main() -> Result<(), Box<dyn Error>> {
    // Cargo says `--bench` where times are wanted; as a test, the smallest network runs through once.
    let wanted = std::env::args().any(|argument| argument == "--bench");
    let config = if wanted { EncoderConfig::named("XLSR_300M")? } else { EncoderConfig::tiny() };
    let device = rat::device::open("cpu")?.device;
    let detector = Detector::random(&config, Conditioning::Reference, 1, &device)?;
    let folder = std::env::temp_dir().join(format!("rat-conditions-{}", std::process::id()));
    make(&folder)?;
    let corpus = Corpus::open("asvspoof5-track2", &folder)?;
    let trials = corpus.trials(Split::Eval)?;
    let pool = corpus.references(Split::Eval, &trials)?;
    for (name, conditions, mismatched_per_trial) in [
        ("not counted: fills caches", &NINE[2..3], false),
        ("matched", &NINE[..1], false),
        ("nine, a mismatched reference for each trial", &NINE[..], true),
        ("nine, a mismatched reference for each reference", &NINE[..], false),
    ] {
        let how = ReferenceDraw { seed: 2, mismatched_per_trial, ..ReferenceDraw::default() };
        let pairing = Pairing::draw_as(&pool, &trials, &how)?;
        time(name, &detector, &corpus, &trials, &pairing, conditions)?;
    }
    Ok(fs::remove_dir_all(folder)?)
}

fn time(
    name: &str,
    detector: &Detector,
    corpus: &Corpus,
    trials: &[Trial],
    pairing: &Pairing,
    conditions: &[ReferenceCondition],
) -> Result<(), Box<dyn Error>> {
    let device = rat::device::open("cpu")?.device;
    let source = RecordingSource { corpus, split: Split::Eval, seed: 1 };
    let mut store = FeatureStore::new(&detector.encoder, &device, source, 512 << 20);
    let task = ScoreTask {
        trials,
        pairing: Some(pairing),
        conditions,
        batch: 16,
        batching: Batching::PerUtterance,
        on_bad_audio: BadAudio::Fail,
        workers: Workers::default(),
    };
    let (start, cpu) = (Instant::now(), cpu_secs());
    let scored = score(detector, &mut store, &task, &mut |_| ())?;
    println!("{name}\t{}\t{:.2}\t{:.2}", scored.encoded, start.elapsed().as_secs_f64(), cpu_secs() - cpu);
    Ok(())
}

/// A speaker with trials and few references, and another one.
fn make(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut trials = String::new();
    for trial in 0..TRIALS {
        writeln!(trials, "E_1 E_{trial:02} F bonafide target")?;
        tone(folder, &format!("E_{trial:02}"), 100 + 7 * trial)?;
    }
    let mut enrolled = [vec![], vec![]];
    for (speaker, count) in [REFERENCES, OTHERS].into_iter().enumerate() {
        for file in 0..count {
            let name = format!("R_{speaker}_{file:03}");
            tone(folder, &name, 90 + 13 * speaker + file)?;
            enrolled[speaker].push(name);
        }
    }
    fs::write(folder.join("ASVspoof5.eval.track_2.trial.tsv"), trials)?;
    let lists = format!("E_1 {}\nE_2 {}\n", enrolled[0].join(","), enrolled[1].join(","));
    Ok(fs::write(folder.join("ASVspoof5.eval.track_2.enroll.tsv"), lists)?)
}

fn tone(folder: &Path, name: &str, pitch_hz: usize) -> rat::Result<()> {
    let value = |at: usize| 0.2 * (at as f32 * pitch_hz as f32 / 16_000.0 * std::f32::consts::TAU).sin();
    Waveform::new((0..SAMPLES).map(value).collect()).write_wav(folder.join(format!("flac_E_eval/{name}.wav"))).map(drop)
}

/// CPU time of this process, on Linux.
fn cpu_secs() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}
