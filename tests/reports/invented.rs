//! An invented demo folder: two systems with plausible numbers, a function of a seed, in the files that real runs write.

use std::path::Path;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rat::{
    Label, ReferenceCondition,
    tables::{
        ContributionRow, ContributionTable, HistoryRow, PhaseRecord, RunRecord, ScoreRow, ScoreTable, SplitRecord,
        StageRecord, TrainingHistory,
    },
};

const ATTACKS: [(&str, f64); 9] = [
    ("A01", 2.6),
    ("A02", 1.4),
    ("A03", 3.4),
    ("A04", 1.0),
    ("A05", 3.8),
    ("A06", 3.1),
    ("A07", 2.9),
    ("A08", 1.5),
    ("A09", 1.1),
];

/// Writes `RAT` and `RAT_baseline` below `folder`.
pub fn write(folder: &Path) {
    write_run(&folder.join("RAT"), "RAT", true);
    write_run(&folder.join("RAT_baseline"), "RAT_baseline", false);
}

/// Writes one run directory.
pub fn write_run(folder: &Path, system: &str, with_reference: bool) {
    std::fs::create_dir_all(folder.join("scores")).expect("a folder");
    let conditions = ReferenceCondition::MAIN.map(|condition| format!("{}.csv", condition.file_stem()));
    let tables = if with_reference { conditions.to_vec() } else { vec!["single.csv".into()] };
    RunRecord { tables, ..record(system) }.write(folder.join("run.json")).expect("writes");
    std::fs::create_dir_all(folder.join("checkpoints")).expect("a folder");
    std::fs::write(folder.join("checkpoints/epoch-09.bpk"), "a network").expect("writes");
    history(with_reference).write(folder.join("history.csv")).expect("writes");
    if with_reference {
        contribution().write(folder.join("contribution.csv")).expect("writes");
        std::fs::write(folder.join("pairing.parquet"), "the references of all trials").expect("writes");
        for (index, condition) in ReferenceCondition::MAIN.into_iter().enumerate() {
            let table = scores(1, 0.06 * index as f64, 0.0);
            table.write(folder.join("scores").join(format!("{}.csv", condition.file_stem()))).expect("writes");
        }
    } else {
        scores(2, 0.3, 0.7).write(folder.join("scores/single.csv")).expect("writes");
    }
}

fn record(system: &str) -> RunRecord {
    let split = |split: &str, bonafide, spoof, speakers, attacks: &[&str]| SplitRecord {
        split: split.into(),
        bonafide,
        spoof,
        speakers,
        attacks: attacks.iter().map(|&attack| attack.into()).collect(),
        protocol: format!("corpus/ASVspoof5.{split}.tsv"),
        sha256: "0123456789abcdef".repeat(4),
    };
    let seen = ["A01", "A03", "A05", "A07"];
    let stage = |stage: &str, epochs, learning_rate, batch| StageRecord {
        stage: stage.into(),
        epochs,
        learning_rate,
        batch,
        accumulate: 1,
        devices: 1,
        draws: 360,
    };
    let phase = |phase: &str, secs| PhaseRecord { phase: phase.into(), secs };
    RunRecord {
        system: system.into(),
        encoder: "tiny".into(),
        weights: "random".into(),
        encoder_parameters: 3_412_352,
        other_parameters: 842_114,
        seed: 7,
        device: "cpu".into(),
        corpus: "sample".into(),
        splits: vec![
            split("train", 168, 192, 10, &seen),
            split("dev", 101, 120, 6, &seen),
            split("eval", 148, 426, 9, &ATTACKS.map(|(name, _)| name)),
        ],
        stages: vec![stage("train", 5, 1e-3, 16), stage("finetune", 6, 1e-5, 6)],
        selected_epoch: 9,
        selected_on: "dev".into(),
        precision: "f32".into(),
        phases: vec![phase("training", 182.3), phase("scoring", 24.8), phase("tracing", 41.0)],
        tables: vec![],
        version: env!("CARGO_PKG_VERSION").into(),
        revision: "f55e104".into(),
        command: ["demo", "--output", "demo", "--seed", "7"].map(String::from).to_vec(),
    }
}

fn normal(random: &mut ChaCha8Rng) -> f64 {
    (0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0
}

/// Margins of both classes; the same stream gives the same trials, moved a little by `wobble`.
fn scores(stream: u64, wobble: f64, harder: f64) -> ScoreTable {
    let mut random = ChaCha8Rng::seed_from_u64(20 + stream);
    let mut shift = ChaCha8Rng::seed_from_u64((1_000.0 * wobble) as u64);
    let mut rows = Vec::new();
    let mut row = |mean: f64, label: Label, attack: &str| {
        let margin = mean + 1.3 * normal(&mut random) + wobble * normal(&mut shift);
        let number = rows.len();
        rows.push(ScoreRow {
            file: format!("E_{number:04}"),
            score: 1.0 / (1.0 + (-margin).exp()),
            label: Some(label),
            margin: Some(margin),
            speaker: format!("E{:02}", number % 9),
            attack: attack.into(),
            codec: "-".into(),
        });
    };
    for _ in 0..148 {
        row(1.4 - harder / 2.0, Label::Bonafide, "-");
    }
    for (index, (attack, distance)) in ATTACKS.into_iter().enumerate() {
        for _ in 0..40 + index * 2 {
            row(1.4 - distance + harder / 2.0, Label::Spoof, attack);
        }
    }
    ScoreTable::from_rows(rows)
}

fn history(with_reference: bool) -> TrainingHistory {
    let mut random = ChaCha8Rng::seed_from_u64(u64::from(with_reference));
    let row = |epoch: usize| {
        let decline = (-(epoch as f64) / if with_reference { 3.0 } else { 4.5 }).exp();
        HistoryRow {
            epoch,
            stage: if epoch <= 5 { "train".into() } else { "finetune".into() },
            train_loss: 0.12 + 0.6 * decline + 0.02 * random.random::<f64>(),
            dev_eer: 0.13 + 0.3 * decline + 0.03 * random.random::<f64>() - if epoch == 9 { 0.035 } else { 0.0 },
            dev_min_dcf: 0.4 + 0.5 * decline,
            learning_rate: if epoch <= 5 { 1e-3 } else { 1e-5 },
            selected_on: "dev".into(),
        }
    };
    TrainingHistory { rows: (1..=11).map(row).collect() }
}

fn contribution() -> ContributionTable {
    let mut rows = Vec::new();
    for epoch in 0..=11_usize {
        let left = (-(epoch as f64) / 2.6).exp();
        for (degradation, size) in [("silence", 1.0), ("noise", 0.7)] {
            rows.push(ContributionRow {
                epoch,
                stage: if epoch <= 5 { "train".into() } else { "finetune".into() },
                degradation: degradation.into(),
                trials: 128,
                gradient_ratio: 0.3 * left + 0.01,
                branch_ratio: 0.7 * left + 0.14,
                branch_ratio_std: 0.05,
                delta_margin: 0.4 * size * left,
                delta_margin_normalised: size * (0.32 * left + 0.006),
                delta_attention: size * (0.8 * left + 0.1),
                delta_mlp: 0.0,
                delta_combined: size * (0.3 * left + 0.04),
                delta_residual: size * (0.2 * left + 0.02),
                delta_output: size * (0.18 * left + 0.015),
                delta_embedding: size * (0.12 * left + 0.008),
                delta_logits: size * (0.2 * left + 0.01),
            });
        }
    }
    ContributionTable { rows }
}
