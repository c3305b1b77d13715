//! The report from end to end: tables of an invented run in, a page and its data out.
//!
//! The Markdown is a snapshot: after a wanted change run `INSTA_UPDATE=always cargo test --test reports` and read the difference.

#[path = "reports/invented.rs"]
mod invented;

use std::path::{Path, PathBuf};

use rat::report::{Document, Format, RenderOptions, render};
use tempfile::TempDir;

/// A folder with an invented run in `demo`.
fn invented_demo() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    invented::write(&folder.path().join("demo"));
    folder
}

fn options(folder: &Path) -> RenderOptions {
    RenderOptions {
        params: vec![
            ("demo".into(), folder.join("demo").to_string_lossy().into_owned()),
            ("resamples".into(), "200".into()),
        ],
        output: folder.join("out"),
        command: ["render", "demo"].map(String::from).to_vec(),
        ..RenderOptions::default()
    }
}

fn render_demo(folder: &Path) -> rat::Result<Vec<PathBuf>> {
    render(&Document::built_in("demo")?, &options(folder))
}

fn read(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(path).expect("a text file")
}

#[test]
fn the_demo_renders_whole() {
    let folder = invented_demo();
    let written = render_demo(folder.path()).expect("renders");
    assert!(written.iter().all(|path| path.is_file()));
    let html = read(folder.path().join("out/demo.html"));
    assert_eq!(html.matches("<figure ").count(), 5);
    assert!(!html.contains('\u{E000}'), "every block is in its place");
    for outside in ["src=\"http", "<script src", "<link", "@import", "url(http"] {
        assert!(!html.contains(outside), "{outside}");
    }
    assert_eq!(html.matches("<script>").count(), 1, "the page's own script, whose hash its policy names");
    for name in ["intervals", "det", "histogram-rat-matched", "decay-rat", "training"] {
        for ending in ["svg", "png", "csv"] {
            assert!(folder.path().join(format!("out/figures/{name}.{ending}")).is_file(), "{name}.{ending}");
        }
    }
}

#[test]
fn the_markdown_is_as_reviewed() {
    let folder = invented_demo();
    render_demo(folder.path()).expect("renders");
    let place = folder.path().to_string_lossy().into_owned();
    let markdown =
        read(folder.path().join("out/demo.md")).replace(&rat_escaped(&place), "FOLDER").replace(&place, "FOLDER");
    let data: serde_json::Value = serde_json::from_str(&read(folder.path().join("out/demo.json"))).expect("JSON");
    let revision = data["provenance"]["revision"].as_str().expect("a revision");
    let version = format!("rat {} ({revision})", env!("CARGO_PKG_VERSION"));
    let markdown = markdown.replace(&version, "rat VERSION (REVISION)");
    let lines = markdown.lines().map(without_hash).collect::<Vec<_>>();
    insta::assert_snapshot!("demo", lines.join("\n"));
}

/// Hashes and lengths hang on the last digit of a score, which another machine may print otherwise.
fn without_hash(line: &str) -> String {
    match line.split(' ').find(|cell| cell.trim_matches('`').len() == 64) {
        Some(_) => format!("{} | BYTES | HASH |", line.split(" | ").next().unwrap_or_default()),
        None => line.to_owned(),
    }
}

/// As Markdown escapes a path.
fn rat_escaped(text: &str) -> String {
    text.replace('_', "\\_")
}

