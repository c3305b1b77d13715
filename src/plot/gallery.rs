//! Every figure once: that its three forms are sound, and, when asked for, as files to look at.
//!
//! `GALLERY=DIR SCORES=DIR cargo test --release --no-default-features --lib gallery -- --ignored` writes the pictures; the second
//! folder holds score files as `file,score,label` (label 0 is bona fide) and an attack x codec table.

use std::{fs, path::PathBuf};

use rand::RngExt;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

use super::*;
use crate::{
    Waveform,
    metrics::{CostModel, DetectionScores, EerRule, normal_cdf, probit},
};

/// About normal scores; bona fide lie `apart` higher.
fn scores(seed: u64, apart: f64, count: usize) -> (Vec<f64>, Vec<f64>) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut draw = |centre: f64, spread: f64, count: usize| -> Vec<f64> {
        (0..count).map(|_| centre + spread * probit(random.random_range(1e-9..1.0))).collect()
    };
    let bonafide = draw(apart, 1.3, count / 5);
    (bonafide, draw(0.0, 1.0, count))
}

fn curve(name: &str, colour: usize, (bonafide, spoof): &(Vec<f64>, Vec<f64>)) -> DetCurve {
    let scores = DetectionScores::new(bonafide, spoof).unwrap();
    let cheapest = scores.min_dcf(&CostModel::ASVSPOOF5);
    let points = scores.det();
    let widened = |frr: f64, by: f64| normal_cdf(probit(frr.clamp(1e-6, 1.0 - 1e-6)) + by);
    let band = (0..=60).map(|step| {
        let far = normal_cdf(-3.3 + 3.6 * f64::from(step) / 60.0);
        let after = points.iter().position(|point| point.far < far).unwrap();
        let (before, after) = (&points[after - 1], &points[after]);
        let frr = before.frr + (after.frr - before.frr) * (far - before.far) / (after.far - before.far);
        let by = 0.12 + 0.04 * probit(far).abs();
        DetBandPoint { far, low: widened(frr, -by), high: widened(frr, by) }
    });
    let band: Vec<_> = band.collect();
    DetCurve {
        name: name.into(),
        eer: scores.eer(EerRule::Official).rate,
        min_dcf: cheapest.rate,
        min_dcf_threshold: cheapest.threshold,
        colour,
        band,
        points,
        ..DetCurve::default()
    }
}

fn curves(count: usize) -> Vec<DetCurve> {
    let names =
        ["RAT", "baseline", "zero reference", "WavLM-Large, AASIST head", "wav2vec 2.0 XLS-R 300M, frozen encoder"];
    let of = |index: usize| {
        let name = names.get(index).map_or_else(|| format!("system {}", index + 1), |&name| name.to_owned());
        curve(&name, index, &scores(index as u64, 3.9 - 0.28 * index as f64, 4_000))
    };
    (0..count).map(of).collect()
}

fn nbe() -> Vec<NbeCurve> {
    let of = |(colour, name): (usize, &str)| {
        let prior_log_odds: Vec<f64> = (-28..=28).map(|step| f64::from(step) / 4.0).collect();
        let bell = |odds: f64, height: f64, width: f64| height / (1.0 + (odds / width).powi(2));
        let minimum: Vec<f64> =
            prior_log_odds.iter().map(|&odds| 1.0 - bell(odds, 0.85 - 0.2 * colour as f64, 4.0)).collect();
        let actual = minimum
            .iter()
            .zip(&prior_log_odds)
            .map(|(least, odds)| least + 0.03 + 0.02 * (odds - 1.0).max(0.0).powi(2));
        NbeCurve { name: name.into(), colour, actual: actual.collect(), minimum, prior_log_odds }
    };
    [(0, "RAT"), (1, "wav2vec 2.0, empirical risk")].into_iter().map(of).collect()
}

