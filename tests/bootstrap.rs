//! Bootstrap intervals as their users see them: every way to resample, clusters, several systems, bands and other measures.

#![allow(clippy::unwrap_used)]

use rat::{
    Label,
    metrics::{
        CostModel, EerRule, LabelledScores, Resampling,
        bootstrap::{self, Clusters, Settings, WeightedSteps},
        probit,
    },
};

/// Trials of two overlapping normal classes, always the same; `shift` makes a system better or worse, `grid` ties scores.
fn trials(bonafide: usize, spoof: usize, shift: f64, grid: Option<f64>) -> Vec<(f64, Label)> {
    let draw = |index: usize, stride: f64| probit((index as f64 * stride + 0.37).fract());
    let human = (0..bonafide).map(|index| (draw(index, 0.618_033_988_749_895) + shift, Label::Bonafide));
    let made = (0..spoof).map(|index| (draw(index, 0.414_213_562_373_095) - 1.0, Label::Spoof));
    let tied = |score: f64| grid.map_or(score, |grid| (score * grid).round() / grid);
    human.chain(made).map(|(score, label)| (tied(score), label)).collect()
}

fn scores(bonafide: usize, spoof: usize) -> LabelledScores {
    LabelledScores::new(trials(bonafide, spoof, 1.5, None)).unwrap()
}

/// Speakers take turns.
fn speakers(trials: usize, count: usize) -> Clusters {
    Clusters::new((0..trials).map(|trial| format!("speaker {}", trial * 7 % count)))
}

fn with(resampling: Resampling) -> Settings {
    Settings { resampling, ..Settings::default() }
}

/// With 20,000 resamples, a percentile is known to a hundredth of the interval's width.
#[test]
fn exact_and_numpy_agree_within_chance() {
    for (bonafide, spoof, grid) in [(148, 432, None), (700, 2_000, None), (900, 300, Some(40.0)), (100, 900, Some(3.0))]
    {
        let scores = LabelledScores::new(trials(bonafide, spoof, 1.5, grid)).unwrap();
        for (eer, level) in [(EerRule::Official, 0.95), (EerRule::TieMerged, 0.5)] {
            let of = |resampling| {
                let settings = Settings { eer, level, resamples: 20_000, ..with(resampling) };
                bootstrap::estimate(&scores, &settings).unwrap()
            };
            let (exact, numpy) = (of(Resampling::Exact), of(Resampling::Numpy));
            for (ours, theirs) in [(exact.eer, numpy.eer), (exact.min_dcf, numpy.min_dcf)] {
                let bound = 0.03 * (theirs.high - theirs.low) + 1e-12;
                assert!(
                    (ours.low - theirs.low).abs() < bound && (ours.high - theirs.high).abs() < bound,
                    "{bonafide}, {spoof}, {eer}: {ours:.6} and {theirs:.6}"
                );
            }
        }
    }
}

#[test]
fn clusters_of_one_trial_each_are_trials() {
    let scores = scores(400, 900);
    let each = Clusters::new(0..1_300);
    let trials = bootstrap::estimate(&scores, &with(Resampling::Exact)).unwrap();
    let clustered = bootstrap::estimate_clustered(&scores, &each, &with(Resampling::Speaker)).unwrap();
    let width = trials.eer.high - trials.eer.low;
    assert!((trials.eer.low - clustered.eer.low).abs() < 0.15 * width);
    assert!((trials.eer.high - clustered.eer.high).abs() < 0.15 * width);
    assert!(clustered.eer.method.contains("over speakers"));
}

/// Where all trials of a speaker score alike, there is no more to learn from ten trials than from one.
#[test]
fn trials_that_repeat_each_other_widen_the_interval() {
    let base = trials(100, 200, 1.5, None);
    let repeated: Vec<_> = base.iter().flat_map(|&trial| [trial; 10]).collect();
    let scores = LabelledScores::new(repeated).unwrap();
    let clusters = Clusters::new((0..3_000).map(|trial| trial / 10));
    let width = |resampling| {
        let eer = bootstrap::estimate_clustered(&scores, &clusters, &with(resampling)).unwrap().eer;
        eer.high - eer.low
    };
    let ratio = width(Resampling::SpeakerAttack) / width(Resampling::Exact);
    assert!((2.5..4.0).contains(&ratio), "{ratio}, expected about the root of 10");
}

