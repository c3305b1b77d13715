//! The page in a browser: what its script does, and that it is whole without one.
//!
//! Run with Chromium on the path (or named by `RAT_CHROMIUM`): `cargo test --test browser -- --ignored`.

#[path = "browser/chromium.rs"]
mod chromium;
#[allow(dead_code)]
#[path = "reports/invented.rs"]
mod invented;
#[path = "browser/scores.rs"]
mod scores;
#[allow(dead_code)]
#[path = "paper/synthetic.rs"]
mod synthetic;

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use chromium::Chromium;
use rat::{
    Label,
    metrics::{CostModel, DetPoint, DetectionScores},
    report::{Document, Format, RenderOptions, render},
    tables::ScoreTable,
};
use tempfile::TempDir;

fn demo_scores() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scores/demo")
}

/// The demo's page in HTML and Markdown.
fn rendered(runs: &Path) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let params = [("demo", runs.to_string_lossy().into_owned()), ("resamples", "50".into())];
    let options = RenderOptions {
        params: params.map(|(key, value)| (key.into(), value)).to_vec(),
        formats: vec![Format::Html, Format::Markdown],
        output: folder.path().to_path_buf(),
        ..RenderOptions::default()
    };
    render(&Document::built_in("demo").expect("built in"), &options).expect("renders");
    folder
}

fn opened(folder: &TempDir) -> Chromium {
    let mut browser = Chromium::start();
    browser.open(&folder.path().join("demo.html"));
    browser
}

/// The curve of the histogram's scores, from the score file alone.
fn curve() -> Vec<DetPoint> {
    let table = ScoreTable::read(demo_scores().join("RAT/scores/matched.csv")).expect("reads");
    let of = |label| -> Vec<f64> {
        let rows = table.rows().into_iter().filter(|row| row.label == Some(label));
        rows.map(|row| row.margin.expect("a margin")).collect()
    };
    DetectionScores::new(&of(Label::Bonafide), &of(Label::Spoof)).expect("both classes").det()
}

#[test]
#[ignore = "needs Chromium: cargo test --test browser -- --ignored"]
fn the_threshold_moves_and_its_figures_are_right() {
    let mut browser = opened(&rendered(&demo_scores()));
    let curve = curve();
    let rate = |key: &str| format!("Number(document.querySelector('[data-rate={key}]').value)");
    let check = |browser: &mut Chromium| -> f64 {
        let [threshold, far, frr, dcf] = ["threshold", "far", "frr", "dcf"].map(|key| browser.number(&rate(key)));
        let nearest =
            curve.iter().min_by(|a, b| (a.threshold - threshold).abs().total_cmp(&(b.threshold - threshold).abs()));
        let point = nearest.expect("a curve has points");
        assert!((point.threshold - threshold).abs() < 1e-4 * threshold.abs().max(1.0), "{threshold} is a score");
        assert!((point.far - far).abs() < 1e-6 && (point.frr - frr).abs() < 1e-6, "{far}, {frr} against {point:?}");
        let cost = CostModel::ASVSPOOF5.normalised(point.frr, point.far);
        assert!((cost - dcf).abs() < 1e-5, "{dcf} against {cost}");
        let shown = browser.text("document.querySelector('[data-rate=far]').textContent");
        assert_eq!(shown, format!("{:.2}\u{a0}%", 100.0 * point.far));
        threshold
    };
    let first = check(&mut browser);
    browser.value("document.querySelector('input.threshold').focus()");
    for _ in 0..25 {
        browser.press("ArrowRight");
    }
    let right = check(&mut browser);
    browser.press("PageDown");
    browser.press("PageDown");
    browser.press("PageDown");
    browser.press("PageDown");
    let left = check(&mut browser);
    assert!(left < first && first < right, "{left} {first} {right}");
    let [x, y, width, height] = browser.place("#histogram-rat-matched .hit");
    browser.mouse("mousePressed", (x + 0.2 * width, y + 0.5 * height));
    browser.mouse("mouseReleased", (x + 0.2 * width, y + 0.5 * height));
    assert!(check(&mut browser) < left);
    assert!(browser.complaints().is_empty(), "{:?}", browser.complaints());
}

