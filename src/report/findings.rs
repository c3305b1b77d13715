//! What the numbers say, computed from them, and no more than they say.
//!
//! Two systems are called different only where a paired bootstrap on the same trials says so after Holm's correction; where there
//! is none, only where their intervals have no point in common.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{
    catalogue::{grouped, sensitivity, verdict},
    comparisons::Comparisons,
    context::{self, System},
    escape::markdown as escaped,
};
use crate::{
    plot::percent_digits,
    tables::{ComparisonRow, ContributionRow, ResultsRow},
};

/// Statements in the order of the page.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Findings {
    /// Conditions whose EER differs from the same system's matched condition by the paired comparison, as `RAT noise`.
    pub apart_from_matched: Vec<String>,
    /// Sentences in Markdown.
    pub sentences: Vec<String>,
    /// What must be borne in mind, in Markdown.
    pub caveats: Vec<String>,
}

impl Findings {
    pub(super) fn of(
        results: &[ResultsRow],
        attacks: &[ResultsRow],
        unseen: &BTreeSet<String>,
        systems: &[System],
        comparisons: &Comparisons,
    ) -> Self {
        let mut findings = Self::default();
        findings.headline(results, comparisons);
        findings.conditions(comparisons);
        findings.unseen(results, attacks, unseen);
        for system in systems {
            findings.decay(system);
        }
        findings.caveats = caveats(results, systems);
        findings
    }

    /// The first system against the others, each at its first condition.
    fn headline(&mut self, results: &[ResultsRow], comparisons: &Comparisons) {
        let Some(first) = results.first() else { return };
        self.sentences.push(format!(
            "On {} bona fide and {} spoof trials, {} reaches an equal error rate of {}.",
            grouped(first.bonafide),
            grouped(first.spoof),
            named(first),
            percent(first)
        ));
        let mut seen = BTreeSet::from([first.system.as_str()]);
        for other in results.iter().filter(|row| seen.insert(row.system.as_str())) {
            let name = |row: &ResultsRow| context::named(&row.system, &row.condition);
            let pair = |row: &&ComparisonRow| (&row.first, &row.second) == (&name(first), &name(other));
            let verdict = match (comparisons.systems.rows.iter().find(pair), apart(first, other)) {
                (Some(row), _) => format!("on the same trials, {}", escaped(&verdict(row))),
                (None, Some(true)) if other.eer > first.eer => {
                    "the intervals lie apart, in favour of the former".into()
                }
                (None, Some(true)) => "the intervals lie apart, in favour of the latter".into(),
                (None, Some(false)) => {
                    "the intervals overlap, and other trials do not allow a paired comparison".into()
                }
                (None, None) => "without intervals nothing can be said about the difference".into(),
            };
            self.sentences.push(format!("{} reaches {}: {verdict}.", named(other), percent(other)));
        }
    }

    /// Each system's first condition against its others.
    fn conditions(&mut self, comparisons: &Comparisons) {
        for comparison in &comparisons.conditions {
            let rows = &comparison.table.rows;
            let Some(first) = rows.first() else { continue };
            let differing: Vec<_> = rows.iter().filter(|row| row.eer_p_holm < 1.0 - row.level).collect();
            let names = differing.iter().map(|row| format!("{} {}", comparison.system, row.second));
            self.apart_from_matched.extend(names);
            let rates = || rows.iter().map(|row| 100.0 * row.eer_second);
            let (low, high) = (rates().fold(f64::INFINITY, f64::min), rates().fold(0.0, f64::max));
            let verdict = if differing.is_empty() {
                "none of the paired differences is told from none by these trials".to_owned()
            } else {
                let listed: Vec<_> = differing.iter().map(|row| escaped(&row.second)).collect();
                format!("by the paired comparison the difference is real for {}", listed.join(", "))
            };
            let others = match rows.len() {
                1 => "the other reference condition".to_owned(),
                count => format!("the {count} other reference conditions"),
            };
            self.sentences.push(format!(
                "Under {others} {} reaches equal error rates between {low:.1} and {high:.1}\u{a0}%, against {:.1}\u{a0}% under \
                 *{}*; {verdict}.",
                escaped(&comparison.system),
                100.0 * first.eer_first,
                escaped(&comparison.against)
            ));
        }
    }

