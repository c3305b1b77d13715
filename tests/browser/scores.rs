//! The document `scores` over two invented systems, in the browser: what it shows is what the scores say.

use rat::{
    metrics::CostModel,
    report::{Document, Format, RenderOptions, render},
};
use serde_json::json;
use tempfile::TempDir;

use super::{chromium::Chromium, synthetic};

/// The page of `strong` and `weak`, with the scores of `strong` and whether each is human.
fn rendered() -> (TempDir, Vec<(f64, bool)>) {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let strong = synthetic::write_scores(&at("strong.csv"), 1, 2.0);
    synthetic::write_scores(&at("weak.csv"), 2, 1.3);
    synthetic::write_protocol(&at("key.tsv"));
    let scores = format!("{},{}", at("strong.csv").display(), at("weak.csv").display());
    let params = [("scores", scores), ("protocol", at("key.tsv").display().to_string()), ("resamples", "50".into())];
    let options = RenderOptions {
        params: params.map(|(key, value)| (key.into(), value)).to_vec(),
        formats: vec![Format::Html],
        output: folder.path().to_path_buf(),
        ..RenderOptions::default()
    };
    render(&Document::built_in("scores").expect("built in"), &options).expect("renders");
    (folder, strong.into_iter().zip(synthetic::trials().into_iter().map(|trial| trial.human)).collect())
}

fn opened(folder: &TempDir) -> Chromium {
    let mut browser = Chromium::start();
    browser.open(&folder.path().join("scores.html"));
    browser
}

/// Reads the first histogram's numbers and holds them against the scores; gives the threshold.
fn checked(browser: &mut Chromium, scores: &[(f64, bool)]) -> f64 {
    let rate = |key: &str| format!("Number(document.querySelector('#histogram-strong [data-rate={key}]').value)");
    let [shown, far, frr, dcf] = ["threshold", "far", "frr", "dcf"].map(|key| browser.number(&rate(key)));
    let nearest = scores.iter().map(|&(score, _)| score).min_by(|a, b| (a - shown).abs().total_cmp(&(b - shown).abs()));
    let threshold = nearest.expect("there are scores");
    assert!((threshold - shown).abs() < 1e-6, "{shown} is no score; the nearest is {threshold}");
    let share = |human: bool, wanted: &dyn Fn(f64) -> bool| {
        let class = scores.iter().filter(|trial| trial.1 == human);
        class.clone().filter(|trial| wanted(trial.0)).count() as f64 / class.count() as f64
    };
    let (misses, alarms) = (share(true, &|score| score < threshold), share(false, &|score| score >= threshold));
    assert!((far - alarms).abs() < 1e-8, "at {threshold}: false alarms {far}, by the scores {alarms}");
    assert!((frr - misses).abs() < 1e-8, "at {threshold}: misses {frr}, by the scores {misses}");
    let cost = CostModel::ASVSPOOF5.normalised(misses, alarms);
    assert!((dcf - cost).abs() < 1e-7, "at {threshold}: DCF {dcf}, by the scores {cost}");
    let text = browser.text("document.querySelector('#histogram-strong [data-rate=dcf]').textContent");
    assert_eq!(text, format!("{cost:.4}"));
    threshold
}

#[test]
#[ignore = "needs Chromium: cargo test --test browser -- --ignored"]
fn a_moved_threshold_shows_what_the_scores_say() {
    let (folder, scores) = rendered();
    let mut browser = opened(&folder);
    let first = checked(&mut browser, &scores);
    browser.value("document.querySelector('#histogram-strong input.threshold').focus()");
    let mut before = first;
    for key in ["ArrowRight", "PageUp", "PageUp", "PageUp"] {
        browser.press(key);
        let now = checked(&mut browser, &scores);
        assert!(now > before, "{key}: {now} after {before}");
        before = now;
    }
    browser.press("Home");
    assert!(checked(&mut browser, &scores) < first);
    let [x, y, width, height] = browser.place("#histogram-strong .hit");
    for across in [0.25, 0.5, 0.7] {
        let at = (x + across * width, y + 0.5 * height);
        browser.mouse("mousePressed", at);
        browser.mouse("mouseReleased", at);
        checked(&mut browser, &scores);
    }
    browser.value("document.querySelector('#histogram-strong .controls button').click()");
    assert_eq!(checked(&mut browser, &scores), first, "back at the equal error rate");
    assert!(browser.complaints().is_empty(), "{:?}", browser.complaints());
}

#[test]
#[ignore = "needs Chromium: cargo test --test browser -- --ignored"]
fn the_det_zooms_and_tables_sort() {
    let (folder, _) = rendered();
    let mut browser = opened(&folder);
    let drawn = "document.querySelectorAll('#det .overlay polyline').length";
    browser.value("document.querySelector('#det .hit').focus()");
    assert_eq!(browser.number(drawn), 0.0);
    browser.press("+");
    assert_eq!(browser.number(drawn), 2.0);
    browser.press("ArrowRight");
    let note = browser.text("document.querySelector('#det .readout').textContent");
    assert!(note.starts_with("strong, threshold ") && note.contains("misses"), "{note}");
    browser.press("Escape");
    assert_eq!(browser.number(drawn), 0.0);
    let first = "document.querySelector('#table-results tbody tr').cells[0].textContent";
    let sort = "document.querySelectorAll('#table-results thead th')[1].querySelector('button').click()";
    for wanted in ["strong", "weak", "strong"] {
        browser.value(sort);
        assert_eq!(browser.text(first), wanted);
    }
    let spoofs = "[...document.querySelectorAll('#table-attacks tbody tr')].map((row) => row.cells[2].textContent)";
    browser.value("document.querySelectorAll('#table-attacks thead tr:last-child th')[2].click()");
    let rates = browser.value(spoofs);
    let rates: Vec<f64> = rates
        .as_array()
        .expect("cells")
        .iter()
        .filter_map(|cell| cell.as_str()?.split(' ').next()?.parse().ok())
        .collect();
    assert!(rates.len() == 1 + synthetic::ATTACKS.len() && rates.is_sorted(), "{rates:?}");
    assert!(browser.complaints().is_empty(), "{:?}", browser.complaints());
}

#[test]
#[ignore = "needs Chromium: cargo test --test browser -- --ignored"]
fn the_scores_are_whole_without_scripts() {
    let (folder, _) = rendered();
    let mut browser = Chromium::start();
    browser.send("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
    browser.open(&folder.path().join("scores.html"));
    for (selector, count) in [
        // Intervals, differences, DET, two histograms, two heat maps.
        ("figure svg", 7.0),
        ("#table-results tbody tr", 2.0),
        ("#table-comparison tbody tr", 1.0),
        (".controls, .sort, input, button", 0.0),
    ] {
        assert_eq!(browser.number(&format!("document.querySelectorAll('{selector}').length")), count, "{selector}");
    }
    let text = browser.text("document.body.innerText");
    assert!(text.contains("strong errs less than weak"), "{text}");
}
