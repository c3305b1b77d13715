//! `render`: the built-in documents over score files and run directories, in all three forms.

use super::{
    invented,
    program::{Place, number, rows, text},
    synthetic,
};

const ALL: &str = "--format html,markdown,latex --output out";

/// A page without its fonts and packed files.
fn without_base64(page: &str) -> String {
    let code = |letter: char| letter.is_ascii_alphanumeric() || ['+', '/', '='].contains(&letter);
    page.split("base64,").map(|part| part.trim_start_matches(code)).collect()
}

/// What every page holds, whatever its form.
fn check_whole(place: &Place, name: &str) {
    let html = place.read(&format!("out/{name}.html"));
    let markdown = place.read(&format!("out/{name}.md"));
    let latex = place.read(&format!("out/{name}.tex"));
    for (form, page) in [("HTML", &html), ("Markdown", &markdown), ("LaTeX", &latex)] {
        assert!(!page.contains(['\u{E000}', '\u{E001}']), "{name}, {form}: a block is not in its place");
        let page = without_base64(page.split("<script>").next().unwrap_or_default());
        for bad in ["NaN", "inf]"] {
            let around = page.find(bad).map(|at| page[..at + 9].chars().rev().take(200).collect::<String>());
            assert_eq!(around, None, "{name}, {form}");
        }
    }
    for outside in ["src=\"http", "<script src", "<link", "@import", "url(http"] {
        assert!(!html.contains(outside), "{outside}");
    }
    assert!(html.len() < 1_000_000, "{} bytes", html.len());
    assert!(latex.ends_with("\\end{document}\n") && markdown.starts_with("# "));
    let pictures = markdown.split("](figures/").skip(1).filter_map(|rest| rest.split_once(')'));
    for (picture, _) in pictures {
        assert!(place.at("out/figures").join(picture).is_file(), "{picture}");
    }
    let tables = markdown.split("](tables/").skip(1).filter_map(|rest| rest.split_once(')'));
    for (table, _) in tables {
        assert!(place.at("out/tables").join(table).is_file(), "{table}");
    }
    let included = latex.split("{figures/").skip(1).filter_map(|rest| rest.split_once('}'));
    for (picture, _) in included {
        assert!(place.at("out/figures").join(picture).is_file(), "{picture}");
    }
}

/// What the results table of a page shows is the JSON's number, rounded.
fn check_numbers(place: &Place, name: &str) {
    let data = place.json(&format!("out/{name}.json"));
    let [html, markdown, latex] = ["html", "md", "tex"].map(|ending| place.read(&format!("out/{name}.{ending}")));
    let table = place.json("out/tables/results.json");
    assert_eq!(table, data["results"]["rows"], "the twin is the page's data");
    for row in rows(&data["results"]["rows"]) {
        for (key, scale, digits) in [("eer", 100.0, 2), ("min_dcf", 1.0, 4)] {
            let shown = format!("{:.digits$}", scale * number(row, key));
            for (form, page) in [("HTML", &html), ("Markdown", &markdown), ("LaTeX", &latex)] {
                assert!(page.contains(&shown), "{name}, {form}: {key} {shown}");
            }
        }
    }
}

#[test]
fn one_system_renders() {
    let place = Place::with_systems();
    for name in ["scores", "paper"] {
        place.succeeds(&format!("render {name} --param scores=good.csv --param resamples=50 {ALL}"));
        check_whole(&place, name);
        check_numbers(&place, name);
        let markdown = place.read(&format!("out/{name}.md"));
        assert!(markdown.contains("One system has nothing to be compared with"));
        assert!(!markdown.contains("(no reference)"), "score files know no references");
    }
}