#[test]
#[ignore = "needs Chromium: cargo test --test browser -- --ignored"]
fn tables_sort_by_value_and_back() {
    let mut browser = opened(&rendered(&demo_scores()));
    let column = "[...document.querySelectorAll('#table-results tbody tr')].map((row) => row.cells[2].textContent)";
    let values = |browser: &mut Chromium| -> Vec<String> {
        let cells = browser.value(column);
        cells.as_array().expect("cells").iter().filter_map(|cell| cell.as_str().map(String::from)).collect()
    };
    let number = |cell: &String| cell.split(' ').next().and_then(|text| text.parse::<f64>().ok()).expect("a number");
    let sorted = |browser: &mut Chromium| values(browser).iter().map(number).collect::<Vec<_>>();
    let before = values(&mut browser);
    browser.value("document.querySelectorAll('#table-results thead th')[2].querySelector('button').focus()");
    browser.press("Enter");
    assert!(sorted(&mut browser).is_sorted());
    assert_eq!(browser.text("document.querySelectorAll('#table-results thead th')[2].ariaSort"), "ascending");
    browser.press("Enter");
    assert!(sorted(&mut browser).iter().rev().is_sorted());
    browser.press("Enter");
    assert_eq!(values(&mut browser), before);
}

#[test]
#[ignore = "needs Chromium: cargo test --test browser -- --ignored"]
fn the_det_plot_zooms_and_names_the_point() {
    let mut browser = opened(&rendered(&demo_scores()));
    let drawn = "document.querySelectorAll('#det .overlay polyline').length";
    assert_eq!(browser.number(drawn), 0.0);
    let [x, y, width, height] = browser.place("#det .hit");
    let at = |across: f64, down: f64| (x + across * width, y + down * height);
    browser.mouse("mousePressed", at(0.6, 0.05));
    browser.mouse("mouseMoved", at(0.8, 0.2));
    browser.mouse("mouseMoved", at(0.95, 0.4));
    browser.mouse("mouseReleased", at(0.95, 0.4));
    assert_eq!(browser.number(drawn), 7.0);
    browser.press("ArrowRight");
    let note = browser.text("document.querySelector('#det .readout').textContent");
    assert!(note.starts_with("RAT, matched, threshold ") && note.contains("false alarms 3"), "{note}");
    assert!(browser.text("document.querySelector('#det .tooltip').textContent").contains("misses"));
    browser.press("Escape");
    assert_eq!(browser.number(drawn), 0.0);
    browser.press("+");
    assert_eq!(browser.number(drawn), 7.0);
    browser.value("[...document.querySelectorAll('#det .controls button')].at(-1).click()");
    assert_eq!(browser.number(drawn), 0.0);
    assert!(browser.complaints().is_empty(), "{:?}", browser.complaints());
}

#[test]
#[ignore = "needs Chromium: cargo test --test browser -- --ignored"]
fn downloads_are_the_files() {
    let folder = rendered(&demo_scores());
    let mut browser = opened(&folder);
    let saved = browser.allow_downloads();
    browser.value("document.querySelectorAll('#det .downloads > *').forEach((link) => link.click())");
    let content = |name: &str| {
        let until = Instant::now() + Duration::from_secs(20);
        while !saved.join(name).is_file() {
            assert!(Instant::now() < until, "{name} is saved");
            std::thread::sleep(Duration::from_millis(50));
        }
        std::fs::read(saved.join(name)).expect("reads")
    };
    for name in ["det.svg", "det.csv"] {
        assert_eq!(content(name), std::fs::read(folder.path().join("figures").join(name)).expect("reads"), "{name}");
    }
    let png = content("det.png");
    assert!(png.starts_with(b"\x89PNG") && png.len() > 20_000, "{} bytes", png.len());
}

#[test]
#[ignore = "needs Chromium: cargo test --test browser -- --ignored"]
fn the_page_is_whole_without_scripts() {
    let folder = rendered(&demo_scores());
    let mut browser = Chromium::start();
    browser.send("Emulation.setScriptExecutionDisabled", serde_json::json!({ "value": true }));
    browser.open(&folder.path().join("demo.html"));
    for (selector, count) in [
        ("figure svg", 5.0),
        ("figure .downloads a[href^=\"data:\"]", 10.0),
        ("#table-results tbody tr", 7.0),
        (".table .downloads a[href^=\"data:\"]", 12.0),
        (".controls, .sort, input, button", 0.0),
    ] {
        assert_eq!(browser.number(&format!("document.querySelectorAll('{selector}').length")), count, "{selector}");
    }
    assert!(browser.text("document.body.innerText").contains("Error rates and detection costs"));
}

#[test]
fn a_page_of_ten_systems_is_small() {
    let runs = tempfile::tempdir().expect("a folder");
    for number in 0..10 {
        let name = format!("system-{number}");
        invented::write_run(&runs.path().join(&name), &name, number == 0);
    }
    let folder = rendered(runs.path());
    let size = std::fs::metadata(folder.path().join("demo.html")).expect("a page").len();
    assert!(size < 1_000_000, "{size} bytes");
}
