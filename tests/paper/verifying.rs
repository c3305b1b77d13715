//! `verify`: a page holds, or it is said what changed.

use super::{
    program::{Place, number, rows, text},
    synthetic,
};

fn rendered() -> Place {
    let place = Place::with_systems();
    let page = place.says(
        "render scores --param scores=good.csv,bad.csv --param protocol=key.tsv --param resamples=50 --output out",
    );
    assert_eq!(page.trim_end(), "out/scores.html");
    place
}

#[test]
fn a_page_among_its_own_inputs_holds() {
    let place = Place::with_systems();
    place.succeeds("render scores --param scores=. --param resamples=20 --output out");
    assert!(place.says("verify out/scores.json").starts_with("IDENTICAL"));
}

#[test]
fn an_untouched_page_is_identical() {
    let place = rendered();
    let said = place.says("verify out/scores.json");
    assert!(said.starts_with("IDENTICAL: ") && said.contains("numbers from 3 inputs"), "{said}");
    let found = place.tells("verify out/scores.json --json");
    assert_eq!(text(&found, "verdict"), "IDENTICAL");
    assert!(number(&found, "numbers") > 500.0, "{found}");
    place.succeeds("render paper --param scores=good.csv,bad.csv --param resamples=50 --param scale=llr --output out");
    assert!(place.says("verify out/paper.json").starts_with("IDENTICAL"));
}

#[test]
fn an_altered_input_is_named_with_what_it_moved() {
    let place = rendered();
    synthetic::write_scores(&place.at("bad.csv"), 5, 1.3);
    let ran = place.refuses("verify out/scores.json", &["out/scores.json", "render"]);
    assert!(ran.said.starts_with("CHANGED: 1 of 3 inputs") && ran.said.contains("bad.csv"), "{}", ran.said);
    assert!(ran.said.contains("--json lists all"), "{}", ran.said);
    let found: serde_json::Value =
        serde_json::from_str(&place.typed("verify out/scores.json --json").said).expect("JSON");
    let places: Vec<_> = rows(&found["changes"]).iter().map(|change| text(change, "place")).collect();
    assert!(places.contains(&"/results/rows/1/eer") && !places.contains(&"/results/rows/0/eer"), "{places:?}");
}

#[test]
fn an_input_that_can_no_longer_be_read_is_a_change() {
    let place = rendered();
    place.write("bad.csv", "nothing of use\n");
    let ran = place.refuses("verify out/scores.json", &["out/scores.json"]);
    assert!(ran.said.starts_with("CHANGED: 1 of 3 inputs") && ran.said.contains("bad.csv"), "{ran:?}");
}

#[test]
fn a_missing_input_is_named() {
    let place = rendered();
    std::fs::remove_file(place.at("key.tsv")).expect("there");
    let ran = place.refuses("verify out/scores.json", &[]);
    assert!(ran.said.contains("CHANGED: 1 of 3") && ran.said.contains("key.tsv: was SHA-256"), "{}", ran.said);
    assert!(ran.said.contains("is missing"));
}

#[test]
fn an_edited_page_is_found_out() {
    let place = rendered();
    let data = place.json("out/scores.json");
    let eer = number(&data["results"]["rows"][0], "eer");
    for (what, edit) in [
        (
            "a result",
            Box::new(|data: &mut serde_json::Value| data["results"]["rows"][0]["eer"] = (eer + 0.001).into())
                as Box<dyn Fn(&mut serde_json::Value)>,
        ),
        ("a sentence", Box::new(|data| data["findings"]["sentences"][0] = "All is well.".into())),
        ("a parameter", Box::new(|data| data["params"]["seed"] = 1.into())),
        (
            "a row that is gone",
            Box::new(|data| {
                data["results"]["rows"].as_array_mut().expect("rows").pop();
            }),
        ),
        (
            "a figure",
            Box::new(|data| {
                let csv = text(&data["figures"], "intervals").replacen("good", "best", 1);
                data["figures"]["intervals"] = csv.into();
            }),
        ),
        ("the costs", Box::new(|data| data["provenance"]["costs"]["c_fa"] = 1.0.into())),
        ("the intervals' words", Box::new(|data| data["provenance"]["intervals"] = "exact".into())),
    ] {
        let mut edited = data.clone();
        edit(&mut edited);
        place.write("edited.json", edited.to_string());
        let ran = place.typed("verify edited.json");
        assert_eq!(ran.code, Some(1), "{what}: {ran:?}");
        assert!(ran.said.starts_with("CHANGED: 0 of 3 inputs"), "{what}: {}", ran.said);
    }
}

#[test]
fn last_digits_are_equivalent() {
    let place = rendered();
    let mut data = place.json("out/scores.json");
    let eer = number(&data["results"]["rows"][0], "eer");
    data["results"]["rows"][0]["eer"] = (eer * (1.0 + 1e-12)).into();
    place.write("other.json", data.to_string());
    let said = place.says("verify other.json");
    assert!(said.starts_with("EQUIVALENT: ") && said.contains("e-1"), "{said}");
}

#[test]
fn what_is_no_page_is_refused() {
    let place = rendered();
    place.refuses("verify good.csv", &["good.csv", "NAME.json"]);
    place.refuses("verify nowhere.json", &["nowhere.json"]);
    place.write("list.json", "[1, 2]");
    place.refuses("verify list.json", &["provenance"]);
    place.write("half.json", "{\"provenance\": {}}");
    place.refuses("verify half.json", &["half.json"]);
}