fn heat(rows: usize, columns: usize) -> HeatMap {
    let names = |letter: &str, count: usize| -> Vec<String> {
        (0..count).map(|index| if index == 0 { "pooled".into() } else { format!("{letter}{index:02}") }).collect()
    };
    let cell = |row: usize, column: usize| {
        let value = 0.32 * ((row * 7 + column * 3) as f64 * 0.618_034).fract().powi(2);
        (row * column % 11 != 10).then_some(HeatCell { value, few_errors: value < 0.004 })
    };
    HeatMap {
        title: "RAT, matched".into(),
        measure: "EER %".into(),
        rows: names("A", rows),
        columns: names("C", columns),
        cells: (0..rows).map(|row| (0..columns).map(|column| cell(row, column)).collect()).collect(),
    }
}

fn forest() -> Vec<IntervalRow> {
    let of = |index: usize| {
        let eer = 0.05 + 0.012 * index as f64;
        IntervalRow {
            system: ["RAT", "zero reference", "baseline"][index / 4].into(),
            condition: ["matched", "same speaker", "white noise", "silence"][index % 4].into(),
            eer,
            low: eer - 0.006 - 0.0004 * index as f64,
            high: eer + 0.007 + 0.0005 * index as f64,
            colour: index / 4,
        }
    };
    (0..12).map(of).collect()
}

fn pairs() -> Differences {
    let of = |(index, against): (usize, &str)| {
        let difference = -0.012 + 0.007 * index as f64;
        DifferenceRow {
            system: "RAT".into(),
            against: against.into(),
            difference,
            low: difference - 0.006,
            high: difference + 0.005,
            p_value: Some([0.0004, 0.031, 0.62, 0.048][index]),
            colour: index,
        }
    };
    let against = ["baseline", "zero reference", "self-attention", "wav2vec 2.0 XLS-R 300M, frozen encoder"];
    Differences { measure: "EER %".into(), rows: against.into_iter().enumerate().map(of).collect() }
}

fn spread(title: &str, (bonafide, spoof): (Vec<f64>, Vec<f64>), scale: HistogramScale) -> Histogram {
    let measured = DetectionScores::new(&bonafide, &spoof).unwrap();
    Histogram {
        title: title.into(),
        quantity: "score".into(),
        threshold: measured.eer(EerRule::Official).threshold,
        min_dcf_threshold: Some(measured.min_dcf(&CostModel::ASVSPOOF5).threshold),
        scale,
        costs: Some(CostModel::ASVSPOOF5),
        bonafide,
        spoof,
    }
}

/// A rising tone in noise, alone or with an echo.
fn chirp(echo: bool) -> Waveform {
    let mut random = ChaCha8Rng::seed_from_u64(8);
    let tone = |at: usize| if at % 9_000 < 6_000 { (1e-5 * (at * at) as f32).sin() } else { 0.0 };
    let late = |at: usize| if echo && at > 3_000 { 0.5 * tone(at - 3_000) } else { 0.0 };
    Waveform::new((0..32_000).map(|at| 0.4 * (tone(at) + late(at)) + random.random_range(-1e-3..1e-3)).collect())
}

/// Every figure with a name and how many data its table has, where that is not said elsewhere.
fn all() -> Vec<(&'static str, Figure)> {
    let probabilities = |(bonafide, spoof): (Vec<f64>, Vec<f64>)| {
        let squeeze =
            |values: Vec<f64>| values.into_iter().map(|value| 1.0 / (1.0 + (4.0 - 3.0 * value).exp())).collect();
        (squeeze(bonafide), squeeze(spoof))
    };
    let odds = probit(0.5) + (0.95_f64 / 0.5).ln();
    vec![
        ("det-1", det(&curves(1)).unwrap()),
        ("det-2", det(&curves(2)).unwrap()),
        ("det-7", det(&curves(7)).unwrap()),
        ("det-10", det(&curves(10)).unwrap()),
        ("calibration", calibration(&nbe(), odds).unwrap()),
        ("heat-small", heat_map(&heat(1, 3)).unwrap()),
        ("heat", heat_map(&heat(17, 13)).unwrap()),
        ("intervals", intervals(&forest()).unwrap()),
        ("differences", differences(&pairs()).unwrap()),
        ("histogram", histogram(&spread("RAT", scores(3, 3.0, 4_000), HistogramScale::Linear)).unwrap()),
        ("before-and-after", before_and_after("an echo", &chirp(false), &chirp(true)).unwrap()),
        (
            "histogram-logit",
            histogram(&spread("RAT", probabilities(scores(3, 3.0, 4_000)), HistogramScale::Logit)).unwrap(),
        ),
    ]
}