#[test]
fn the_data_are_unrounded_and_agree_with_the_tables() {
    let folder = invented_demo();
    render_demo(folder.path()).expect("renders");
    let data: serde_json::Value = serde_json::from_str(&read(folder.path().join("out/demo.json"))).expect("JSON");
    let rows = data["results"]["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 7, "six conditions and the baseline");
    assert_eq!((rows[0]["system"].as_str(), rows[0]["condition"].as_str()), (Some("RAT"), Some("matched")));
    assert_eq!(rows[6]["condition"].as_str(), Some("-"));
    assert_eq!(data["attacks"]["rows"].as_array().map(Vec::len), Some(63));
    let unseen: Vec<_> =
        data["unseen_attacks"].as_array().expect("a list").iter().filter_map(|name| name.as_str()).collect();
    assert_eq!(unseen, ["A02", "A04", "A06", "A08", "A09"]);
    for row in rows {
        let number = |key: &str| row[key].as_f64().expect("a number");
        assert!(number("eer_low") <= number("eer") && number("eer") <= number("eer_high"), "{row}");
        assert_eq!((row["bonafide"].as_u64(), row["spoof"].as_u64()), (Some(148), Some(432)));
    }
    assert!(
        data["provenance"]["inputs"]
            .as_array()
            .expect("inputs")
            .iter()
            .all(|input| input["sha256"].as_str().is_some_and(|hash| hash.len() == 64))
    );
    let results = rat::tables::ResultsTable::read(folder.path().join("out/results.csv")).expect("reads");
    assert_eq!(results.rows[0].eer, rows[0]["eer"].as_f64().expect("a number"));
}

#[test]
fn rendering_twice_gives_the_same_bytes() {
    let folder = invented_demo();
    render_demo(folder.path()).expect("renders");
    let first = std::fs::read(folder.path().join("out/demo.html")).expect("a page");
    render_demo(folder.path()).expect("renders");
    assert_eq!(first, std::fs::read(folder.path().join("out/demo.html")).expect("a page"));
}

#[test]
fn conditions_with_other_trials_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    invented::write_run(&folder.path().join("demo/RAT"), "RAT", true);
    let table = folder.path().join("demo/RAT/scores/matched.csv");
    let text = read(&table);
    let last = text.trim_end().rfind('\n').expect("lines");
    std::fs::write(&table, &text[..=last]).expect("writes");
    let refused = render_demo(folder.path()).expect_err("matched has a trial less").to_string();
    assert!(refused.contains("matched.csv") && refused.contains("different trials"), "{refused}");
}

#[test]
fn names_cannot_inject() {
    let folder = tempfile::tempdir().expect("a folder");
    let evil = "<script>alert(1)</script> [x](javascript:y) {{ 7*7 }} \u{E000}0\u{E001}\" onload=\"z";
    invented::write_run(&folder.path().join("demo/evil"), evil, true);
    for entry in std::fs::read_dir(folder.path().join("demo/evil/scores")).expect("tables") {
        let table = entry.expect("a table").path();
        let nasty = read(&table).replace(",A02,", ",<img src=x onerror=y>,").replace(",E01,", ",</td><script>,");
        std::fs::write(&table, nasty).expect("writes");
    }
    render_demo(folder.path()).expect("renders");
    let html = read(folder.path().join("out/demo.html"));
    for bad in ["<script>alert", "<td><script", "<img", "href=\"javascript", "{{ 49"] {
        let at = html.find(bad).unwrap_or_default();
        assert!(at == 0, "{bad}: {}", &html[at.saturating_sub(120)..at + 40]);
    }
    let tags = html.split('<').skip(1).filter_map(|text| text.split_once('>'));
    let handlers: Vec<_> = tags.map(|(tag, _)| tag).filter(|tag| tag.contains("onload=\"")).collect();
    assert!(handlers.is_empty(), "{handlers:?}");
    assert!(html.contains("&lt;script&gt;"), "the name is shown as text");
    assert!(!read(folder.path().join("out/demo.md")).contains("<script"));
}

#[test]
fn missing_pieces_are_said_not_fatal() {
    let folder = invented_demo();
    std::fs::remove_dir_all(folder.path().join("demo/RAT")).expect("removes");
    std::fs::remove_file(folder.path().join("demo/RAT_baseline/history.csv")).expect("removes");
    render_demo(folder.path()).expect("renders");
    let markdown = read(folder.path().join("out/demo.md"));
    assert!(markdown.contains("No contribution table is in this run"));
    assert!(markdown.contains("No training history is in this run"));
    std::fs::remove_dir_all(folder.path().join("demo/RAT_baseline/scores")).expect("removes");
    render_demo(folder.path()).expect("renders");
    assert!(read(folder.path().join("out/demo.md")).contains("No score table is in this run"));
}

