//! `plot`: every kind, in every form, with numbers that are those of `metrics`.

use super::{
    program::{Place, number, rows},
    synthetic,
};

const KINDS: [(&str, &str); 6] = [
    ("det", "good.csv bad.csv"),
    ("histogram", "good.csv"),
    ("intervals", "good.csv bad.csv"),
    ("differences", "good.csv bad.csv third.csv"),
    ("heat-map", "good.csv --protocol key.tsv"),
    ("calibration", "good.csv --scale llr"),
];

#[test]
fn every_kind_comes_in_every_form() {
    let place = Place::with_systems();
    synthetic::write_scores(&place.at("third.csv"), 3, 1.9);
    for (kind, arguments) in KINDS {
        let line = format!("plot {kind} {arguments} --resamples 50");
        let svg = place.says(&line);
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"), "{kind}");
        assert!(!svg.contains("NaN") && !svg.contains("inf\""), "{kind}");
        place.succeeds(&format!("{line} --output {kind}.svg"));
        assert_eq!(place.read(&format!("{kind}.svg")).trim_end(), svg.trim_end(), "{kind}");
        place.succeeds(&format!("{line} --output {kind}.png"));
        let png = std::fs::read(place.at(&format!("{kind}.png"))).expect("a picture");
        assert!(png.starts_with(b"\x89PNG") && png.len() > 5_000, "{kind}: {} bytes", png.len());
        place.succeeds(&format!("{line} --output {kind}.csv"));
        let mut csv = csv::Reader::from_path(place.at(&format!("{kind}.csv"))).expect("a table");
        let rows: Vec<_> = csv.records().map(|record| record.expect("a row")).collect();
        assert!(rows.len() > 1, "{kind}");
    }
}

#[test]
fn the_heat_map_holds_the_cells_of_metrics() {
    let place = Place::with_systems();
    let table = place.tells("metrics good.csv --protocol key.tsv --by attack,codec --resamples 0 --format json");
    for measure in ["eer", "min_dcf"] {
        place
            .succeeds(&format!("plot heat-map good.csv --protocol key.tsv --measure {measure} --output {measure}.csv"));
        let csv = place.read(&format!("{measure}.csv"));
        for row in rows(&table) {
            let wanted = number(row, measure);
            let found = csv.split([',', '\n']).filter_map(|field| field.parse::<f64>().ok());
            assert!(found.into_iter().any(|value| (value - wanted).abs() < 1e-9), "{row}: {csv}");
        }
    }
}

#[test]
fn what_a_figure_lacks_is_said() {
    let place = Place::with_systems();
    place.refuses("plot heat-map good.csv", &["attack and codec", "--protocol"]);
    place.refuses("plot calibration good.csv", &["--scale llr"]);
    place.refuses("plot differences good.csv", &["two"]);
    place.refuses("plot differences good.csv bad.csv --resamples 0", &["resamples"]);
    synthetic::write_submission(&place.at("cm.tsv"), 1, 2.0);
    place.refuses("plot det cm.tsv", &["cm", "labels"]);
}
