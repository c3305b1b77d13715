//! The measures beyond EER and minDCF against independent formulas (`fixtures/make_measures_golden.py`), and their properties.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use rat::{
    Label,
    metrics::{
        AsvRates, Calibration, CostModel, DetectionScores, EerRule, Fusion, LlrScores, OperatingPoint, TandemCosts,
        TandemKey, TandemScores, TandemTrial, TdcfForm, t_eer,
    },
};
use serde_json::Value;

const KEYS: [TandemKey; 3] = [TandemKey::Target, TandemKey::Nontarget, TandemKey::Spoof];

fn golden() -> Value {
    serde_json::from_str(include_str!("fixtures/measures_golden.json")).unwrap()
}

fn number(value: &Value) -> f64 {
    match value.as_str() {
        Some(text) => text.parse().unwrap(),
        None => value.as_f64().unwrap(),
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

#[track_caller]
fn within(tolerance: f64, found: f64, expected: &Value, what: &str) {
    let expected = number(expected);
    let size = expected.abs().max(1.0);
    assert!(found == expected || (found - expected).abs() <= tolerance * size, "{what}: {found}, expected {expected}");
}

#[track_caller]
fn close(found: f64, expected: &Value, what: &str) {
    within(1e-12, found, expected, what);
}

fn cases() -> Vec<(String, DetectionScores, Value)> {
    let golden = golden();
    let case = |case: &Value| {
        let scores = DetectionScores::new(&numbers(&case["bonafide"]), &numbers(&case["spoof"])).unwrap();
        (case["name"].as_str().unwrap().to_owned(), scores, case.clone())
    };
    list(&golden["cases"]).iter().map(case).collect()
}

#[test]
fn the_hull_and_its_eer_are_exact() {
    for (name, scores, golden) in cases() {
        close(scores.eer_convex_hull(), &golden["eer_convex_hull"], &name);
        let (hull, expected) = (scores.rocch(), list(&golden["rocch"]));
        assert_eq!(hull.len(), expected.len(), "{name}: {hull:?}");
        for (vertex, expected) in hull.iter().zip(expected) {
            close(vertex.threshold, &expected[0], &name);
            close(vertex.far, &expected[1], &name);
            close(vertex.frr, &expected[2], &name);
        }
    }
}

#[test]
fn pav_is_the_isotonic_regression() {
    for (name, scores, golden) in cases() {
        let (found, expected) = (scores.pav(), list(&golden["pav"]));
        assert_eq!(found.len(), expected.len(), "{name}");
        for (calibrated, expected) in found.iter().zip(expected) {
            close(calibrated.llr, expected, &name);
        }
    }
}

#[test]
fn llr_measures_are_the_formulas() {
    let odds = numbers(&golden()["prior_log_odds"]);
    for (name, scores, golden) in cases() {
        let scores = LlrScores::declared(scores);
        close(scores.cllr(), &golden["cllr"], &name);
        close(scores.min_cllr(), &golden["min_cllr"], &name);
        assert_eq!(scores.calibration_loss(), scores.cllr() - scores.min_cllr());
        let actual = scores.act_dcf(&CostModel::ASVSPOOF5);
        close(actual.rate, &golden["act_dcf"], &name);
        assert_eq!(actual.threshold, -0.641_853_886_172_394_7);
        for (point, expected) in scores.nbe(&odds).iter().zip(list(&golden["bayes_errors"])) {
            close(point.actual, &expected[0], &format!("{name} at {}", point.prior_log_odds));
            close(point.minimum, &expected[1], &format!("{name} at {}", point.prior_log_odds));
        }
    }
}

#[test]
fn probabilities_become_llrs() {
    for (name, _, golden) in cases() {
        let Some(expected) = golden.get("from_probabilities") else { continue };
        let (bonafide, spoof) = (numbers(&golden["bonafide"]), numbers(&golden["spoof"]));
        let prior = number(&expected["training_prior"]);
        let scores = LlrScores::from_probabilities(&bonafide, &spoof, prior).unwrap();
        assert_eq!(scores.clipped(), 0);
        close(scores.cllr(), &expected["cllr"], &name);
        close(scores.act_dcf(&CostModel::ASVSPOOF5).rate, &expected["act_dcf"], &name);
    }
}

#[test]
fn calibration_is_scikit_learns() {
    for (name, _, golden) in cases() {
        let (bonafide, spoof) = (numbers(&golden["bonafide"]), numbers(&golden["spoof"]));
        for expected in golden.get("calibration").map(list).unwrap_or_default() {
            let found = Calibration::fit(&bonafide, &spoof, number(&expected["prior"])).unwrap();
            within(1e-8, found.scale, &expected["scale"], &name);
            within(1e-8, found.offset, &expected["offset"], &name);
            let read: Calibration = serde_json::from_str(&serde_json::to_string(&found).unwrap()).unwrap();
            assert!((read.scale - found.scale).abs() <= 1e-15 * found.scale.abs());
        }
    }
}

#[test]
fn fusion_is_scikit_learns() {
    let golden = &golden()["fusion"];
    let systems: Vec<Vec<f64>> = list(&golden["systems"]).iter().map(numbers).collect();
    let label = |class: &Value| if number(class) == 1.0 { Label::Bonafide } else { Label::Spoof };
    let labels: Vec<Label> = list(&golden["bonafide"]).iter().map(label).collect();
    for expected in list(&golden["fits"]) {
        let fusion = Fusion::fit(&systems, &labels, number(&expected["prior"])).unwrap();
        for (weight, expected) in fusion.weights.iter().zip(list(&expected["weights"])) {
            within(1e-8, *weight, expected, "weight");
        }
        within(1e-8, fusion.offset, &expected["offset"], "offset");
        let fused: Vec<f64> =
            (0..labels.len()).map(|trial| fusion.apply(&[0, 1, 2].map(|system| systems[system][trial]))).collect();
        let cllr = |scores: &[f64]| split(scores, &labels).cllr();
        let alone = systems.iter().map(|scores| {
            let calibration = Fusion::fit(std::slice::from_ref(scores), &labels, 0.5).unwrap();
            cllr(&scores.iter().map(|&score| calibration.apply(&[score])).collect::<Vec<_>>())
        });
        assert!(cllr(&fused) < alone.fold(f64::INFINITY, f64::min));
    }
}

fn split(scores: &[f64], labels: &[Label]) -> LlrScores {
    let of = |class| -> Vec<f64> {
        scores.iter().zip(labels).filter(|trial| *trial.1 == class).map(|trial| *trial.0).collect()
    };
    LlrScores::declared(DetectionScores::new(&of(Label::Bonafide), &of(Label::Spoof)).unwrap())
}

/// The shared cases of the project, with the ASVspoof 5 package's own results.
#[test]
fn the_package_agrees_on_raw_scores() {
    let ties = ([0.9, 0.8, 0.8, 0.5, 0.5, 0.3], [0.8, 0.5, 0.5, 0.2, 0.1, 0.1, 0.05, 0.0]);
    let overlap =
        ([0.99, 0.93, 0.81, 0.64, 0.55, 0.42, 0.97, 0.88], [0.02, 0.11, 0.35, 0.47, 0.6, 0.08, 0.01, 0.72, 0.19, 0.27]);
    for (bonafide, spoof, cllr) in
        [(&ties.0[..], &ties.1[..], 0.925_634_299_455_251_3), (&overlap.0, &overlap.1, 0.890_433_570_882_773_1)]
    {
        let scores = LlrScores::declared(DetectionScores::new(bonafide, spoof).unwrap());
        assert_eq!(scores.act_dcf(&CostModel::ASVSPOOF5).rate, 1.0);
        assert!((scores.cllr() - cllr).abs() < 1e-12);
    }
}

fn tandem_costs(name: &str) -> TandemCosts {
    match name {
        "asvspoof5" => TandemCosts::ASVSPOOF5,
        "adcf_paper" => TandemCosts::ADCF_PAPER,
        other => panic!("{other}"),
    }
}

/// The system's trials, the keys side by side.
fn keyed(groups: &Value) -> Vec<(f64, TandemKey)> {
    let group = |(group, key): (&Value, TandemKey)| numbers(group).into_iter().map(move |score| (score, key));
    list(groups).iter().zip(KEYS).flat_map(group).collect()
}

#[track_caller]
fn same_point(found: OperatingPoint, expected: &Value, what: &str) {
    close(found.rate, &expected["rate"], what);
    close(found.threshold, &expected["threshold"], &format!("{what}, threshold"));
}

#[test]
fn tandem_costs_are_the_formulas() {
    for case in list(&golden()["tandem"]) {
        let name = case["name"].as_str().unwrap();
        let asv = TandemScores::new(keyed(&case["asv"])).unwrap();
        for (costs, expected) in case["a_dcf"].as_object().unwrap() {
            same_point(asv.a_dcf(&tandem_costs(costs)), expected, &format!("{name}, a-DCF, {costs}"));
        }
        let (bonafide, spoof): (Vec<_>, Vec<_>) = keyed(&case["cm"]).into_iter().partition(|t| t.1 != TandemKey::Spoof);
        let of = |trials: &[(f64, TandemKey)]| trials.iter().map(|trial| trial.0).collect::<Vec<_>>();
        let cm = DetectionScores::new(&of(&bonafide), &of(&spoof)).unwrap();
        let check = |rates: &AsvRates, costs: TandemCosts, expected: &Value| {
            for (form, key) in [(TdcfForm::Revisited, "revisited"), (TdcfForm::Asvspoof2019, "asvspoof2019")] {
                let point = cm.min_tdcf(rates, &costs, form).unwrap();
                same_point(point, &expected[key], &format!("{name}, t-DCF, {key}"));
            }
        };
        for (costs, expected) in case["organisers"].as_object().unwrap() {
            check(&AsvRates::ASVSPOOF5, tandem_costs(costs), expected);
        }
        let (rates, threshold) = AsvRates::at_eer_threshold(&asv).unwrap();
        close(threshold, &case["asv_threshold"], name);
        for (found, expected) in
            [rates.p_fa_nontarget, rates.p_miss, rates.p_fa_spoof].iter().zip(list(&case["asv_rates"]))
        {
            close(*found, expected, name);
        }
        if let Some(expected) = case.get("own_asv") {
            check(&rates, TandemCosts::ASVSPOOF5, expected);
        }
    }
}

#[test]
fn the_t_eer_is_that_of_all_pairs_of_thresholds() {
    for case in list(&golden()["tandem"]) {
        let name = case["name"].as_str().unwrap();
        let trials = keyed(&case["asv"]).into_iter().zip(keyed(&case["cm"]));
        let trials: Vec<TandemTrial> = trials.map(|((asv, key), (cm, _))| TandemTrial { key, asv, cm }).collect();
        let found = t_eer(&trials).unwrap();
        let expected = &case["t_eer"];
        close(found.rate, &expected["rate"], name);
        close(found.asv_threshold, &expected["asv_threshold"], name);
        close(found.cm_threshold, &expected["cm_threshold"], name);
    }
}

#[test]
fn the_t_eer_of_systems_that_are_upside_down() {
    let trial = |key, asv| TandemTrial { key, asv, cm: asv };
    let trials = [trial(KEYS[0], -1.0), trial(KEYS[1], 1.0), trial(KEYS[2], 2.0)];
    assert_eq!(t_eer(&trials).unwrap().rate, 1.0);
    assert!(t_eer(&trials[..2]).unwrap_err().to_string().contains("no spoof"));
    assert!(t_eer(&[TandemTrial { cm: f64::NAN, ..trials[0] }, trials[1], trials[2]]).is_err());
}

/// Scores on a coarse grid, so that ties are common.
fn scores() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec((-40i32..40).prop_map(|score| f64::from(score) / 8.0), 1..60)
}

fn mapped(scores: &[f64], map: impl Fn(f64) -> f64) -> Vec<f64> {
    scores.iter().map(|&score| map(score)).collect()
}

fn gap(scores: &DetectionScores) -> Vec<f64> {
    let mut gaps: Vec<f64> = scores.det().iter().map(|point| (point.far - point.frr).abs()).collect();
    gaps.sort_unstable_by(f64::total_cmp);
    gaps
}

proptest! {
    #[test]
    fn monotone_transforms_change_nothing_but_calibration(bonafide in scores(), spoof in scores()) {
        let before = DetectionScores::new(&bonafide, &spoof).unwrap();
        let squeeze = |score: f64| 1.0 / (1.0 + (-score).exp());
        let after = DetectionScores::new(&mapped(&bonafide, squeeze), &mapped(&spoof, squeeze)).unwrap();
        for rule in [EerRule::Official, EerRule::TieMerged] {
            prop_assert_eq!(before.eer(rule).rate, after.eer(rule).rate);
        }
        prop_assert_eq!(before.eer_convex_hull(), after.eer_convex_hull());
        let costs = CostModel::default();
        prop_assert_eq!(before.min_dcf(&costs).rate, after.min_dcf(&costs).rate);
        let minima = [before, after].map(|scores| LlrScores::declared(scores).min_cllr());
        prop_assert!((minima[0] - minima[1]).abs() < 1e-12);
    }

    #[test]
    fn swapped_classes_and_signs_leave_the_eer(bonafide in scores(), spoof in scores(), p_spoof in 0.01..0.99f64) {
        let ours = DetectionScores::new(&bonafide, &spoof).unwrap();
        let theirs = DetectionScores::new(&mapped(&spoof, |s| -s), &mapped(&bonafide, |s| -s)).unwrap();
        prop_assert_eq!(ours.eer_convex_hull(), theirs.eer_convex_hull());
        // Where two points share the smallest gap the first of them counts, which is the last of the other curve.
        let gaps = gap(&ours);
        if gaps[1] - gaps[0] > 1e-9 {
            let eer = |scores: &DetectionScores| scores.eer(EerRule::TieMerged).rate;
            prop_assert!((eer(&ours) - eer(&theirs)).abs() < 1e-12);
        }
        let there = ours.min_dcf(&CostModel::new(p_spoof, 2.0, 3.0).unwrap()).rate;
        let back = theirs.min_dcf(&CostModel::new(1.0 - p_spoof, 3.0, 2.0).unwrap()).rate;
        prop_assert!((there - back).abs() < 1e-12);
        let [ours, theirs] = [ours, theirs].map(LlrScores::declared);
        prop_assert!((ours.cllr() - theirs.cllr()).abs() < 1e-12);
        prop_assert!((ours.min_cllr() - theirs.min_cllr()).abs() < 1e-12);
    }

    /// The point that the tie-merged rule takes may lie on either side of the diagonal, so its mean of both rates may be
    /// below the hull's EER (one bona fide: 0.1 against 0.167); the larger of its rates never is.
    #[test]
    fn the_hull_lies_under_every_point(bonafide in scores(), spoof in scores()) {
        let scores = DetectionScores::new(&bonafide, &spoof).unwrap();
        let eer = scores.eer_convex_hull();
        prop_assert!((0.0..=0.5).contains(&eer));
        for point in scores.det() {
            prop_assert!(eer <= point.far.max(point.frr) + 1e-12);
        }
        // It is the Bayes error at the worst prior.
        let hull = scores.rocch();
        let bayes = |p: f64| hull.iter().map(|v| p * v.frr + (1.0 - p) * v.far).fold(f64::INFINITY, f64::min);
        prop_assert!((1..100).all(|p| bayes(f64::from(p) / 100.0) <= eer + 1e-12));
    }

    #[test]
    fn the_hull_holds_every_minimum(bonafide in scores(), spoof in scores(), p_spoof in 0.01..0.99f64) {
        let scores = DetectionScores::new(&bonafide, &spoof).unwrap();
        let costs = CostModel::new(p_spoof, 1.0, 1.0).unwrap();
        let on_hull = scores.rocch().iter().map(|v| costs.normalised(v.frr, v.far)).fold(f64::INFINITY, f64::min);
        prop_assert!((on_hull - scores.min_dcf(&costs).rate).abs() < 1e-12);
    }

    #[test]
    fn pav_rises_and_never_raises_cllr(bonafide in scores(), spoof in scores()) {
        let scores = DetectionScores::new(&bonafide, &spoof).unwrap();
        let llrs: Vec<f64> = scores.pav().iter().map(|calibrated| calibrated.llr).collect();
        prop_assert!(llrs.windows(2).all(|pair| pair[0] <= pair[1]));
        let scores = LlrScores::declared(scores);
        prop_assert!((0.0..=1.0 + 1e-12).contains(&scores.min_cllr()));
        prop_assert!(scores.min_cllr() <= scores.cllr());
    }

    #[test]
    fn the_minimum_costs_no_more_than_the_actual(bonafide in scores(), spoof in scores(), p_spoof in 0.01..0.99f64) {
        let scores = LlrScores::declared(DetectionScores::new(&bonafide, &spoof).unwrap());
        let costs = CostModel::new(p_spoof, 1.0, 10.0).unwrap();
        let actual = scores.act_dcf(&costs).rate;
        prop_assert!(scores.detection().min_dcf(&costs).rate <= actual);
        let prior = costs.effective_prior();
        let odds = prior.ln() - (1.0 - prior).ln();
        let point = scores.nbe(&[odds])[0];
        prop_assert!(point.minimum <= point.actual && point.minimum <= 1.0 + 1e-12);
        prop_assert!((point.minimum - scores.detection().min_dcf(&costs).rate).abs() < 1e-9);
    }

    /// Separable sets end with an error; in all others Cllr does not rise, and an affine change of the scores is undone.
    #[test]
    fn calibration_lowers_cllr(bonafide in scores(), spoof in scores(), scale in 0.01..50.0f64, shift in -900.0..900.0f64) {
        let apart = |a: &[f64], b: &[f64]| {
            let highest = a.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            b.iter().all(|score| *score >= highest)
        };
        let fitted = Calibration::fit(&bonafide, &spoof, 0.5);
        prop_assert_eq!(fitted.is_err(), apart(&bonafide, &spoof) || apart(&spoof, &bonafide));
        let Ok(fitted) = fitted else { return Ok(()) };
        let apply = |scores: &[f64]| mapped(scores, |score| fitted.apply(score));
        let before = LlrScores::declared(DetectionScores::new(&bonafide, &spoof).unwrap());
        let after = LlrScores::declared(DetectionScores::new(&apply(&bonafide), &apply(&spoof)).unwrap());
        prop_assert!(after.cllr() <= before.cllr() + 1e-9 && after.cllr() <= 1.0 + 1e-9);
        let moved = |scores: &[f64]| mapped(scores, |score| scale * score + shift);
        let again = Calibration::fit(&moved(&bonafide), &moved(&spoof), 0.5).unwrap();
        for &score in &bonafide {
            let (there, back) = (fitted.apply(score), again.apply(scale * score + shift));
            prop_assert!((there - back).abs() < 1e-6 * there.abs().max(1.0), "{} {}", there, back);
        }
    }

    #[test]
    fn tandem_measures_stay_in_bounds(asv in scores(), cm in scores(), split in 1..10usize) {
        let key = |place: usize| KEYS[(place / split) % 3];
        let trials: Vec<TandemTrial> =
            asv.iter().zip(&cm).enumerate().map(|(place, (&asv, &cm))| TandemTrial { key: key(place), asv, cm }).collect();
        let Ok(scores) = TandemScores::new(trials.iter().map(|trial| (trial.asv, trial.key))) else { return Ok(()) };
        prop_assert!((0.0..=1.0).contains(&scores.a_dcf(&TandemCosts::ASVSPOOF5).rate));
        if let Ok(point) = t_eer(&trials) {
            prop_assert!((0.0..=1.0).contains(&point.rate));
        }
        let cm = DetectionScores::new(&cm, &asv).unwrap();
        let (rates, _) = AsvRates::at_eer_threshold(&scores).unwrap();
        if let Ok(point) = cm.min_tdcf(&rates, &TandemCosts::ASVSPOOF5, TdcfForm::Revisited) {
            prop_assert!((0.0..=1.0).contains(&point.rate));
        }
    }
}

/// By hand: `cargo test --release --no-default-features --test measures -- --ignored --nocapture`.
#[test]
#[ignore = "full size, for the times it prints"]
fn every_measure_at_full_size() {
    let normal = |count: usize, stride: f64, centre: f64| -> Vec<f64> {
        (0..count).map(|index| rat::metrics::probit((index as f64 * stride + 0.37).fract()) * 2.0 + centre).collect()
    };
    let (bonafide, spoof) = (normal(138_688, 0.618_033_988_749_895, 3.0), normal(542_086, 0.414_213_562_373_095, -3.0));
    let start = std::time::Instant::now();
    let scores = LlrScores::declared(DetectionScores::new(&bonafide, &spoof).unwrap());
    println!("sorting {:?}", start.elapsed());
    let timed = |name: &str, measure: &dyn Fn() -> f64| {
        let start = std::time::Instant::now();
        println!("{name} {} in {:?}", measure(), start.elapsed());
    };
    timed("hull EER", &|| scores.detection().eer_convex_hull());
    timed("Cllr", &|| scores.cllr());
    timed("min Cllr", &|| scores.min_cllr());
    timed("actDCF", &|| scores.act_dcf(&CostModel::ASVSPOOF5).rate);
    timed("calibration", &|| Calibration::fit(&bonafide, &spoof, 0.5).unwrap().scale);
    let odds: Vec<f64> = (-100..=100).map(|step| f64::from(step) / 10.0).collect();
    timed("Bayes errors at 201 priors", &|| scores.nbe(&odds)[100].minimum);
    let trials: Vec<TandemTrial> = bonafide
        .iter()
        .chain(&spoof)
        .enumerate()
        .map(|(place, &cm)| TandemTrial {
            key: if place >= bonafide.len() { KEYS[2] } else { KEYS[place % 2] },
            asv: spoof[place % spoof.len()] + if place % 2 == 0 { 6.0 } else { 0.0 },
            cm,
        })
        .collect();
    timed("t-EER", &|| t_eer(&trials).unwrap().rate);
    timed("a-DCF", &|| {
        let scores = TandemScores::new(trials.iter().map(|trial| (trial.asv, trial.key))).unwrap();
        scores.a_dcf(&TandemCosts::ASVSPOOF5).rate
    });
}
