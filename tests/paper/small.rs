//! As little as there can be: two trials, one class, no labels, scores that are all the same.

use super::program::{Place, number, rows, text};

const ALL: &str = "--param resamples=20 --format html,markdown,latex --output out";

fn place(content: &str) -> Place {
    let place = Place::new();
    place.write("s.csv", content);
    place
}

#[test]
fn two_trials_are_measured_without_an_interval() {
    let place = place("a,2.5,bonafide\nb,-1.5,spoof\n");
    let table = place.tells("metrics s.csv --format json");
    assert_eq!((number(&table[0], "eer"), number(&table[0], "min_dcf")), (0.0, 0.0));
    assert!(table[0]["eer_low"].is_null() && table[0]["level"].is_null());
    assert!(text(&table[0], "method").contains("too few"));
    for form in ["table", "csv", "markdown", "latex"] {
        let said = place.says(&format!("metrics s.csv --format {form}"));
        assert!(form == "csv" || !said.contains("NaN"), "{said}");
    }
    place.succeeds("metrics s.csv --scale llr --format json");
    for kind in ["det", "histogram", "intervals"] {
        place.succeeds(&format!("plot {kind} s.csv --output {kind}.svg"));
        assert!(!place.read(&format!("{kind}.svg")).contains("NaN"), "{kind}");
    }
    for name in ["scores", "paper"] {
        place.succeeds(&format!("render {name} --param scores=s.csv --param scale=llr {ALL}"));
        assert!(place.says(&format!("verify out/{name}.json")).starts_with("IDENTICAL"));
        assert!(!place.read(&format!("out/{name}.md")).contains("NaN"));
    }
    place.write("t.csv", "b,-1.0,spoof\na,1.5,bonafide\n");
    place.refuses("compare s.csv t.csv", &["trial"]);
    place.succeeds(&format!("render scores --param scores=s.csv,t.csv {ALL}"));
    assert!(place.read("out/scores.md").contains("not compared"));
}

#[test]
fn a_run_of_two_trials_renders() {
    let place = Place::new();
    super::invented::write_run(&place.at("RAT"), "RAT", true);
    for entry in std::fs::read_dir(place.at("RAT/scores")).expect("tables") {
        let path = entry.expect("a table").path();
        let table = std::fs::read_to_string(&path).expect("a table");
        let kept: Vec<_> = table.lines().take(2).chain(table.lines().last()).collect();
        std::fs::write(&path, kept.join("\n")).expect("writable");
    }
    place.succeeds(&format!("render paper --param scores=RAT {ALL}"));
    assert!(place.read("out/paper.md").contains("not compared"));
}

#[test]
fn one_class_and_no_labels_are_refused_by_name() {
    let one = place("a,2.5,bonafide\nb,1.5,bonafide\n");
    let none = place("a,2.5,nan\nb,1.5,nan\n");
    for (place, word) in [(&one, "spoof"), (&none, "labels")] {
        place.refuses("metrics s.csv", &["s.csv", word]);
        place.refuses("plot det s.csv", &[word]);
        place.refuses(&format!("render scores --param scores=s.csv {ALL}"), &["s.csv", word]);
        place.refuses("compare s.csv s.csv", &[word]);
        assert!(!place.at("out").exists());
    }
}

#[test]
fn unlabelled_trials_are_left_out_and_said() {
    let place = place("a,2.5,bonafide\nb,-1.5,spoof\nc,9.5,nan\nd,2.0,bonafide\ne,-2.0,spoof\n");
    let ran = place.succeeds("metrics s.csv --resamples 20 --format json");
    assert!(ran.complained.contains("1 trials") && ran.complained.contains("unlabelled"), "{}", ran.complained);
    let table: serde_json::Value = serde_json::from_str(&ran.said).expect("JSON");
    assert_eq!((number(&table[0], "bonafide"), number(&table[0], "spoof")), (2.0, 2.0));
    place.succeeds(&format!("render scores --param scores=s.csv {ALL}"));
}

#[test]
fn equal_scores_are_a_coin() {
    let lines: String =
        (0..40).map(|at| format!("t{at},0.5,{}\n", if at % 4 == 0 { "bonafide" } else { "spoof" })).collect();
    let place = place(&lines);
    let table = place.tells("metrics s.csv --scale llr --resamples 20 --format json");
    assert_eq!((number(&table[0], "eer_tie_merged"), number(&table[0], "min_dcf")), (0.5, 1.0));
    assert_eq!(number(&table[0], "min_cllr"), 1.0);
    for name in ["scores", "paper"] {
        place.succeeds(&format!("render {name} --param scores=s.csv --param scale=llr {ALL}"));
        let data = place.json(&format!("out/{name}.json"));
        assert_eq!(rows(&data["results"]["rows"]).len(), 1);
    }
    for kind in ["det", "histogram", "intervals"] {
        assert!(!place.says(&format!("plot {kind} s.csv --resamples 20")).contains("NaN"), "{kind}");
    }
}

#[test]
fn groups_without_a_class_are_left_out() {
    let place = Place::new();
    let mut key = "file,label,codec\n".to_owned();
    let mut scores = String::new();
    for (at, (label, codec)) in
        [("bonafide", "a"), ("spoof", "a"), ("bonafide", "b"), ("spoof", "c"), ("bonafide", "a"), ("spoof", "a")]
            .into_iter()
            .enumerate()
    {
        key.push_str(&format!("t{at},{label},{codec}\n"));
        scores.push_str(&format!("t{at} {}\n", if label == "spoof" { -(at as f64) - 0.25 } else { at as f64 + 0.5 }));
    }
    place.write("codecs.csv", key);
    place.write("s.txt", scores);
    let table = place.tells("metrics s.txt --protocol codecs.csv --by codec --resamples 20 --format json");
    let groups: Vec<_> = rows(&table).iter().map(|row| text(row, "group")).collect();
    assert_eq!(groups, ["pooled", "a"]);
    place.succeeds("plot heat-map s.txt --protocol codecs.csv --rows codec --columns codec --output cells.svg");
}