    /// How the first system fares on attacks it was not trained on.
    fn unseen(&mut self, results: &[ResultsRow], attacks: &[ResultsRow], unseen: &BTreeSet<String>) {
        let Some(first) = results.first() else { return };
        let mean = |unseen_wanted: bool| {
            let own = attacks.iter().filter(|row| (&row.system, &row.condition) == (&first.system, &first.condition));
            let rates: Vec<_> =
                own.filter(|row| unseen.contains(&row.group) == unseen_wanted).map(|row| row.eer).collect();
            (!rates.is_empty()).then(|| (rates.len(), 100.0 * rates.iter().sum::<f64>() / rates.len() as f64))
        };
        if let (Some((seen, seen_rate)), Some((new, new_rate))) = (mean(false), mean(true)) {
            self.sentences.push(format!(
                "Attack by attack, {} has a mean equal error rate of {seen_rate:.1}\u{a0}% over {seen} {} seen in training and \
                 of {new_rate:.1}\u{a0}% over {new} unseen.",
                named(first),
                if seen == 1 { "attack" } else { "attacks" }
            ));
        }
    }

    /// First against last epoch of the contribution.
    fn decay(&mut self, system: &System) {
        let rows = system.contribution.iter().flat_map(|table| &table.rows).filter(|row| row.degradation == "silence");
        let rows: Vec<&ContributionRow> = rows.filter(|row| row.epoch > 0).collect();
        let [first, .., last] = rows.as_slice() else { return };
        // A direction is named only where every epoch goes along with it.
        let monotone = |pick: fn(&ContributionRow) -> f64| {
            let steps = || rows.windows(2).map(|pair| pick(pair[1]) - pick(pair[0]));
            match (steps().all(|step| step <= 0.0), steps().all(|step| step >= 0.0)) {
                (true, false) => "falls from epoch to epoch",
                (false, true) => "rises from epoch to epoch",
                _ => "goes up and down between",
            }
        };
        self.sentences.push(format!(
            "With silence for the reference, the margin of {} changes by {} of its size after epoch {} ({}) and by {} after \
             epoch {} ({}), measured on {} dev trials; the share {}. The attention branch is {:.2} of the MLP branch at \
             first and {:.2} at last.",
            escaped(&system.name),
            share(first.delta_margin_normalised),
            first.epoch,
            first.stage,
            share(last.delta_margin_normalised),
            last.epoch,
            last.stage,
            last.trials,
            monotone(|row| row.delta_margin_normalised),
            first.branch_ratio,
            last.branch_ratio
        ));
    }
}

/// What must be said of results that are hardly better than a coin.
fn chance(results: &[ResultsRow]) -> Option<String> {
    let poor: Vec<String> = results.iter().filter(|row| row.min_dcf >= 0.99).map(named).collect();
    (!poor.is_empty()).then(|| {
        format!(
            "A minDCF of 1 is that of a fixed decision without looking at the recording; at or near it: {}.",
            poor.join("; ")
        )
    })
}

fn caveats(results: &[ResultsRow], systems: &[System]) -> Vec<String> {
    let bonafide = results.first().map_or(0, |row| row.bonafide);
    let small = bonafide < 1_000;
    let with_intervals = results.first().is_some_and(|row| row.eer_low.is_finite());
    let wide = format!("So small an evaluation ({bonafide} bona fide trials) leaves wide intervals. ");
    let meaning = results.first().map_or("", |row| sensitivity(&row.method));
    let mut caveats = match (with_intervals, small) {
        (true, true) => vec![wide + meaning],
        (true, false) => vec![meaning.into()],
        (false, _) => {
            vec!["Without intervals nothing is said of how far the numbers would move with other trials.".into()]
        }
    };
    let sample = "For comparison: on corpora of this kind and size simple LFCC classifiers reached, in an earlier trial, about 22\u{a0}% equal error rate on \
         dev and about 40\u{a0}% on unseen speakers and attacks: a small corpus and a small encoder show that the machinery works, \
         not how well the method does at full size.";
    caveats.extend(chance(results));
    let trained_here = systems.iter().any(|system| system.record.is_some());
    caveats.extend((small && trained_here).then(|| sample.into()));
    caveats
}

/// Whether the EER intervals have no point in common; `None` without intervals.
fn apart(a: &ResultsRow, b: &ResultsRow) -> Option<bool> {
    let known = [a.eer_low, a.eer_high, b.eer_low, b.eer_high].iter().all(|end| end.is_finite());
    known.then_some(a.eer_high < b.eer_low || b.eer_high < a.eer_low)
}

/// `RAT with matched reference`.
fn named(row: &ResultsRow) -> String {
    let system = escaped(&row.system);
    match row.condition.as_str() {
        "-" => system,
        condition => format!("{system} under the condition *{}*", escaped(condition)),
    }
}

fn percent(row: &ResultsRow) -> String {
    let (value, digits) = (100.0 * row.eer, percent_digits(row.eer));
    if row.eer_low.is_finite() {
        format!("{value:.digits$}\u{a0}% \\[{:.digits$}, {:.digits$}\\]", 100.0 * row.eer_low, 100.0 * row.eer_high)
    } else {
        format!("{value:.digits$}\u{a0}%")
    }
}

fn share(fraction: f64) -> String {
    format!("{:.1}\u{a0}%", 100.0 * fraction)
}
