//! Measures against scikit-learn, NumPy and the official formulas (`fixtures/make_metrics_golden.py`), and their properties.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use rat::{
    Label,
    metrics::{
        CostModel, DetectionScores, EerRule, LabelledScores, OperatingPoint, Resampling, bootstrap, normal_cdf, probit,
    },
};
use serde_json::Value;

const GOLDEN: &str = include_str!("fixtures/metrics_golden.json");

fn golden() -> Value {
    serde_json::from_str(GOLDEN).unwrap()
}

fn number(value: &Value) -> f64 {
    if value == "inf" { f64::INFINITY } else { value.as_f64().unwrap() }
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

#[track_caller]
fn close(found: f64, expected: &Value, what: &str) {
    let expected = number(expected);
    assert!(found == expected || (found - expected).abs() <= 1e-12, "{what}: {found}, expected {expected}");
}

#[test]
fn cases_agree_with_both_packages() {
    for case in golden()["cases"].as_array().unwrap() {
        let scores = DetectionScores::new(&numbers(&case["bonafide"]), &numbers(&case["spoof"])).unwrap();
        let name = case["name"].as_str().unwrap();
        let (official, merged) = (&case["official"], &case["tie_merged"]);
        let check = |point: OperatingPoint, golden: &Value, measure: &str| {
            close(point.rate, &golden[measure], &format!("{name}, {measure}"));
            if let Some(threshold) = golden.get(format!("{measure}_threshold")) {
                close(point.threshold, threshold, &format!("{name}, threshold of {measure}"));
            }
        };
        check(scores.eer(EerRule::Official), official, "eer");
        check(scores.eer(EerRule::TieMerged), merged, "eer");
        check(scores.min_dcf(&CostModel::ASVSPOOF5), official, "min_dcf");
        close(scores.min_dcf(&CostModel::ASVSPOOF5).rate, &merged["min_dcf"], name);
    }
}

/// scikit-learn cuts the curve to the part between the first FAR of 0 and the last FRR of 0; ours is whole.
#[test]
fn the_curve_holds_scikit_learns() {
    for case in golden()["cases"].as_array().unwrap() {
        let curve = DetectionScores::new(&numbers(&case["bonafide"]), &numbers(&case["spoof"])).unwrap().det();
        let merged = &case["tie_merged"];
        let expected =
            numbers(&merged["thresholds"]).into_iter().zip(numbers(&merged["far"])).zip(numbers(&merged["frr"]));
        for ((threshold, far), frr) in expected {
            let point = curve.iter().find(|point| point.threshold == threshold).unwrap();
            assert!((point.far - far).abs() < 1e-12 && (point.frr - frr).abs() < 1e-12, "{point:?}");
        }
    }
}

#[test]
fn the_interval_is_numpys() {
    let golden = &golden()["resampled"];
    let labels = numbers(&golden["labels"]).into_iter().map(|class| Label::from_class(class as usize).unwrap());
    let scores = LabelledScores::new(numbers(&golden["scores"]).into_iter().zip(labels)).unwrap();
    for (seed, expected) in golden["seeds"].as_object().unwrap() {
        for (rule, name) in [(EerRule::Official, "eer_official"), (EerRule::TieMerged, "eer_tie_merged")] {
            let settings = bootstrap::Settings {
                eer: rule,
                resampling: Resampling::Numpy,
                resamples: golden["resamples"].as_u64().unwrap() as usize,
                seed: seed.parse().unwrap(),
                ..Default::default()
            };
            let found = bootstrap::estimate(&scores, &settings).unwrap();
            for (estimate, measure) in [(found.eer, name), (found.min_dcf, "min_dcf")] {
                close(estimate.low, &expected[measure][0], measure);
                close(estimate.high, &expected[measure][1], measure);
            }
        }
    }
}

#[test]
fn probits_are_scipys() {
    for (function, name) in [(probit as fn(f64) -> f64, "probit"), (normal_cdf, "normal_cdf")] {
        for pair in golden()[name].as_array().unwrap() {
            let (x, expected) = (number(&pair[0]), number(&pair[1]));
            let found = function(x);
            assert!((found - expected).abs() <= 1e-12 * expected.abs(), "{name}({x}) = {found}, expected {expected}");
        }
    }
    assert_eq!((probit(0.0), probit(1.0)), (f64::NEG_INFINITY, f64::INFINITY));
    assert!(probit(1.5).is_nan() && probit(f64::NAN).is_nan());
}

/// Trials of two overlapping normal classes, always the same.
fn normal_trials(bonafide: usize, spoof: usize) -> Vec<(f64, Label)> {
    let draw = |index: usize, stride: f64| probit((index as f64 * stride + 0.37).fract());
    let human = (0..bonafide).map(|index| (draw(index, 0.618_033_988_749_895) + 1.5, Label::Bonafide));
    let made = (0..spoof).map(|index| (draw(index, 0.414_213_562_373_095) - 1.0, Label::Spoof));
    human.chain(made).collect()
}

fn intervals(trials: Vec<(f64, Label)>, settings: &bootstrap::Settings) -> bootstrap::Intervals {
    bootstrap::estimate(&LabelledScores::new(trials).unwrap(), settings).unwrap()
}

#[test]
fn fast_and_numpy_streams_agree_within_chance() {
    let trials = normal_trials(2_000, 6_000);
    let fast = intervals(trials.clone(), &Default::default());
    let numpy = intervals(trials, &bootstrap::Settings { resampling: Resampling::Numpy, ..Default::default() });
    for (ours, theirs) in [(&fast.eer, &numpy.eer), (&fast.min_dcf, &numpy.min_dcf)] {
        let width = theirs.high - theirs.low;
        assert!((ours.low - theirs.low).abs() < 0.15 * width && (ours.high - theirs.high).abs() < 0.15 * width);
    }
}

#[test]
fn threads_and_file_order_change_nothing() {
    let mut trials = normal_trials(150, 350);
    let settings = bootstrap::Settings { resamples: 200, ..Default::default() };
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let alone = one_thread.install(|| intervals(trials.clone(), &settings));
    let four_threads = rayon::ThreadPoolBuilder::new().num_threads(4).build().unwrap();
    assert_eq!(alone, four_threads.install(|| intervals(trials.clone(), &settings)));
    trials.reverse();
    assert_eq!(alone, intervals(trials.clone(), &settings));
    assert_ne!(alone, intervals(trials, &bootstrap::Settings { seed: 1, ..settings }));
}

#[test]
fn a_class_of_two_is_drawn_until_it_is_there() {
    for resampling in [Resampling::Exact, Resampling::Numpy] {
        let found = intervals(normal_trials(2, 60), &bootstrap::Settings { resampling, ..Default::default() });
        assert!(found.eer.low.is_finite() && found.eer.high <= 1.0);
    }
    let refused = bootstrap::estimate(&LabelledScores::new(normal_trials(1, 60)).unwrap(), &Default::default());
    assert!(refused.unwrap_err().to_string().contains("1 bona fide trial"));
}

#[test]
fn settings_out_of_range_are_refused() {
    let scores = LabelledScores::new(normal_trials(5, 5)).unwrap();
    let none = bootstrap::Settings { resamples: 0, ..Default::default() };
    let certain = bootstrap::Settings { level: 1.0, ..Default::default() };
    assert!(bootstrap::estimate(&scores, &none).is_err());
    assert!(bootstrap::estimate(&scores, &certain).is_err());
    assert!(serde_json::from_str::<bootstrap::Settings>(r#"{"resample": 10}"#).is_err());
}

/// Scores on a coarse grid, so that ties are common.
fn scores() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec((-40i32..40).prop_map(|score| f64::from(score) / 8.0), 1..60)
}

proptest! {
    #[test]
    fn monotone_transforms_change_no_rate(bonafide in scores(), spoof in scores()) {
        let before = DetectionScores::new(&bonafide, &spoof).unwrap();
        let squeeze = |scores: &[f64]| scores.iter().map(|score| 1.0 / (1.0 + (-score).exp())).collect::<Vec<_>>();
        let after = DetectionScores::new(&squeeze(&bonafide), &squeeze(&spoof)).unwrap();
        for rule in [EerRule::Official, EerRule::TieMerged] {
            prop_assert_eq!(before.eer(rule).rate, after.eer(rule).rate);
        }
        let costs = CostModel::default();
        prop_assert_eq!(before.min_dcf(&costs).rate, after.min_dcf(&costs).rate);
    }

    /// Seen from the other class's side the curve is the same, walked backwards: the same gap is reached. (The EER itself
    /// may differ where two points share the smallest gap, since the first of them counts.)
    #[test]
    fn swapped_classes_and_signs_swap_the_rates(bonafide in scores(), spoof in scores(), p_spoof in 0.01..0.99f64) {
        let negated = |scores: &[f64]| scores.iter().map(|score| -score).collect::<Vec<_>>();
        let ours = DetectionScores::new(&bonafide, &spoof).unwrap();
        let theirs = DetectionScores::new(&negated(&spoof), &negated(&bonafide)).unwrap();
        let gap = |scores: &DetectionScores| {
            scores.det().iter().map(|point| (point.far - point.frr).abs()).fold(f64::INFINITY, f64::min)
        };
        prop_assert!((gap(&ours) - gap(&theirs)).abs() < 1e-12);
        let step = 1.0 / bonafide.len().min(spoof.len()) as f64;
        let official = |scores: &DetectionScores| scores.eer(EerRule::Official).rate;
        prop_assert!((official(&ours) - official(&theirs)).abs() <= step);
        let there = ours.min_dcf(&CostModel::new(p_spoof, 2.0, 3.0).unwrap()).rate;
        let back = theirs.min_dcf(&CostModel::new(1.0 - p_spoof, 3.0, 2.0).unwrap()).rate;
        prop_assert!((there - back).abs() < 1e-12);
    }

    #[test]
    fn the_minimum_costs_one_at_most_and_no_point_costs_less(bonafide in scores(), spoof in scores()) {
        let scores = DetectionScores::new(&bonafide, &spoof).unwrap();
        let costs = CostModel::ASVSPOOF5;
        let minimum = scores.min_dcf(&costs).rate;
        prop_assert!((0.0..=1.0).contains(&minimum));
        // 2.9 EER where both rates meet; 3.8 EER where the curve jumps and only misses are left at its closest point.
        prop_assert!(minimum <= 3.8 * scores.eer(EerRule::TieMerged).rate + 1e-12);
        prop_assert!(scores.det().iter().all(|point| costs.normalised(point.frr, point.far) >= minimum));
    }

    #[test]
    fn the_curve_is_strictly_monotone(bonafide in scores(), spoof in scores()) {
        let curve = DetectionScores::new(&bonafide, &spoof).unwrap().det();
        for pair in curve.windows(2) {
            prop_assert!(pair[0].threshold < pair[1].threshold);
            prop_assert!(pair[0].far >= pair[1].far && pair[0].frr <= pair[1].frr);
            prop_assert!(pair[0].far > pair[1].far || pair[0].frr < pair[1].frr);
        }
    }

    #[test]
    fn probit_and_its_inverse_meet(p in 1e-6..0.999_999f64) {
        prop_assert!((normal_cdf(probit(p)) - p).abs() < 1e-13);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn the_interval_holds_the_point(bonafide in 300..500usize, spoof in 300..900usize, seed in 0..1_000u64) {
        let settings = bootstrap::Settings { resamples: 200, seed, ..Default::default() };
        let found = intervals(normal_trials(bonafide, spoof), &settings);
        for estimate in [&found.eer, &found.min_dcf] {
            prop_assert!(estimate.low <= estimate.value && estimate.value <= estimate.high, "{}", estimate);
        }
    }
}

/// By hand: `RAT_SCORES=wavlm_erm.csv cargo test --release --test metrics -- --ignored --nocapture`, times included.
#[test]
#[ignore = "needs a score file, given as RAT_SCORES"]
fn a_real_score_file() {
    let path = std::env::var("RAT_SCORES").unwrap();
    let table = rat::tables::ScoreTable::read(path).unwrap();
    let trials = table.labelled();
    let scores = LabelledScores::new(trials).unwrap();
    for resampling in [Resampling::Exact, Resampling::Numpy] {
        for eer in [EerRule::Official, EerRule::TieMerged] {
            let start = std::time::Instant::now();
            let settings = bootstrap::Settings { resampling, eer, ..Default::default() };
            let found = bootstrap::estimate(&scores, &settings).unwrap();
            println!("{resampling}, {eer}: EER {:.6}, minDCF {:.6}, {:?}", found.eer, found.min_dcf, start.elapsed());
        }
    }
}