/// Whether every element is closed in turn, attributes are quoted and no ampersand stands alone.
fn is_well_formed(xml: &str) -> bool {
    let mut open = Vec::new();
    let mut rest = xml;
    while let Some(start) = rest.find('<') {
        let (text, tagged) = rest.split_at(start);
        let Some(end) = tagged.find('>') else { return false };
        let tag = &tagged[1..end];
        let entities =
            ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;"].map(|entity| tagged[..end].matches(entity).count());
        if text.contains('>')
            || tagged[..end].matches('&').count() != entities.iter().sum::<usize>()
            || !tag.matches('"').count().is_multiple_of(2)
        {
            return false;
        }
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or("");
        match (tag.starts_with('/'), tag.ends_with('/')) {
            (true, _) if open.pop() != Some(name) => return false,
            (false, false) => open.push(name),
            _ => {}
        }
        rest = &tagged[end + 1..];
    }
    open.is_empty() && rest.trim().is_empty()
}

/// Width and height of a PNG whose chunks are complete.
fn png_size(png: &[u8]) -> Option<(u32, u32)> {
    let mut rest = png.strip_prefix(b"\x89PNG\r\n\x1A\n")?;
    let number = |bytes: &[u8]| Some(u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?));
    let size = (number(rest.get(8..)?)?, number(rest.get(12..)?)?);
    while rest.get(4..8)? != b"IEND" {
        rest = rest.get(number(rest)? as usize + 12..)?;
    }
    (rest.len() == 12).then_some(size)
}

#[test]
fn every_form_is_sound() {
    for (name, figure) in all() {
        assert!(is_well_formed(figure.svg()), "{name}");
        assert!(is_well_formed(&figure.svg_adaptive()), "{name}");
        let (width, height) = figure.size();
        assert_eq!(png_size(figure.png()), Some((2 * width, 2 * height)), "{name}");
        let fields = figure.csv.lines().next().unwrap().split(',').count();
        assert!(figure.csv.lines().all(|line| line.contains('"') || line.split(',').count() == fields), "{name}");
        let script = name.starts_with("det") || name.starts_with("histogram");
        assert_eq!(figure.interaction.is_some(), script, "{name}");
    }
    assert!(!is_well_formed("<svg><g></svg>") && !is_well_formed("<a b=\"&\"/>") && !is_well_formed("<a b=\"/>"));
}

#[test]
fn tables_have_a_row_a_datum() {
    let figures = all();
    let rows = |name: &str| figures.iter().find(|(known, _)| *known == name).unwrap().1.csv.lines().count() - 1;
    let known = curves(2);
    assert_eq!(rows("det-2"), known.iter().map(|curve| curve.points.len() + curve.band.len()).sum::<usize>());
    assert_eq!((rows("calibration"), rows("heat"), rows("heat-small")), (2 * 57, 17 * 13, 3));
    assert_eq!((rows("intervals"), rows("differences"), rows("histogram")), (12, 4, 2 * 57));
    assert_eq!(rows("before-and-after"), 2 * 112);
}

#[test]
fn the_script_gets_points_of_the_curve() {
    let curves = curves(10);
    let script = det(&curves).unwrap().interaction.unwrap();
    for (curve, given) in curves.iter().zip(script["curves"].as_array().unwrap()) {
        let column =
            |name: &str| given[name].as_array().unwrap().iter().map(serde_json::Value::as_f64).collect::<Vec<_>>();
        let (far, frr, threshold) = (column("far"), column("frr"), column("threshold"));
        assert!((100..=400).contains(&far.len()) && far.len() == frr.len() && far.len() == threshold.len());
        assert_eq!((far[0], frr[0], threshold[far.len() - 1]), (Some(1.0), Some(0.0), None));
        let mut at = 0;
        for index in 0..far.len() {
            let close =
                |given: Option<f64>, known: f64| given.is_none_or(|given| (given - known).abs() <= 1e-5 * known.abs());
            let found = curve.points[at..].iter().position(|point| {
                close(far[index], point.far) && close(frr[index], point.frr) && close(threshold[index], point.threshold)
            });
            at += found.expect("every point given is one of the curve's, in order");
        }
        let gap = far.iter().zip(&frr).map(|(far, frr)| (far.unwrap() - frr.unwrap()).abs()).fold(1.0, f64::min);
        assert!(gap < 0.001);
    }
    assert_eq!(script["curves"][8]["colour"], 1);
    assert_eq!(script["curves"][8]["dashed"], true);
    assert_eq!(script["box"], serde_json::json!({ "left": 256.0, "top": 176.0, "width": 1600.0, "height": 1600.0 }));
}