#[test]
fn three_systems_render() {
    let place = Place::with_systems();
    synthetic::write_scores(&place.at("third.csv"), 3, 1.95);
    for name in ["scores", "paper"] {
        place.succeeds(&format!(
            "render {name} --param scores=good.csv,bad.csv,third.csv --param protocol=key.tsv --param scale=llr --param resamples=50 {ALL}"
        ));
        check_whole(&place, name);
        check_numbers(&place, name);
        let data = place.json(&format!("out/{name}.json"));
        assert_eq!(rows(&data["comparisons"]["systems"]["rows"]).len(), 3);
        assert_eq!(rows(&data["attacks"]["rows"]).len(), 3 * synthetic::ATTACKS.len());
        let attacks = place.json("out/tables/attacks.json");
        assert_eq!(attacks, data["attacks"]["rows"], "the twin is the page's data");
        let eers = rows(&data["results"]["rows"]).iter().map(|row| number(row, "eer"));
        let best = format!("\\textbf{{{:.2}}}", 100.0 * eers.fold(f64::INFINITY, f64::min));
        assert!(place.read(&format!("out/{name}.tex")).contains(&best), "{best}");
    }
    assert_eq!(
        place.read("out/scores.html").matches("<figure ").count(),
        1 + 1 + 1 + 2 + 1 + 2,
        "two systems are drawn one by one"
    );
}

#[test]
fn run_directories_render_with_their_conditions() {
    let place = Place::new();
    invented::write(&place.at("runs"));
    for name in ["scores", "paper"] {
        place.succeeds(&format!("render {name} --param scores=runs --param resamples=50 {ALL}"));
        check_whole(&place, name);
        check_numbers(&place, name);
    }
    let markdown = place.read("out/paper.md");
    assert!(markdown.contains("Paired differences of RAT under its reference conditions"));
    assert!(!markdown.contains("None of these systems was scored under several"));
    assert!(place.at("out/figures/decay-rat.svg").is_file());
    assert!(place.says("verify out/paper.json").starts_with("IDENTICAL"));
    std::fs::remove_file(place.at("runs/RAT/contribution.csv")).expect("there");
    place.succeeds(&format!("render paper --param scores=runs --param resamples=50 {ALL}"));
    assert!(
        place.read("out/paper.md").contains("Paired differences of RAT under its reference conditions"),
        "without a trace too"
    );
}

#[test]
fn parameters_filter_runs_as_they_filter_files() {
    let place = Place::new();
    invented::write_run(&place.at("runs/RAT"), "RAT", true);
    place.succeeds(&format!("render scores --param scores=runs --param only=speaker=E03 --param resamples=0 {ALL}"));
    let data = place.json("out/scores.json");
    let counted = |row: &serde_json::Value| number(row, "bonafide") + number(row, "spoof");
    assert!(rows(&data["results"]["rows"]).iter().all(|row| counted(row) < 80.0), "{}", data["results"]);
}

#[test]
fn files_of_one_name_are_told_apart() {
    let place = Place::new();
    let folders = ["a/x/cm.csv", "b/x/cm.csv", "b/x/cm.txt"];
    for (seed, path) in (1..).zip(folders) {
        place.write(path, "");
        synthetic::write_scores(&place.at(path), seed, 1.0 + 0.3 * seed as f64);
    }
    let distinct = |names: Vec<String>| {
        let all: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(all.len(), 3, "{names:?}");
    };
    let systems =
        |rows: &Vec<serde_json::Value>| rows.iter().map(|row| text(row, "system").to_owned()).collect::<Vec<_>>();
    place.succeeds(&format!("render scores --param scores={} --param resamples=20 {ALL}", folders.join(",")));
    check_whole(&place, "scores");
    check_numbers(&place, "scores");
    distinct(systems(rows(&place.json("out/scores.json")["results"]["rows"])));
    distinct(systems(rows(&place.tells(&format!("metrics {} --resamples 0 --format json", folders.join(" "))))));
    let audits = place.says(&format!("audit {} --format csv", folders.join(" ")));
    distinct(audits.lines().skip(1).map(|line| line.split(',').next().expect("a field").to_owned()).collect());
    let curves = place.succeeds(&format!("plot det {} --resamples 0 --output det.csv", folders.join(" ")));
    assert!(curves.said.is_empty());
    place.write("runs/1/.keep", "");
    for seed in ["seed1", "seed2"] {
        invented::write_run(&place.at(&format!("runs/{seed}/RAT")), "RAT", false);
    }
    place.succeeds(&format!("render scores --param scores=runs --param resamples=20 {ALL}"));
    let data = place.json("out/scores.json");
    let names: Vec<_> = rows(&data["systems"]).iter().map(|system| text(system, "name")).collect();
    assert_eq!(names, ["seed1/RAT", "seed2/RAT"]);
}

