//! The documents about runs (ablation, contribution, one run) over invented run directories, and what they refuse or say.
//!
//! The Markdown is a snapshot: after a wanted change run `INSTA_UPDATE=always cargo test --test run_documents` and read the difference.

#[allow(dead_code)]
#[path = "reports/invented.rs"]
mod invented;

use std::{
    fs,
    path::{Path, PathBuf},
};

use rat::{
    report::{Document, Format, RenderOptions, Verdict, render, run_page, verify},
    tables::{LayerContributionRow, LayerContributionTable, RunRecord, TrainingHistory},
};
use tempfile::TempDir;

/// `RAT` with layers and `RAT_baseline`, below `runs`.
fn invented_runs() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    invented::write(&folder.path().join("runs"));
    layers().write(folder.path().join("runs/RAT/contribution_layers.csv")).expect("writes");
    folder
}

/// Eleven epochs, four layers; the second is the first to go quiet.
fn layers() -> LayerContributionTable {
    let mut rows = Vec::new();
    for epoch in 1..=11_usize {
        for (degradation, size) in [("silence", 1.0), ("noise", 0.7)] {
            for (layer, start) in [(1, 0.4), (2, 0.2), (3, 0.5), (4, 0.3)] {
                let left = size * start * (-(epoch as f64) / 4.0).exp();
                rows.push(LayerContributionRow {
                    epoch,
                    stage: if epoch <= 5 { "train".into() } else { "finetune".into() },
                    degradation: degradation.into(),
                    layer,
                    trials: 128,
                    gradient_reference: 0.001 * left,
                    gradient_test: 0.002,
                    gradient_ratio: left / 2.0,
                    branch_ratio: 0.5 + left,
                    delta_attention: left,
                    delta_combined: left,
                    delta_residual: left,
                    delta_output: left,
                });
            }
        }
    }
    LayerContributionTable { rows }
}

fn options(folder: &Path, key: &str, value: &str) -> RenderOptions {
    RenderOptions {
        params: vec![(key.into(), value.into()), ("resamples".into(), "200".into())],
        formats: vec![Format::Html, Format::Markdown, Format::Latex],
        output: folder.join("out"),
        command: ["render", "x"].map(String::from).to_vec(),
        fresh: false,
    }
}

fn rendered(folder: &Path, name: &str, runs: &str) -> rat::Result<Vec<PathBuf>> {
    let key = if name == "run" { "run" } else { "runs" };
    render(&Document::built_in(name)?, &options(folder, key, runs))
}

fn in_folder(folder: &TempDir, below: &str) -> String {
    folder.path().join(below).to_string_lossy().into_owned()
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path).expect("a text file")
}

fn out(folder: &TempDir, name: &str) -> String {
    read(folder.path().join("out").join(name))
}

