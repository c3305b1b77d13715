//! Several systems on the same trials: which row of each table is which trial of the first.
//!
//! Tables may be in any order; each must hold every trial of the first, no more, and no label may contradict another.

use std::collections::HashMap;

use crate::{
    error::{Error, Result},
    tables::ScoreTable,
    trial::Label,
};

/// Systems on the same trials, in the order of the first table.
pub(super) struct AlignedSystems {
    /// For each system, its row of each trial.
    rows: Vec<Vec<usize>>,
    /// What any of the tables knows.
    pub(super) labels: Vec<Option<Label>>,
}

impl AlignedSystems {
    /// Finds the trials of the first table in all others.
    ///
    /// # Errors
    /// Where a table has other trials or other labels than the first; the names are for the message.
    pub(super) fn new(systems: &[(String, &ScoreTable)]) -> Result<Self> {
        let Some(((first_name, first), others)) = systems.split_first() else {
            return Err(Error::config("files", "no scores are named", "name one score file for each system"));
        };
        let mut rows = vec![(0..first.len()).collect::<Vec<_>>()];
        let mut labels = first.labels();
        for (name, table) in others {
            let found = rows_of(first_name, first, name, table)?;
            let theirs = table.labels();
            for (trial, (label, &row)) in labels.iter_mut().zip(&found).enumerate() {
                match (*label, theirs[row]) {
                    (Some(ours), Some(other)) if ours != other => {
                        let file = first.keys()[trial].0;
                        let message = format!("{first_name} calls {file} {ours}, {name} calls it {other}");
                        return Err(Error::data(message, "give score files of the same trials with the same key"));
                    }
                    (ours, other) => *label = ours.or(other),
                }
            }
            rows.push(found);
        }
        Ok(Self { rows, labels })
    }

    /// The scores of a system, in the order of the first table.
    pub(super) fn scores(&self, system: usize, table: &ScoreTable) -> Vec<f64> {
        let scores = table.scores();
        self.rows[system].iter().map(|&row| scores[row]).collect()
    }
}

/// Where the trials of the first table stand in another.
fn rows_of(first_name: &str, first: &ScoreTable, name: &str, table: &ScoreTable) -> Result<Vec<usize>> {
    let (wanted, keys) = (first.keys(), table.keys());
    let by_key: HashMap<(&str, &str), usize> = keys.iter().enumerate().map(|(row, &key)| (key, row)).collect();
    let rows: Vec<usize> = wanted.iter().filter_map(|key| by_key.get(key).copied()).collect();
    if rows.len() == wanted.len() && keys.len() == wanted.len() {
        return Ok(rows);
    }
    let missing = wanted
        .iter()
        .find(|key| !by_key.contains_key(*key))
        .map_or(String::new(), |key| format!("; {name} lacks {}", key.0));
    Err(Error::data(
        format!(
            "{first_name} has {} trials, {name} has {}, and they share {}{missing}",
            wanted.len(),
            keys.len(),
            rows.len()
        ),
        "give score files of the same trials; `rat-report audit --protocol` shows what is missing in each",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::ScoreRow;

    fn table(rows: &[(&str, f64, Option<Label>)]) -> ScoreTable {
        let row = |&(file, score, label): &(&str, f64, Option<Label>)| ScoreRow {
            file: file.into(),
            score,
            label,
            margin: None,
            speaker: "-".into(),
            attack: "-".into(),
            codec: "-".into(),
        };
        ScoreTable::from_rows(rows.iter().map(row))
    }

    #[test]
    fn order_does_not_matter_and_labels_complete_each_other() {
        let first = table(&[("a", 1.0, Some(Label::Spoof)), ("b", 2.0, None)]);
        let second = table(&[("b", 20.0, Some(Label::Bonafide)), ("a", 10.0, None)]);
        let aligned = AlignedSystems::new(&[("x".into(), &first), ("y".into(), &second)]).unwrap();
        assert_eq!(aligned.scores(1, &second), [10.0, 20.0]);
        assert_eq!(aligned.labels, [Some(Label::Spoof), Some(Label::Bonafide)]);
    }

    #[test]
    fn other_trials_and_other_labels_are_named() {
        let first = table(&[("a", 1.0, Some(Label::Spoof)), ("b", 2.0, None)]);
        let why = |other: ScoreTable| {
            let refused = AlignedSystems::new(&[("x".into(), &first), ("y".into(), &other)]);
            refused.err().expect("refused").to_string()
        };
        assert!(why(table(&[("a", 1.0, None)])).contains("y lacks b"));
        assert!(why(table(&[("a", 1.0, None), ("b", 2.0, None), ("c", 1.0, None)])).contains("share 2"));
        assert!(why(table(&[("a", 1.0, Some(Label::Bonafide)), ("b", 2.0, None)])).contains("calls a spoof"));
        assert!(AlignedSystems::new(&[]).is_err());
    }
}