#[test]
fn a_single_run_renders() {
    let folder = invented_demo();
    let mut options = options(folder.path());
    options.params[0].1.push_str("/RAT");
    options.formats = vec![Format::Markdown];
    render(&Document::built_in("demo").expect("built in"), &options).expect("renders");
    assert!(!folder.path().join("out/demo.html").exists());
    assert!(!read(folder.path().join("out/demo.md")).contains("RAT\\_baseline"));
}

#[test]
fn broken_tables_are_placed() {
    let folder = invented_demo();
    let table = folder.path().join("demo/RAT/scores/zeroed.csv");
    let text = read(&table);
    let third = text.lines().nth(2).expect("a third line");
    std::fs::write(&table, text.replacen(third, "E_x,high,bonafide,0,s,-,-", 1)).expect("writes");
    let refused = render_demo(folder.path()).expect_err("no number").to_string();
    assert!(refused.contains("zeroed.csv, line 3"), "{refused}");
    assert!(!folder.path().join("out").exists(), "nothing is half written");
}

#[test]
fn a_set_without_spoofs_names_its_file() {
    let folder = invented_demo();
    let table = folder.path().join("demo/RAT_baseline/scores/single.csv");
    let kept: Vec<_> = read(&table).lines().take(50).map(String::from).collect();
    std::fs::write(&table, kept.join("\n")).expect("writes");
    let refused = render_demo(folder.path()).expect_err("one class").to_string();
    assert!(refused.contains("single.csv"), "{refused}");
}

#[test]
fn template_errors_name_document_and_line() {
    let folder = invented_demo();
    let path = folder.path().join("own.md");
    let write = |body: &str| {
        std::fs::write(
            &path,
            format!("+++\ntitle = \"T\"\n[params]\ndemo = \"\"\nresamples = 50\n+++\nfirst\n{body}\n"),
        )
        .expect("writes");
        render(&Document::read(&path).expect("reads"), &options(folder.path()))
    };
    for (body, part) in [
        ("{{ nothing }}", "undefined"),
        ("{{ results( }}", "syntax"),
        ("{{ eer(\"RAT\", \"upside-down\") }}", "no results of RAT upside-down"),
        ("{{ histogram(sytem=\"RAT\") }}", "sytem"),
        ("{{ resluts() }}", "resluts"),
    ] {
        let refused = write(body).expect_err(body).to_string();
        assert!(refused.contains("own.md, line 8") && refused.contains(part), "{body}: {refused}");
    }
    write("RAT {{ eer(\"RAT\", \"matched\") }} against {{ min_dcf(\"RAT_baseline\", \"single\") }}").expect("renders");
    let html = read(folder.path().join("out/own.html"));
    assert!(html.contains("<p>first\nRAT ") && html.contains("\u{a0}% ["), "{}", &html[html.len() - 600..]);
}

#[test]
fn unknown_parameters_and_folders_are_refused() {
    let folder = invented_demo();
    let document = Document::built_in("demo").expect("built in");
    let mut wrong = options(folder.path());
    wrong.params.push(("colour".into(), "red".into()));
    assert!(render(&document, &wrong).expect_err("unknown").remedy().contains("resamples"));
    let mut nowhere = options(folder.path());
    nowhere.params[0].1 = folder.path().join("nowhere").to_string_lossy().into_owned();
    assert!(render(&document, &nowhere).expect_err("missing").to_string().contains("nowhere"));
}

/// Writes a page to look at: `RAT_PAGE=FOLDER cargo test --test reports -- --ignored`.
#[test]
#[ignore = "writes a page to look at, into the folder that RAT_PAGE names"]
fn a_page_to_look_at() {
    let folder = PathBuf::from(std::env::var_os("RAT_PAGE").expect("RAT_PAGE names a folder"));
    invented::write(&folder.join("demo"));
    let mut options = options(&folder);
    options.params[1].1 = "1000".into();
    render(&Document::built_in("demo").expect("built in"), &options).expect("renders");
}