/// Without what differs from machine to machine.
fn reviewed(folder: &TempDir, name: &str) -> String {
    let place = folder.path().to_string_lossy().into_owned();
    let escaped = place.replace('_', "\\_");
    let text = out(folder, &format!("{name}.md")).replace(&escaped, "FOLDER").replace(&place, "FOLDER");
    let data: serde_json::Value = serde_json::from_str(&out(folder, &format!("{name}.json"))).expect("JSON");
    let revision = data["provenance"]["revision"].as_str().expect("a revision").to_owned();
    let version = format!("rat {} ({revision})", env!("CARGO_PKG_VERSION"));
    let text = text.replace(&version, "rat VERSION (REVISION)");
    let text = text.replace(concat!("rat ", env!("CARGO_PKG_VERSION")), "rat VERSION");
    let hash = |line: &str| line.split(' ').any(|cell| cell.trim_matches('`').len() == 64);
    let line = |line: &str| match hash(line) {
        true => format!("{} | BYTES | HASH |", line.split(" | ").next().unwrap_or_default()),
        false => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn all_three_render_whole_and_as_reviewed() {
    for (name, below, figures) in [("ablation", "runs", 1), ("contribution", "runs", 4), ("run", "runs/RAT", 3)] {
        let folder = invented_runs();
        let written = rendered(folder.path(), name, &in_folder(&folder, below)).expect("renders");
        assert!(written.iter().all(|path| path.is_file()));
        let html = out(&folder, &format!("{name}.html"));
        assert_eq!(html.matches("<figure ").count(), figures, "{name}");
        assert!(!html.contains('\u{E000}'), "{name}: a block is not in its place");
        assert!(!out(&folder, &format!("{name}.md")).contains("NaN"), "{name}");
        assert_eq!(html.matches("<script>").count(), 1, "the page's own script, whose hash its policy names");
        for outside in ["src=\"http", "<script src", "<link", "@import", "url(http"] {
            assert!(!html.contains(outside), "{name}: {outside}");
        }
        assert!(out(&folder, &format!("{name}.tex")).ends_with("\\end{document}\n"));
        insta::assert_snapshot!(name, reviewed(&folder, name));
        let verified = verify(folder.path().join("out").join(format!("{name}.json"))).expect("verifies");
        assert_eq!(verified.verdict, Verdict::Identical, "{name}: {:?}", verified.changes);
    }
}

#[test]
fn the_interactive_decay_says_what_the_table_holds() {
    let folder = invented_runs();
    rendered(folder.path(), "contribution", &in_folder(&folder, "runs")).expect("renders");
    let html = out(&folder, "contribution.html");
    let data = html.split("class=\"figure-data\">").nth(1).and_then(|rest| rest.split("</script>").next());
    let data: serde_json::Value = serde_json::from_str(data.expect("the decay figure's data")).expect("JSON");
    assert_eq!(data["kind"], "follow");
    let table = rat::tables::ContributionTable::read(folder.path().join("runs/RAT/contribution.csv")).expect("reads");
    let row = table.rows.iter().find(|row| row.epoch == 3 && row.degradation == "silence").expect("epoch 3");
    let stop = &data["panels"][0]["stops"][3]["lines"];
    assert_eq!(stop[0], "Epoch 3, frozen");
    assert_eq!(stop[1], format!("silence: {:.1} %", 100.0 * row.delta_margin_normalised));
    assert_eq!(stop[3], format!("branch ratio {:.3} \u{b1} 0.050", row.branch_ratio));
}

#[test]
fn runs_may_be_named_one_by_one() {
    let folder = invented_runs();
    let both = format!("{},{}", in_folder(&folder, "runs/RAT_baseline"), in_folder(&folder, "runs/RAT"));
    rendered(folder.path(), "ablation", &both).expect("renders");
    let markdown = out(&folder, "ablation.md");
    assert!(markdown.contains("| no reference |") && markdown.contains("| RAT, EER % |"), "{markdown}");
}

#[test]
fn what_is_missing_is_refused_or_said() {
    let folder = invented_runs();
    let refused = |name: &str, runs: &str| rendered(folder.path(), name, runs).expect_err(runs).to_string();
    assert!(refused("ablation", &in_folder(&folder, "nowhere")).contains("nowhere"));
    assert!(refused("run", &in_folder(&folder, "nowhere")).contains("nowhere"));
    assert!(refused("run", &in_folder(&folder, "runs")).contains("looking for a run in"));
    assert!(refused("contribution", "").contains("names no run directory"));
    let twice = format!("{0},{0}", in_folder(&folder, "runs/RAT"));
    assert!(refused("ablation", &twice).contains("named twice"));
    let overlapping = format!("{},{}", in_folder(&folder, "runs"), in_folder(&folder, "runs/RAT"));
    assert!(refused("ablation", &overlapping).contains("named twice"));

    fs::remove_dir_all(folder.path().join("runs/RAT")).expect("removes");
    rendered(folder.path(), "contribution", &in_folder(&folder, "runs")).expect("renders");
    assert!(out(&folder, "contribution.md").contains("No run holds a contribution table"));
    rendered(folder.path(), "ablation", &in_folder(&folder, "runs")).expect("renders");
    assert!(out(&folder, "ablation.md").contains("No system was scored under several reference conditions"));
}

#[test]
fn a_run_that_is_half_there_is_rendered_and_says_what_is_gone() {
    let folder = invented_runs();
    let run = folder.path().join("runs/RAT");
    let said = |name: &str, below: &str| {
        rendered(folder.path(), name, &in_folder(&folder, below)).expect("renders");
        let (html, tex) = (out(&folder, &format!("{name}.html")), out(&folder, &format!("{name}.tex")));
        assert_eq!(html.contains("run.json speaks of"), tex.contains("run.json speaks of"), "{name}");
        let markdown = out(&folder, &format!("{name}.md"));
        markdown.lines().find_map(|line| Some(line.split_once("run.json speaks of ")?.1.replace('\\', "")))
    };
    assert_eq!(said("run", "runs/RAT"), None, "nothing is gone");
    fs::remove_file(run.join("scores/noise.csv")).expect("was there");
    assert_eq!(said("run", "runs/RAT").as_deref(), Some("scores/noise.csv, which is not there any more."));
    fs::remove_file(run.join("history.csv")).expect("was there");
    fs::remove_file(run.join("checkpoints/epoch-09.bpk")).expect("was there");
    let all = "history.csv, checkpoints/epoch-09.bpk and scores/noise.csv, which are not there any more.";
    for (name, below) in [("run", "runs/RAT"), ("ablation", "runs"), ("contribution", "runs")] {
        assert_eq!(said(name, below).as_deref(), Some(all), "{name}");
    }
    assert!(run_page(&run).expect("renders").contains("speaks of history.csv"));
    let data = folder.path().join("out/ablation.json");
    assert_eq!(verify(data).expect("verifies").verdict, Verdict::Identical, "what is gone is no number");

    let mut record = RunRecord::read(run.join("run.json")).expect("reads");
    record.tables.clear();
    record.write(run.join("run.json")).expect("writes");
    assert!(!said("run", "runs/RAT").expect("is said").contains("scores"), "an older record names no tables");
    fs::remove_dir_all(run.join("scores")).expect("was there");
    assert!(said("run", "runs/RAT").expect("is said").contains("checkpoints/epoch-09.bpk and scores/, which"));
    fs::remove_dir_all(run.join("checkpoints")).expect("was there");
    assert!(!said("run", "runs/RAT").expect("is said").contains("checkpoints"), "runs are published without them");
}

#[test]
fn a_pairing_of_before_is_listed_too() {
    let folder = invented_runs();
    let run = folder.path().join("runs/RAT");
    fs::rename(run.join("pairing.parquet"), run.join("pairing.csv")).expect("moves");
    rendered(folder.path(), "run", &in_folder(&folder, "runs/RAT")).expect("renders");
    assert!(out(&folder, "run.md").contains("RAT/pairing.csv` |"));
}

#[test]
fn systems_scored_otherwise_are_told_apart() {
    let folder = invented_runs();
    let other = folder.path().join("runs/RAT_zeroref");
    invented::write_run(&other, "RAT_zeroref", true);
    for gone in ["noise", "silence"] {
        fs::remove_file(other.join("scores").join(format!("{gone}.csv"))).expect("removes");
    }
    let mut record = RunRecord::read(other.join("run.json")).expect("reads");
    record.corpus = "another".into();
    record.write(other.join("run.json")).expect("writes");
    rendered(folder.path(), "ablation", &in_folder(&folder, "runs")).expect("renders");
    let markdown = out(&folder, "ablation.md");
    assert!(markdown.contains("RAT\\_zeroref was not scored under *noise* and *silence*."), "{markdown}");
    assert!(
        markdown.contains("different evaluation sets") && markdown.contains("RAT\\_zeroref on another"),
        "{markdown}"
    );

    let table = other.join("scores/mismatched.csv");
    let text = read(&table);
    let last = text.trim_end().rfind('\n').expect("lines");
    fs::write(&table, &text[..=last]).expect("writes");
    let refused =
        rendered(folder.path(), "ablation", &in_folder(&folder, "runs")).expect_err("a trial less").to_string();
    assert!(refused.contains("mismatched.csv") && refused.contains("different trials"), "{refused}");
}

#[test]
fn the_recipe_says_how_a_step_comes_together() {
    let folder = invented_runs();
    let path = folder.path().join("runs/RAT/run.json");
    let mut record = RunRecord::read(&path).expect("reads");
    (record.stages[0].batch, record.stages[0].accumulate, record.stages[0].devices) = (64, 4, 2);
    (record.stages[1].batch, record.stages[1].accumulate) = (24, 4);
    record.write(&path).expect("writes");
    rendered(folder.path(), "run", &in_folder(&folder, "runs/RAT")).expect("renders");
    let markdown = out(&folder, "run.md");
    for words in ["batch 8 × 4 accumulated × 2 devices = 64 a step", "batch 6 × 4 accumulated = 24 a step"] {
        assert!(markdown.contains(words), "{markdown}");
    }
    // As it was written before there were these settings.
    let older =
        read(&path).replace("\"accumulate\": 4,", "").replace("\"devices\": 2,", "").replace("\"devices\": 1,", "");
    fs::write(&path, older).expect("writes");
    assert_eq!(RunRecord::read(&path).expect("still reads").stages[0].accumulate, 1);
}

#[test]
fn names_cannot_inject() {
    let folder = tempfile::tempdir().expect("a folder");
    let evil = "<script>alert(1)</script> [x](javascript:y) {{ 7*7 }} \u{E000}0\u{E001}\" onload=\"z";
    let run = folder.path().join("runs/evil");
    invented::write_run(&run, evil, true);
    layers().write(run.join("contribution_layers.csv")).expect("writes");
    fs::write(run.join("bad_audio.csv"), "split,file,reason\ndev,<img src=x onerror=y>,\"</td><script>\"\n")
        .expect("writes");
    fs::write(run.join("config.toml"), "classifier = \"<img src=x>\"\n").expect("writes");
    for (name, below) in [("ablation", "runs"), ("contribution", "runs"), ("run", "runs/evil")] {
        rendered(folder.path(), name, &in_folder(&folder, below)).expect("renders");
        let html = out(&folder, &format!("{name}.html"));
        for bad in ["<script>alert", "<td><script", "<img", "href=\"javascript", "{{ 49"] {
            assert!(!html.contains(bad), "{name}: {bad}");
        }
        assert!(html.contains("&lt;script&gt;"), "{name}: the name is shown as text");
        assert!(!out(&folder, &format!("{name}.md")).contains("<script"), "{name}");
    }
}

/// A run as it stands after its first epoch.
fn begun(folder: &Path) -> PathBuf {
    let run = folder.join("begun");
    invented::write_run(&run, "RAT", true);
    for gone in ["run.json", "contribution.csv", "pairing.parquet"] {
        fs::remove_file(run.join(gone)).expect("removes");
    }
    fs::remove_dir_all(run.join("scores")).expect("removes");
    let mut history = TrainingHistory::read(run.join("history.csv")).expect("reads");
    history.rows.truncate(1);
    history.write(run.join("history.csv")).expect("writes");
    let config = "classifier = \"RAT\"\n[recipe.train]\nepochs = 5\n[recipe.finetune]\nepochs = 6\n";
    fs::write(run.join("config.toml"), config).expect("writes");
    run
}

#[test]
fn a_run_that_has_begun_has_a_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = begun(folder.path());
    let page = run_page(&run).expect("renders");
    for said in [
        "RAT has trained 1 epoch of 11.",
        "1 of 11",
        "There are no scores yet",
        "is not measured yet",
        "record is written when training is done",
        "recipe.finetune.epochs",
        "Every recording that was needed so far could be used",
    ] {
        assert!(page.contains(said), "{said}");
    }
    assert_eq!(page.matches("<figure ").count(), 1, "the course of training");
    assert_eq!(page, run_page(&run).expect("renders"), "a function of the run's files");

    fs::write(run.join("bad_audio.csv"), "split,file,reason\ntrain,T_1,it is empty\n").expect("writes");
    assert!(run_page(&run).expect("renders").contains("it is empty"));
    fs::remove_file(run.join("history.csv")).expect("removes");
    assert!(run_page(&run).expect("renders").contains("has trained no whole epoch yet, of 11"));
    fs::write(run.join("config.toml"), "classifier = \n").expect("writes");
    let refused = run_page(&run).expect_err("broken").to_string();
    assert!(refused.contains("config.toml, line 1"), "{refused}");
}

#[test]
fn the_page_of_a_training_run_waits_for_no_large_tables() {
    let folder = invented_runs();
    let run = folder.path().join("runs/RAT");
    let page = run_page(&run).expect("renders");
    assert!(
        page.contains("RAT is trained: 11 epochs.")
            && page.contains("matched")
            && !page.contains("percentile bootstrap over")
    );
    let history = run.join("history.csv");
    let text = read(&history);
    let short: Vec<_> = text.lines().take(9).collect();
    fs::write(&history, short.join("\n") + "\n").expect("writes");
    let page = run_page(&run).expect("renders");
    assert!(page.contains("RAT is trained: 8 epochs, of 11 that were planned."), "a stage that ended early");
    fs::write(run.join("scores/other.bin"), vec![0; 9_000_000]).expect("writes");
    let page = run_page(&run).expect("renders");
    assert!(page.contains("Score tables are there (9 MB)") && !page.contains("There are no scores yet"));
}