#[test]
fn threads_and_file_order_change_no_clustered_interval() {
    let trials = trials(300, 700, 1.5, Some(20.0));
    let names: Vec<usize> = (0..1_000).map(|trial| trial % 37).collect();
    let forward = LabelledScores::new(trials.iter().copied()).unwrap();
    let backward = LabelledScores::new(trials.iter().rev().copied()).unwrap();
    let settings = with(Resampling::Speaker);
    let run = |threads: usize, scores: &LabelledScores, clusters: &Clusters| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| bootstrap::estimate_clustered(scores, clusters, &settings).unwrap())
    };
    let alone = run(1, &forward, &Clusters::new(&names));
    assert_eq!(alone, run(4, &forward, &Clusters::new(&names)));
    assert_eq!(alone, run(3, &backward, &Clusters::new(names.iter().rev())));
}

#[test]
fn two_trials_of_a_class_are_enough() {
    for (bonafide, spoof) in [(2, 60), (60, 2), (2, 2)] {
        let scores = scores(bonafide, spoof);
        let clusters = speakers(bonafide + spoof, 4);
        for resampling in Resampling::ALL {
            let found = bootstrap::estimate_clustered(&scores, &clusters, &with(resampling)).unwrap();
            assert!(found.eer.low >= 0.0 && found.eer.low <= found.eer.high && found.eer.high <= 1.0, "{resampling}");
        }
    }
    let refused = bootstrap::estimate(&scores(60, 1), &Settings::default()).unwrap_err();
    assert!(refused.to_string().contains("1 spoof trial"));
}

#[test]
fn missing_and_misfit_clusters_are_refused() {
    let scores = scores(50, 50);
    let missing = bootstrap::estimate(&scores, &with(Resampling::Speaker)).unwrap_err();
    assert!(missing.to_string().contains("speaker") && missing.remedy().contains("protocol"), "{missing}");
    let settings = with(Resampling::SpeakerAttack);
    let short = bootstrap::estimate_clustered(&scores, &speakers(99, 5), &settings).unwrap_err();
    assert!(short.to_string().contains("99 trials have a cluster, but 100"), "{short}");
    let one = bootstrap::estimate_clustered(&scores, &speakers(100, 1), &settings).unwrap_err();
    assert!(one.to_string().contains("1 cluster is too few"), "{one}");
    assert!(bootstrap::estimate_clustered(&scores, &speakers(99, 1), &with(Resampling::Exact)).is_ok());
}

fn min_dcf_of(steps: &WeightedSteps<'_>) -> f64 {
    let (bonafide, spoof) = (steps.bonafide_count() as f64, steps.spoof_count() as f64);
    let (mut missed, mut accepted) = (0, steps.spoof_count());
    steps.iter().fold(1.0, |lowest: f64, (_, human, made)| {
        (missed, accepted) = (missed + human, accepted - made);
        lowest.min(CostModel::ASVSPOOF5.normalised(missed as f64 / bonafide, accepted as f64 / spoof))
    })
}

/// The general form sees the resamples that the fast one looks at in part.
#[test]
fn any_measure_sees_the_same_resamples() {
    let scores = LabelledScores::new(trials(700, 2_000, 1.0, Some(50.0))).unwrap();
    let clusters = speakers(2_700, 61);
    for resampling in Resampling::ALL {
        let settings = Settings { resamples: 300, ..with(resampling) };
        let fast = bootstrap::estimate_clustered(&scores, &clusters, &settings).unwrap().min_dcf;
        let general = bootstrap::estimate_measure(&scores, Some(&clusters), &settings, min_dcf_of).unwrap();
        assert_eq!(fast, general, "{resampling}");
    }
    let undefined = bootstrap::estimate_measure(&scores, None, &Settings::default(), |_| f64::NAN);
    assert!(undefined.unwrap_err().to_string().contains("not a number"));
}

#[test]
fn the_band_holds_the_curve_and_is_the_interval_of_each_rate() {
    let scores = scores(1_000, 3_000);
    let settings = Settings { resamples: 400, ..Settings::default() };
    let far = [0.0, 0.002, 0.01, 0.05, 0.1, 0.3, 1.0];
    let band = bootstrap::det_band(&scores, None, &settings, &far).unwrap();
    for (&(rate, low, high), &asked) in band.iter().zip(&far) {
        let miss_rate = |steps: &WeightedSteps<'_>| {
            let (mut missed, mut accepted) = (0, steps.spoof_count());
            for (_, human, made) in steps.iter() {
                if accepted as f64 / steps.spoof_count() as f64 <= asked {
                    break;
                }
                (missed, accepted) = (missed + human, accepted - made);
            }
            missed as f64 / steps.bonafide_count() as f64
        };
        let expected = bootstrap::estimate_measure(&scores, None, &settings, miss_rate).unwrap();
        assert_eq!((rate, low, high), (asked, expected.low, expected.high));
        assert!(low <= expected.value && expected.value <= high, "{rate}: {expected}");
    }
    assert!(band.is_sorted_by(|a, b| a.1 >= b.1 && a.2 >= b.2));
    assert!(bootstrap::det_band(&scores, None, &settings, &[1.5]).is_err());
}

