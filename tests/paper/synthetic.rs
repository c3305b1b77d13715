//! An invented evaluation in the form of ASVspoof 5: its protocol, and the scores of invented systems, each number a function of
//! (seed, trial).

use std::{fs, path::Path};

/// The attacks, each with how much harder it is than the easiest.
pub const ATTACKS: [(&str, f64); 6] =
    [("A17", 0.0), ("A18", 0.4), ("A19", 0.9), ("A20", 1.3), ("A21", 1.9), ("A22", 2.4)];
/// The codecs; `-` is none.
pub const CODECS: [&str; 4] = ["-", "C01", "C02", "C03"];
const SPEAKERS: usize = 24;
/// In each codec.
const BONAFIDE: usize = 120;
/// In each cell of attack and codec, but for the one that is empty.
const SPOOF: usize = 66;
/// A cell without a trial.
pub const EMPTY: (&str, &str) = ("A22", "C03");

/// A trial of the evaluation.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    pub file: String,
    pub speaker: String,
    pub codec: &'static str,
    /// `-` for human speech.
    pub attack: &'static str,
    pub human: bool,
    /// How hard its attack and codec make it.
    hardness: f64,
}

/// About two thousand trials.
pub fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for (place, codec) in CODECS.into_iter().enumerate() {
        let mut add = |attack: &'static str, hardness: f64, count: usize| {
            for _ in 0..count {
                let number = trials.len();
                trials.push(Trial {
                    file: format!("E_{number:010}"),
                    speaker: format!("E_{:04}", number * 7 % SPEAKERS),
                    codec,
                    attack,
                    human: attack == "-",
                    hardness: hardness + 0.2 * place as f64,
                });
            }
        };
        add("-", 0.0, BONAFIDE);
        for (attack, hardness) in ATTACKS.into_iter().filter(|&(attack, _)| (attack, codec) != EMPTY) {
            add(attack, hardness, SPOOF);
        }
    }
    trials
}

impl Trial {
    /// As the protocol and our tables call its label.
    pub fn key(&self) -> &'static str {
        if self.human { "bonafide" } else { "spoof" }
    }

    /// The line of the protocol.
    fn line(&self) -> String {
        let gender = if self.speaker.ends_with(['0', '2', '4', '6', '8']) { "F" } else { "M" };
        let tag = if self.human { "bonafide" } else { "AC1" };
        let attack = if self.human { "bonafide" } else { self.attack };
        format!("{} {} {gender} {} 0 - {tag} {attack} {} -", self.speaker, self.file, self.codec, self.key())
    }

    /// The score that a system gives it: a log-likelihood ratio, near enough.
    pub fn score(&self, seed: u64, skill: f64) -> f64 {
        let number: u64 = self.file[2..].parse().expect("files are numbered");
        let shared = normal(1, number);
        let own = normal(1_000 + seed, number);
        let place = if self.human { skill } else { -skill + self.hardness };
        place + 0.9 * shared + 0.6 * own
    }
}

/// A number between 0 and 1 that hangs on seed and place alone (SplitMix64).
fn uniform(seed: u64, place: u64) -> f64 {
    let mut bits =
        seed.wrapping_mul(0xD134_2543_DE82_EF95).wrapping_add((place + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    for (shift, factor) in [(30, 0xBF58_476D_1CE4_E5B9), (27, 0x94D0_49BB_1331_11EB), (31, 1)] {
        bits = (bits ^ (bits >> shift)).wrapping_mul(factor);
    }
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

fn normal(seed: u64, place: u64) -> f64 {
    (0..12).map(|part| uniform(seed, 12 * place + part)).sum::<f64>() - 6.0
}

/// Writes the protocol, in the order of the speakers rather than of the scores.
pub fn write_protocol(path: &Path) {
    let mut trials = trials();
    trials.sort_by(|a, b| (&a.speaker, &a.file).cmp(&(&b.speaker, &b.file)));
    let lines: Vec<_> = trials.iter().map(Trial::line).collect();
    fs::write(path, lines.join("\n") + "\n").expect("writable");
}

/// Scores with their labels, as the Python reference writes them.
pub fn write_scores(path: &Path, seed: u64, skill: f64) -> Vec<f64> {
    write_labelled(path, |trial| trial.score(seed, skill))
}

/// The same of whatever score.
pub fn write_labelled(path: &Path, score: impl Fn(&Trial) -> f64) -> Vec<f64> {
    let trials = trials();
    let scores: Vec<f64> = trials.iter().map(score).collect();
    let lines = trials.iter().zip(&scores).map(|(trial, score)| format!("{},{score},{}", trial.file, trial.key()));
    fs::write(path, lines.collect::<Vec<_>>().join("\n") + "\n").expect("writable");
    scores
}

/// Scores without labels, as ASVspoof 5 wants them.
pub fn write_submission(path: &Path, seed: u64, skill: f64) {
    let lines = trials().into_iter().map(|trial| format!("{}\t{}\n", trial.file, trial.score(seed, skill)));
    fs::write(path, "filename\tcm-score\n".to_owned() + &lines.collect::<String>()).expect("writable");
}
