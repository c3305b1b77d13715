//! `compare`: systems on the same trials, whatever the order of their files.

use super::{
    brute::Scores,
    program::{Place, number, rows, text},
    synthetic,
};

/// A file's lines in another order.
fn shuffled(place: &Place, name: &str, new: &str) {
    let text = place.read(name);
    let mut lines: Vec<&str> = text.lines().collect();
    lines.reverse();
    lines.rotate_left(701);
    place.write(new, lines.join("\n"));
}

#[test]
fn two_systems_are_told_apart() {
    let place = Place::with_systems();
    let ran = place.succeeds("compare good.csv bad.csv --resamples 300");
    assert!(ran.complained.contains("good errs less than bad by"), "{}", ran.complained);
    let table = place.tells("compare good.csv bad.csv --resamples 300 --format json");
    let row = &rows(&table)[0];
    let trials = synthetic::trials();
    let eer = |seed, skill| {
        let scores: Vec<f64> = trials.iter().map(|trial| trial.score(seed, skill)).collect();
        Scores::of(scores.iter().zip(trials.iter().map(|trial| trial.human))).eer_official()
    };
    assert!((number(row, "eer_first") - eer(1, 2.0)).abs() < 1e-12);
    assert!((number(row, "eer_difference") - (eer(1, 2.0) - eer(2, 1.3))).abs() < 1e-12);
    let [low, value, high] = ["eer_low", "eer_difference", "eer_high"].map(|key| number(row, key));
    assert!(low < value && value < high && high < 0.0);
    assert_eq!(number(row, "trials") as usize, trials.len());
    assert!(number(row, "eer_p") <= 2.0 / 301.0 && row["eer_p"] == row["eer_p_holm"]);
}

#[test]
fn the_order_of_the_lines_counts_for_nothing() {
    let place = Place::with_systems();
    shuffled(&place, "bad.csv", "shuffled.csv");
    let line = |second: &str| format!("compare good.csv {second} --resamples 100 --format json");
    let mut other = place.tells(&line("shuffled.csv"));
    other[0]["second"] = "bad".into();
    assert_eq!(place.tells(&line("bad.csv")), other);
}

#[test]
fn a_system_does_not_differ_from_itself() {
    let place = Place::with_systems();
    place.write("again/good.csv", place.read("good.csv"));
    let ran = place.succeeds("compare good.csv again/good.csv --resamples 100 --format json");
    let table: serde_json::Value = serde_json::from_str(&ran.said).expect("JSON");
    assert_eq!((number(&table[0], "eer_difference"), number(&table[0], "eer_p")), (0.0, 1.0));
    assert_ne!(text(&table[0], "first"), text(&table[0], "second"), "files of one name are told apart");
}

#[test]
fn three_systems_make_three_pairs_or_two() {
    let place = Place::with_systems();
    synthetic::write_scores(&place.at("third.csv"), 3, 1.95);
    let names = |line: &str| -> Vec<(String, String)> {
        let table = place.tells(line);
        rows(&table).iter().map(|row| (text(row, "first").into(), text(row, "second").into())).collect()
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    let all = "compare good.csv bad.csv third.csv --resamples 100 --format json";
    assert_eq!(names(all), [pair("good", "bad"), pair("good", "third"), pair("bad", "third")]);
    assert_eq!(names(&format!("{all} --with-first")), [pair("good", "bad"), pair("good", "third")]);
    let table = place.tells(all);
    for row in rows(&table) {
        let corrected = number(row, "eer_p_holm");
        assert!(number(row, "eer_p") <= corrected && corrected <= 1.0, "{row}");
    }
    for form in ["table", "csv", "markdown", "latex"] {
        assert!(
            place
                .says(&format!("compare good.csv bad.csv third.csv --resamples 100 --format {form}"))
                .contains("third")
        );
    }
    let clustered = "compare good.csv bad.csv --protocol key.tsv --bootstrap speaker --resamples 100 --format json";
    assert!(text(&place.tells(clustered)[0], "method").contains("speakers"));
}

#[test]
fn seeds_have_a_mean_and_a_deviation() {
    let place = Place::new();
    let mut eers = Vec::new();
    for seed in 1..=3 {
        synthetic::write_scores(&place.at(&format!("seed{seed}.csv")), seed, 1.8);
        let table = place.tells(&format!("metrics seed{seed}.csv --resamples 0 --format json"));
        eers.push(number(&table[0], "eer"));
    }
    let table = place.tells("compare seed1.csv seed2.csv seed3.csv --seeds --resamples 200 --format json");
    let row = &rows(&table)[0];
    let mean = eers.iter().sum::<f64>() / 3.0;
    let deviation = (eers.iter().map(|eer| (eer - mean).powi(2)).sum::<f64>() / 2.0).sqrt();
    assert_eq!((text(row, "measure"), number(row, "seeds")), ("eer", 3.0));
    assert!((number(row, "mean") - mean).abs() < 1e-12);
    assert!((number(row, "standard_deviation") - deviation).abs() < 1e-12);
    assert!(number(row, "low") < mean && mean < number(row, "high"));
    for form in ["table", "csv", "markdown", "latex"] {
        let said = place.says(&format!("compare seed1.csv seed2.csv seed3.csv --seeds --resamples 50 --format {form}"));
        assert!(said.contains("tandard"), "{said}");
    }
}

#[test]
fn other_trials_are_refused() {
    let place = Place::with_systems();
    let text = place.read("bad.csv");
    let (_, rest) = text.split_once('\n').expect("lines");
    place.write("fewer.csv", rest);
    place.refuses("compare good.csv fewer.csv", &["good", "fewer", "1997", "1998"]);
    place.write("renamed.csv", text.replace("E_0000000007,", "E_7,"));
    place.refuses("compare good.csv renamed.csv", &["they share 1997"]);
    place.write("relabelled.csv", text.replacen(",bonafide", ",spoof", 1));
    place.refuses("compare good.csv relabelled.csv", &["label E_0000000000 differently"]);
    place.refuses("compare good.csv bad.csv --resamples 0", &["resamples"]);
    place.refuses("compare good.csv nowhere.csv", &["nowhere.csv"]);
}