/// Three systems on the same trials: the second like the first but for a little, the third much worse.
fn systems() -> Vec<LabelledScores> {
    let base = trials(600, 1_800, 1.5, None);
    let jitter = |size: f64| {
        let scores = base.iter().enumerate();
        let jittered = scores.map(|(i, &(score, label))| {
            (score + size * probit((i as f64 * 0.732_050_807_568_877 + 0.1).fract()), label)
        });
        LabelledScores::new(jittered).unwrap()
    };
    vec![jitter(0.0), jitter(0.05), jitter(1.5)]
}

#[test]
fn differences_are_paired() {
    let settings = Settings { resamples: 499, ..Settings::default() };
    let paired = bootstrap::paired(&systems(), None, &settings).unwrap();
    let same = paired.difference(1, 1);
    assert_eq!((same.eer.value, same.eer.low, same.eer.high, same.eer_p), (0.0, 0.0, 0.0, 1.0));
    let (there, back) = (paired.difference(0, 2), paired.difference(2, 0));
    assert!((there.eer.low + back.eer.high).abs() < 1e-15 && there.eer_p == back.eer_p);
    assert!(there.eer.high < 0.0 && there.eer_p <= 2.0 / 500.0 && there.min_dcf_p <= 2.0 / 500.0);
    let close = paired.difference(0, 1).eer;
    let (alone, _) = paired.intervals(0);
    assert!(close.high - close.low < 0.5 * (alone.high - alone.low), "what is hard for both should cancel");
    let matrix = paired.matrix();
    let places: Vec<_> = matrix.iter().map(|pair| (pair.first, pair.second)).collect();
    assert_eq!(places, [(0, 1), (0, 2), (1, 2)]);
    let p_values: Vec<f64> = matrix.iter().map(|pair| pair.difference.eer_p).collect();
    let corrected: Vec<f64> = matrix.iter().map(|pair| pair.eer_p_holm).collect();
    assert_eq!(corrected, bootstrap::holm(&p_values));
    assert_eq!(matrix[1].difference, there);
}

/// Counting by units in file order, every way of drawing gives each system the interval it has alone.
#[test]
fn systems_have_their_own_intervals_too() {
    let (systems, clusters) = (systems(), speakers(2_400, 40));
    for resampling in [Resampling::Numpy, Resampling::Speaker, Resampling::SpeakerAttack] {
        let settings = Settings { resamples: 100, ..with(resampling) };
        let paired = bootstrap::paired(&systems, Some(&clusters), &settings).unwrap();
        for (place, scores) in systems.iter().enumerate() {
            let alone = bootstrap::estimate_clustered(scores, &clusters, &settings).unwrap();
            assert_eq!(paired.intervals(place), (alone.eer, alone.min_dcf), "{resampling}");
        }
    }
}

#[test]
fn seeds_are_summed_up() {
    let systems = systems();
    let paired = bootstrap::paired(&systems, None, &Settings { resamples: 200, ..Settings::default() }).unwrap();
    let eers: Vec<f64> = systems.iter().map(|scores| scores.detection().eer(EerRule::Official).rate).collect();
    let summary = paired.seeds(&[0, 2]).eer;
    assert_eq!(summary.values, [eers[0], eers[2]]);
    assert!((summary.mean.value - (eers[0] + eers[2]) / 2.0).abs() < 1e-15);
    assert!((summary.standard_deviation - (eers[0] - eers[2]).abs() / 2f64.sqrt()).abs() < 1e-15);
    assert!(summary.mean.low < summary.mean.value && summary.mean.value < summary.mean.high);
    let one = paired.seeds(&[1]).min_dcf;
    assert!(one.standard_deviation.is_nan() && one.mean.low == paired.intervals(1).1.low);
}

#[test]
fn systems_of_other_trials_are_refused() {
    let swapped = trials(600, 1_800, 1.5, None).into_iter().rev();
    let refused = |systems: &[LabelledScores]| bootstrap::paired(systems, None, &Settings::default()).unwrap_err();
    let other_order = refused(&[systems().remove(0), LabelledScores::new(swapped).unwrap()]);
    assert!(other_order.to_string().contains("trial 1 of system 2"), "{other_order}");
    assert!(refused(&[scores(5, 5), scores(5, 6)]).to_string().contains("11 labelled trials"));
    assert!(refused(&[]).to_string().contains("no system"));
}
