//! What the numbers say, computed from them, and no more than they say.
//!
//! Two estimates are called different only where their intervals have no point in common; the trials are the same, so this
//! is a cautious rule.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{
    context::{System, condition_name},
    escape::markdown as escaped,
};
use crate::{
    plot::percent_digits,
    tables::{ContributionRow, ResultsRow},
};

/// Statements in the order of the page.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Findings {
    /// Conditions whose EER interval lies apart from that of the same system's matched condition, as `RAT noise`.
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
    ) -> Self {
        let mut findings = Self::default();
        findings.headline(results);
        findings.conditions(results);
        findings.unseen(results, attacks, unseen);
        for system in systems {
            findings.decay(system);
        }
        findings.caveats = caveats(results);
        findings
    }

    /// The first system against the others, each at its first condition.
    fn headline(&mut self, results: &[ResultsRow]) {
        let Some(first) = results.first() else { return };
        self.sentences.push(format!(
            "On {} bona fide and {} spoof trials, {} reaches an equal error rate of {}.",
            first.bonafide,
            first.spoof,
            named(first),
            percent(first)
        ));
        let mut seen = BTreeSet::from([first.system.as_str()]);
        for other in results.iter().filter(|row| seen.insert(row.system.as_str())) {
            let verdict = match apart(first, other) {
                Some(true) if other.eer > first.eer => "the intervals lie apart, in favour of the former",
                Some(true) => "the intervals lie apart, in favour of the latter",
                Some(false) => {
                    "the intervals overlap, so these two intervals do not tell them apart (a paired comparison is sharper)"
                }
                None => "without intervals nothing can be said about the difference",
            };
            self.sentences.push(format!("{} reaches {}: {verdict}.", named(other), percent(other)));
        }
    }

    /// Each system's conditions against its matched one.
    fn conditions(&mut self, results: &[ResultsRow]) {
        for matched in results.iter().filter(|row| row.condition == "matched") {
            let others: Vec<_> =
                results.iter().filter(|row| row.system == matched.system && row.condition != "matched").collect();
            if others.is_empty() || others.iter().any(|other| apart(matched, other).is_none()) {
                continue;
            }
            let differing: Vec<_> = others.iter().filter(|other| apart(matched, other) == Some(true)).collect();
            let names = differing.iter().map(|row| format!("{} {}", row.system, row.condition));
            self.apart_from_matched.extend(names);
            let rates = || others.iter().map(|row| 100.0 * row.eer);
            let (low, high) = (rates().fold(f64::INFINITY, f64::min), rates().fold(0.0, f64::max));
            let system = escaped(&matched.system);
            let count = others.len();
            let range = format!(
                "between {low:.1} and {high:.1}\u{a0}%, against {:.1}\u{a0}% with a matched one",
                100.0 * matched.eer
            );
            let verdict = if differing.is_empty() {
                "none of their intervals lies apart from the matched one's".to_owned()
            } else {
                let listed: Vec<_> = differing.iter().map(|row| escaped(condition_name(&row.condition))).collect();
                format!("the interval lies apart from the matched one's for {}", listed.join(", "))
            };
            self.sentences.push(format!(
                "Under the {count} other reference conditions {system} reaches equal error rates {range}; {verdict}."
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

fn caveats(results: &[ResultsRow]) -> Vec<String> {
    let bonafide = results.first().map_or(0, |row| row.bonafide);
    let small = bonafide < 1_000;
    let wide = format!("So small an evaluation ({bonafide} bona fide trials) leaves wide intervals. ");
    let meaning = "The intervals describe how far the numbers would move with another sample of trials from the same speakers \
                   and attacks, not with other speakers, other attacks or another training run.";
    let mut caveats = vec![if small { wide + meaning } else { meaning.into() }];
    let sample = "For comparison: on corpora of this kind and size simple LFCC classifiers reached, in an earlier trial, about 22\u{a0}% equal error rate on \
         dev and about 40\u{a0}% on unseen speakers and attacks: a small corpus and a small encoder show that the machinery works, \
         not how well the method does at full size.";
    caveats.extend(chance(results));
    caveats.extend(small.then(|| sample.into()));
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
        "-" => format!("{system} (no reference)"),
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