#[test]
fn a_folder_with_a_protocol_and_junk_is_read() {
    let place = Place::new();
    let folder = place.at("mixed");
    place.write("mixed/notes.txt", "what we did, and why\n");
    place.write("mixed/picture.png", b"\x89PNG");
    place.write("mixed/junk.csv", [0xFF, 0xFE, 0x00, 0x81]);
    place.write("mixed/empty.csv", "");
    synthetic::write_protocol(&folder.join("eval.tsv"));
    synthetic::write_submission(&folder.join("cm.tsv"), 1, 2.0);
    synthetic::write_submission(&folder.join("deeper.txt"), 2, 1.5);
    place.succeeds(&format!("render scores --param scores=mixed --param resamples=20 {ALL}"));
    check_whole(&place, "scores");
    let data = place.json("out/scores.json");
    let names: Vec<_> = rows(&data["systems"]).iter().map(|system| text(system, "name")).collect();
    assert_eq!(names, ["cm", "deeper"]);
    let inputs: Vec<_> = rows(&data["provenance"]["inputs"]).iter().map(|input| text(input, "path")).collect();
    assert!(inputs.contains(&"mixed/eval.tsv"), "{inputs:?}");
    let notes = data["notes"].to_string();
    assert!(notes.contains("junk.csv") && notes.contains("empty.csv"), "{notes}");
    assert_eq!(
        rows(&data["attacks"]["rows"]).len(),
        2 * synthetic::ATTACKS.len(),
        "the protocol beside tells the attacks"
    );
    assert!(place.says("verify out/scores.json").starts_with("IDENTICAL"));
    place.write("nothing/notes.md", "x");
    place.refuses("render scores --param scores=nothing", &["no score file in nothing"]);
}

#[test]
fn nothing_is_written_over_what_was_read() {
    let place = Place::with_systems();
    place.write("data/results.csv", place.read("good.csv"));
    let ran = place
        .refuses("render scores --param scores=data/results.csv --param resamples=0 --output data", &["results.csv"]);
    assert!(ran.said.is_empty());
    assert_eq!(place.read("data/results.csv"), place.read("good.csv"));
    let own = "+++\ntitle = \"T\"\n[params]\nscores = \"good.csv\"\nresamples = 0\n+++\n{{ results() }}\n";
    place.write("own.md", own);
    place.refuses("render own.md --format markdown --output .", &["own.md"]);
    assert_eq!(place.read("own.md"), own);
    place.succeeds("render own.md --format markdown --output pages");
}

#[test]
fn small_evaluations_of_others_are_not_taken_for_our_demo() {
    let place = Place::with_systems();
    place.succeeds(&format!("render scores --param scores=good.csv --param resamples=20 {ALL}"));
    assert!(!place.read("out/scores.md").contains("LFCC"), "that is about the sample corpus");
    place.succeeds(&format!("render scores --param scores=good.csv --param bootstrap=none {ALL}"));
    let markdown = place.read("out/scores.md");
    assert!(!markdown.contains("The intervals describe"), "there are none");
    place.succeeds(&format!(
        "render scores --param scores=good.csv --param protocol=key.tsv --param bootstrap=speaker --param resamples=20 {ALL}"
    ));
    let markdown = place.read("out/scores.md");
    assert!(
        !markdown.contains("not with other speakers") && markdown.contains("sample of speakers"),
        "speakers were drawn"
    );
}
