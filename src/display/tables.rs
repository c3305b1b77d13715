//! Scores, results, comparisons, contributions and training histories show themselves.

use super::{Grid, grid::SHOWN, grouped, shows_a_grid, shows_itself};
use crate::{
    tables::{ComparisonTable, ContributionTable, ResultsTable, ScoreTable, TrainingHistory},
    trial::Label,
};

shows_itself!(ScoreTable, ResultsTable, ComparisonTable, ContributionTable, TrainingHistory);
shows_a_grid!(ScoreTable => ScoreTable::grid, ResultsTable => ResultsTable::grid, ComparisonTable => ComparisonTable::grid, ContributionTable => ContributionTable::grid, TrainingHistory => TrainingHistory::grid);

/// Four decimals; `-` for what is no number.
fn decimals(value: f64, digits: usize) -> String {
    if value.is_finite() { format!("{value:.digits$}") } else { "-".into() }
}

/// A value with the ends of its interval, where there is one.
fn interval(value: f64, low: f64, high: f64, digits: usize) -> String {
    let value = decimals(value, digits);
    if low.is_finite() && high.is_finite() { format!("{value} [{low:.digits$}, {high:.digits$}]") } else { value }
}

/// A rate in percent, likewise.
fn percent(value: f64, low: f64, high: f64) -> String {
    interval(100.0 * value, 100.0 * low, 100.0 * high, 2)
}

/// How all rows' intervals were made, once; nothing where they differ.
fn method<'a>(methods: impl Iterator<Item = &'a String>) -> String {
    let mut methods: Vec<_> = methods.filter(|method| !method.is_empty()).collect();
    methods.dedup();
    match methods.as_slice() {
        [method] => format!("intervals: {method}"),
        _ => String::new(),
    }
}

impl ScoreTable {
    fn grid(&self) -> Grid {
        let labels = self.labels();
        let of = |wanted: Option<Label>| grouped(labels.iter().filter(|&&label| label == wanted).count());
        let title = format!(
            "{} trials: {} bona fide, {} spoof, {} unlabelled",
            grouped(self.len()),
            of(Some(Label::Bonafide)),
            of(Some(Label::Spoof)),
            of(None)
        );
        let others =
            || self.columns().into_iter().filter(|&name| !["file", "label"].contains(&name) && self.knows(name));
        let texts: Vec<&str> = ["file", "label"].into_iter().chain(others()).collect();
        let words: Vec<Vec<&str>> = texts.iter().map(|name| self.texts(name).unwrap_or_default()).collect();
        let (scores, margins) = (self.scores(), self.margins());
        let row = |at: usize| {
            let words = words.iter().map(|words| words.get(at).copied().unwrap_or("-").to_owned());
            let margin = margins[at].map_or_else(|| "-".into(), |margin| decimals(margin, 4));
            words.chain([format!("{:.6}", scores[at]), margin]).collect()
        };
        let rows = (0..self.len().min(SHOWN)).map(row);
        Grid::new(title).columns(&texts, &["score", "margin"]).rows(rows).of(self.len())
    }
}

impl ResultsTable {
    fn grid(&self) -> Grid {
        let rows = self.rows.iter().map(|row| {
            vec![
                row.system.clone(),
                row.condition.clone(),
                row.group.clone(),
                percent(row.eer, row.eer_low, row.eer_high),
                interval(row.min_dcf, row.min_dcf_low, row.min_dcf_high, 4),
                grouped(row.bonafide + row.spoof),
            ]
        });
        let method = method(self.rows.iter().map(|row| &row.method));
        Grid::new("")
            .columns(&["system", "condition", "group"], &["EER % (official)", "minDCF", "trials"])
            .rows(rows)
            .note(method)
    }
}

impl ComparisonTable {
    fn grid(&self) -> Grid {
        let rows = self.rows.iter().map(|row| {
            vec![
                row.first.clone(),
                row.second.clone(),
                percent(row.eer_difference, row.eer_low, row.eer_high),
                decimals(row.eer_p_holm, 3),
                interval(row.min_dcf_difference, row.min_dcf_low, row.min_dcf_high, 4),
                decimals(row.min_dcf_p_holm, 3),
            ]
        });
        let method = method(self.rows.iter().map(|row| &row.method));
        Grid::new("Paired differences, first less second: below zero the first is better; p by Holm")
            .columns(&["first", "second"], &["\u{394} EER, points", "p", "\u{394} minDCF", "p"])
            .rows(rows)
            .note(method)
    }
}

impl ContributionTable {
    fn grid(&self) -> Grid {
        let rows = self.rows.iter().map(|row| {
            let numbers = [
                row.gradient_ratio,
                row.branch_ratio,
                row.delta_margin_normalised,
                row.delta_output,
                row.delta_embedding,
            ];
            let names = [row.stage.clone(), row.degradation.clone(), row.epoch.to_string()];
            names.into_iter().chain(numbers.map(|number| decimals(number, 4))).collect()
        });
        let numbers =
            ["epoch", "gradient ratio", "branch ratio", "\u{394} margin, norm.", "\u{394} output", "\u{394} embedding"];
        let trials = self.rows.first().map_or_else(String::new, |row| format!("over {} trials", grouped(row.trials)));
        Grid::new("What the reference contributes")
            .columns(&["stage", "reference is"], &numbers)
            .rows(rows)
            .note(trials)
    }
}

impl TrainingHistory {
    fn grid(&self) -> Grid {
        let rows = self.rows.iter().map(|row| {
            vec![
                row.stage.clone(),
                row.epoch.to_string(),
                decimals(row.train_loss, 4),
                decimals(100.0 * row.dev_eer, 2),
                decimals(row.dev_min_dcf, 4),
                format!("{:e}", row.learning_rate),
            ]
        });
        let best = self.best().map_or_else(String::new, |row| format!("lowest dev EER: epoch {}", row.epoch));
        let numbers = ["epoch", "loss on train", "EER % on dev", "minDCF on dev", "learning rate"];
        Grid::new("").columns(&["stage"], &numbers).rows(rows).note(best)
    }
}