/// Scores of both classes from `file,score,label`.
fn read(file: &PathBuf) -> (Vec<f64>, Vec<f64>) {
    let mut scores = (Vec::new(), Vec::new());
    for line in fs::read_to_string(file).unwrap().lines() {
        let mut fields = line.rsplit(',');
        let (label, score) = (fields.next().unwrap(), fields.next().unwrap().parse().unwrap());
        if label == "0" { scores.0.push(score) } else { scores.1.push(score) }
    }
    scores
}

/// The EER of every cell from a table of `EER %/minDCF`.
fn breakdown(file: &PathBuf) -> HeatMap {
    let text = fs::read_to_string(file).unwrap();
    let mut lines = text.lines().map(|line| line.split('\t').map(String::from).collect::<Vec<_>>());
    let columns = lines.next().unwrap()[1..].to_vec();
    let mut map = HeatMap { title: "wavlm_erm".into(), measure: "EER %".into(), columns, ..HeatMap::default() };
    for line in lines {
        map.rows.push(line[0].clone());
        let value = |cell: &String| cell.split('/').next().unwrap().parse::<f64>().unwrap() / 100.0;
        let cell = |cell: &String| Some(HeatCell { value: value(cell), few_errors: value(cell) < 0.006 });
        map.cells.push(line[1..].iter().map(cell).collect());
    }
    map
}

#[test]
#[ignore = "writes pictures to look at: GALLERY=DIR SCORES=DIR, both needed"]
fn pictures() {
    let folder = |name: &str| PathBuf::from(std::env::var_os(name).unwrap());
    let (gallery, source) = (folder("GALLERY"), folder("SCORES"));
    let mut figures = all();
    figures.push(("heat-real", heat_map(&breakdown(&source.join("golden_attack_x_codec.tsv"))).unwrap()));
    let mut real = Vec::new();
    for (index, name) in ["wavlm_erm", "w2v2_erm"].into_iter().enumerate() {
        let scores = read(&source.join(format!("{name}.csv")));
        real.push(curve(name, index, &scores));
        let names = [["histogram-a", "histogram-a-logit"], ["histogram-b", "histogram-b-logit"]][index];
        for (key, scale) in names.into_iter().zip([HistogramScale::Linear, HistogramScale::Logit]) {
            figures.push((key, histogram(&spread(name, scores.clone(), scale)).unwrap()));
        }
    }
    figures.push(("det-real", det(&real).unwrap()));
    let mut page = format!(
        "<!doctype html><meta charset=\"utf-8\"><style>:root{{{}}}@media(prefers-color-scheme:dark){{:root{{{}}}}}",
        Figure::style(false),
        Figure::style(true)
    );
    page.push_str("body{width:780px;margin:0;background:var(--figure-paper)}svg{display:block}</style>");
    for (name, figure) in figures {
        fs::write(gallery.join(format!("{name}.svg")), figure.svg()).unwrap();
        fs::write(gallery.join(format!("{name}.png")), figure.png()).unwrap();
        fs::write(gallery.join(format!("{name}.csv")), &figure.csv).unwrap();
        fs::write(
            gallery.join(format!("{name}.json")),
            figure.interaction.as_ref().map_or(String::new(), |script| script.to_string()),
        )
        .unwrap();
        page.push_str(&figure.svg_adaptive());
    }
    fs::write(gallery.join("gallery.html"), page).unwrap();
}
