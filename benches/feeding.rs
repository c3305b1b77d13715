//! Time of decoding and augmenting utterances of 4 s; `benches/feeding.sh` sets it beside the Python reference's pipeline.
//!
//! `--make DIR` writes FLAC files that are like speech. `--time DIR` prints lines of task, mean and median milliseconds an utterance on one
//! thread, parted by tabs; the last two lines are utterances a second, on one thread and with all workers of the loader.

use std::{
    error::Error,
    f64::consts::TAU,
    fs,
    hint::black_box,
    path::{Path, PathBuf},
    time::Instant,
};

use rat::{
    Waveform,
    augment::{AugmentConfig, Augmentor, Side},
    loader::{Ahead, Workers},
};

const FILES: usize = 64;
const SAMPLES: usize = 64_000;
/// Passes over the files, each with other draws.
const PASSES: usize = 16;
/// The steps of the recipe, each alone and each time; noise and filter with their 0.9.
const STEPS: [&str; 5] = ["trim", "time_mask", "mu_law", "rawboost", "noise_and_filter"];
/// All that a configuration knows, so that a step stands alone.
const OFF: [&str; 7] = ["trim", "time_mask", "surroundings", "mu_law", "a_law", "opus", "rawboost"];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let after = |flag: &str| arguments.iter().skip_while(|argument| *argument != flag).nth(1).map(Path::new);
    match (after("--make"), after("--time")) {
        (Some(folder), _) => make(folder)?,
        (_, Some(folder)) => time(folder)?,
        _ => eprintln!("nothing to measure: run benches/feeding.sh"),
    }
    Ok(())
}

/// Voiced syllables with pauses after a start of faint noise, 4 to 6 s.
fn make(folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    for file in 0..FILES {
        let samples = SAMPLES + file * 500;
        let start = 2_000 + 190 * file;
        let mut state = 0x9E37_79B9_u32.wrapping_mul(file as u32 + 1);
        let mut phase = 0.0;
        let value = |at: usize| {
            let secs = at as f64 / 16_000.0;
            phase += TAU * (90.0 + 2.0 * file as f64 + 15.0 * (1.7 * secs).sin()) / 16_000.0;
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = f64::from(state >> 16) / 65_536.0 - 0.5;
            let syllable = (TAU * 2.1 * secs).sin().max(0.0) * if at < start { 0.0 } else { 1.0 };
            let voice: f64 = (1..20).map(|harmonic| (phase * f64::from(harmonic)).sin() / f64::from(harmonic)).sum();
            (0.25 * syllable * voice + 0.02 * syllable * noise + 0.001 * noise) as f32
        };
        Waveform::new((0..samples).map(value).collect()).write_flac(folder.join(format!("{file:02}.flac")))?;
    }
    Ok(())
}

fn time(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    paths.sort();
    let waveforms: Vec<Waveform> = paths.iter().map(Waveform::read).collect::<Result<_, _>>()?;
    report("decode", |file, _| drop(black_box(Waveform::read(&paths[file]).expect("was read before"))));
    for step in STEPS {
        let Some(augmentor) = alone(step) else { continue };
        report(step, |file, draw| drop(black_box(augmentor.apply(&waveforms[file], 1, 0, draw, Side::Test))));
    }
    let augmentor = Augmentor::new(AugmentConfig::default())?;
    let utterance = |file: usize, draw: u64| -> rat::Result<Waveform> {
        let waveform = Waveform::read(&paths[file])?;
        Ok(augmentor.apply(&waveform, 1, 0, draw, Side::Test).cut_or_pad(SAMPLES))
    };
    let mean = report("whole pipeline", |file, draw| drop(black_box(utterance(file, draw).expect("was read before"))));
    println!("utterances a second, one thread\t{:.1}\t", 1e3 / mean);
    let (workers, count, ahead) = (Workers::default(), FILES * PASSES, Ahead { items: 64, bytes: 1 << 30 });
    let start = Instant::now();
    let made = workers.in_order(
        count,
        ahead,
        |at| utterance(at % FILES, at as u64),
        Waveform::len,
        |made| made.map(|waveform| waveform.map(|waveform| waveform.len())).sum::<rat::Result<usize>>(),
    )?;
    assert_eq!(made, count * SAMPLES);
    println!("utterances a second, {workers} workers\t{:.1}\t", count as f64 / start.elapsed().as_secs_f64());
    Ok(())
}

/// One step, taken each time; `None` where this build has no such step.
fn alone(step: &str) -> Option<Augmentor> {
    let known = serde_json::to_value(AugmentConfig::default()).ok()?;
    let mut config = known.as_object()?.clone();
    config.get(step)?;
    for name in OFF.into_iter().chain(["noise_and_filter"]).filter(|name| known.get(name).is_some()) {
        config.insert(name.into(), if name == step { 1.0.into() } else { 0.0.into() });
    }
    Augmentor::new(serde_json::from_value(config.into()).ok()?).ok()
}

/// Mean and median over all files and draws, on this thread.
fn report(task: &str, work: impl Fn(usize, u64)) -> f64 {
    (0..FILES).for_each(|file| work(file, u64::MAX));
    let run = |at: usize| {
        let start = Instant::now();
        work(at % FILES, at as u64);
        start.elapsed().as_secs_f64() * 1e3
    };
    let mut times: Vec<f64> = (0..FILES * PASSES).map(run).collect();
    times.sort_by(f64::total_cmp);
    let mean = times.iter().sum::<f64>() / times.len() as f64;
    println!("{task}\t{mean:.3}\t{:.3}", times[times.len() / 2]);
    mean
}
