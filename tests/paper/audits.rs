//! `audit`: each thing that can be found, by name, and the exit code of it.

use super::{
    program::{Place, number, rows, text},
    synthetic,
};

/// The findings of a file as (severity, what, count).
fn findings(place: &Place, line: &str, code: i32) -> Vec<(String, String, usize)> {
    let ran = place.typed(&format!("{line} --format json"));
    assert_eq!(ran.code, Some(code), "{line}: {ran:?}");
    let audits: serde_json::Value = serde_json::from_str(&ran.said).expect("JSON");
    let found = rows(&audits[0]["findings"]).iter();
    found.map(|row| (text(row, "severity").into(), text(row, "what").into(), number(row, "count") as usize)).collect()
}

#[test]
fn a_clean_file_has_no_findings() {
    let place = Place::with_systems();
    let ran = place.succeeds("audit good.csv bad.csv --protocol key.tsv");
    assert_eq!(ran.said.matches("nothing odd was found").count(), 2, "{}", ran.said);
    for form in ["csv", "markdown", "latex"] {
        assert!(place.says(&format!("audit good.csv --format {form}")).contains("nothing odd"), "{form}");
    }
}

#[test]
fn each_error_is_found_and_fails() {
    let place = Place::with_systems();
    let good = place.read("good.csv");
    for (name, content, severity, part, count) in [
        ("nan", good.replacen("\nE_0000000001,", "\nE_0000000001,nan,bonafide\nx,", 1), "error", "NaN", 1),
        ("infinite", good.replacen("\nE_0000000001,", "\nE_0000000001,inf,bonafide\nx,", 1), "error", "infinite", 1),
        ("twice", good.clone() + "E_0000000003,0.25,bonafide\n", "error", "another score", 1),
        ("broken", good.clone() + "no score here\n", "error", "cannot be read", 1),
        (
            "human",
            good.lines().filter(|line| line.ends_with("bonafide")).collect::<Vec<_>>().join("\n"),
            "error",
            "bona fide",
            480,
        ),
        (
            "made",
            good.lines().filter(|line| line.ends_with("spoof")).collect::<Vec<_>>().join("\n"),
            "error",
            "are spoof",
            1518,
        ),
    ] {
        place.write(&format!("{name}.csv"), content);
        let found = findings(&place, &format!("audit {name}.csv"), 1);
        let fits = |(level, what, number): &(String, String, usize)| {
            level == severity && what.contains(part) && *number == count
        };
        assert!(found.iter().any(fits), "{name}: {found:?}");
    }
    let first = good.lines().next().expect("a line").to_owned();
    place.write("same.csv", good.clone() + &first + "\n");
    let found = findings(&place, "audit same.csv", 1);
    assert!(found.iter().any(|finding| finding.1.contains("the same score")), "{found:?}");
    place.refuses("audit good.csv nan.csv", &["1 of 2 score files"]);
    place.refuses("audit nowhere.csv", &["nowhere.csv"]);
}

#[test]
fn the_protocol_says_what_is_missing_and_strange() {
    let place = Place::with_systems();
    let good = place.read("good.csv");
    let fewer: Vec<&str> = good.lines().skip(5).collect();
    place.write("fewer.csv", fewer.join("\n"));
    let found = findings(&place, "audit fewer.csv --protocol key.tsv", 0);
    assert_eq!(found, [("warning".to_owned(), "trials of the protocol have no score".to_owned(), 5)]);
    place.write("more.csv", good.clone() + "E_stranger,0.5,spoof\n");
    let found = findings(&place, "audit more.csv --protocol key.tsv", 1);
    assert!(found.iter().any(|finding| finding.1.contains("not in the protocol") && finding.2 == 1), "{found:?}");
    place.write("other.csv", good.replacen(",bonafide", ",spoof", 3));
    let found = findings(&place, "audit other.csv --protocol key.tsv", 1);
    assert!(found.iter().any(|finding| finding.1.contains("contradict") && finding.2 == 3), "{found:?}");
    let with_endings: String = good.lines().map(|line| line.replacen(',', ".flac,", 1) + "\n").collect();
    place.write("endings.csv", with_endings);
    let found = findings(&place, "audit endings.csv --protocol key.tsv", 0);
    assert!(found.iter().any(|finding| finding.1.contains("without folder and ending")), "{found:?}");
    let measured = |file: &str| {
        place.tells(&format!("metrics {file} --protocol key.tsv --by codec --format json"))[1]["eer"].clone()
    };
    assert_eq!(measured("endings.csv"), measured("good.csv"), "paths are joined by the file's name");
}

#[test]
fn a_key_may_repeat_itself_but_not_contradict_itself() {
    let place = Place::with_systems();
    let key = place.read("key.tsv");
    let first = key.lines().next().expect("a line");
    place.write("twice.tsv", format!("{key}{first}\n"));
    let plain = place.tells("metrics good.csv --protocol key.tsv --format json");
    assert_eq!(place.tells("metrics good.csv --protocol twice.tsv --format json"), plain);
    let other = match first.contains("bonafide") {
        true => first.replace("bonafide", "spoof"),
        false => first.replace("spoof", "bonafide"),
    };
    place.write("both.tsv", format!("{key}{other}\n"));
    let ran = place.typed("metrics good.csv --protocol both.tsv");
    assert_eq!(ran.code, Some(1));
    assert!(ran.complained.contains(&format!("line {}", key.lines().count() + 1)), "{}", ran.complained);
    let found = findings(&place, "audit good.csv --protocol both.tsv", 1);
    assert!(found.iter().any(|finding| finding.1.contains("two labels")), "{found:?}");
}

#[test]
fn an_inverted_file_is_an_error() {
    let place = Place::new();
    synthetic::write_labelled(&place.at("inverted.csv"), |trial| -trial.score(1, 2.0));
    let found = findings(&place, "audit inverted.csv", 1);
    assert!(found.iter().any(|finding| finding.0 == "error" && finding.1.contains("other way round")), "{found:?}");
}

#[test]
fn scales_and_ties_are_noted_without_failing() {
    let place = Place::new();
    synthetic::write_labelled(&place.at("p.csv"), |trial| 1.0 / (1.0 + (-trial.score(1, 2.0)).exp()));
    let found = findings(&place, "audit p.csv", 0);
    assert!(found.iter().any(|finding| finding.0 == "note" && finding.1.contains("probabilities")), "{found:?}");
    synthetic::write_labelled(&place.at("tied.csv"), |trial| trial.score(1, 2.0).round());
    let found = findings(&place, "audit tied.csv", 0);
    for part in ["share their score", "have the same score", "different scores in"] {
        assert!(found.iter().any(|finding| finding.0 == "warning" && finding.1.contains(part)), "{part}: {found:?}");
    }
    synthetic::write_submission(&place.at("cm.tsv"), 1, 2.0);
    let found = findings(&place, "audit cm.tsv", 1);
    assert!(found.iter().any(|finding| finding.1 == "no trial has a label"), "{found:?}");
    findings(&place, "audit cm.tsv --protocol key.tsv", 0);
}
