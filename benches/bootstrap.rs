//! Times bootstrap intervals on a full-size score file; `benches/scores.sh` makes the file and sets this beside its peer.
//!
//! Prints lines of task, wall seconds and CPU seconds, parted by tabs. `RAT_BENCH_SCORES` names a folder with `scores.csv` (file, score,
//! label without header; 0 is bona fide) and `speakers.txt` (a speaker a line).

use std::{error::Error, fs, path::Path, time::Instant};

use rat::{
    Label,
    metrics::{
        LabelledScores, Resampling,
        bootstrap::{self, Clusters, Settings},
    },
};

fn main() -> Result<(), Box<dyn Error>> {
    let Some(folder) = std::env::var_os("RAT_BENCH_SCORES") else {
        eprintln!("no scores to measure: run benches/scores.sh");
        return Ok(());
    };
    let (trials, speakers) = read(Path::new(&folder))?;
    let scores = timed("sort the scores", || LabelledScores::new(trials.iter().copied()))?;
    let clusters = Clusters::new(speakers.iter().map(String::as_str));
    for resampling in [Resampling::Exact, Resampling::Numpy, Resampling::Speaker] {
        let settings = Settings { resampling, ..Settings::default() };
        let task = format!("EER and minDCF, 1,000 resamples, {resampling}");
        let found = timed(&task, || bootstrap::estimate_clustered(&scores, &clusters, &settings))?;
        eprintln!("{task}: EER {:.6}, minDCF {:.6}", found.eer, found.min_dcf);
    }
    let far: Vec<f64> = (1..=200).map(|point| f64::from(point) / 400.0).collect();
    let settings = Settings { resamples: 200, ..Settings::default() };
    for resampling in [Resampling::Exact, Resampling::Speaker] {
        let settings = Settings { resampling, ..settings };
        let task = format!("DET band of 200 points, 200 resamples, {resampling}");
        timed(&task, || bootstrap::det_band(&scores, Some(&clusters), &settings, &far))?;
    }
    let other = LabelledScores::new(trials.iter().map(|&(score, label)| (score + 0.3 * (1e4 * score).sin(), label)))?;
    let systems = [scores, other];
    timed("paired difference, 200 resamples, exact", || bootstrap::paired(&systems, None, &settings))?;
    let expand = |steps: &bootstrap::WeightedSteps<'_>| steps.iter().count() as f64;
    timed("any measure, 200 resamples, exact", || bootstrap::estimate_measure(&systems[0], None, &settings, expand))?;
    Ok(())
}

fn timed<T>(task: &str, work: impl FnOnce() -> T) -> T {
    let (start, before) = (Instant::now(), cpu_seconds());
    let done = work();
    println!("{task}\t{:.4}\t{:.4}", start.elapsed().as_secs_f64(), cpu_seconds() - before);
    done
}

/// What all threads of this process have run; NaN where the kernel does not tell.
fn cpu_seconds() -> f64 {
    let Ok(threads) = fs::read_dir("/proc/self/task") else { return f64::NAN };
    let nanoseconds = threads.flatten().filter_map(|thread| {
        let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<f64>().ok()
    });
    nanoseconds.sum::<f64>() / 1e9
}

type Trials = Vec<(f64, Label)>;

fn read(folder: &Path) -> Result<(Trials, Vec<String>), Box<dyn Error>> {
    let mut trials = Trials::new();
    for line in fs::read_to_string(folder.join("scores.csv"))?.lines() {
        let mut fields = line.rsplit(',');
        let label = if fields.next() == Some("0") { Label::Bonafide } else { Label::Spoof };
        trials.push((fields.next().ok_or("a line without a score")?.parse()?, label));
    }
    let speakers = fs::read_to_string(folder.join("speakers.txt"))?.lines().map(str::to_owned).collect();
    Ok((trials, speakers))
}
