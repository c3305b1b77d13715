//! Clusters of trials that are not independent of each other: those of one speaker, or of one speaker under one attack.
//!
//! Plain cluster bootstrap (Davison and Hinkley, *Bootstrap Methods and their Application*, 1997, section 3.8, strategy 1): as many
//! clusters as there are, drawn with replacement; a drawn cluster brings all its trials.

use std::{collections::HashMap, hash::Hash};

use crate::error::{Error, Result};

/// The cluster of each trial, in file order.
///
/// ```
/// use rat::metrics::bootstrap::Clusters;
/// let speakers = Clusters::new(["ann", "bob", "ann"]);
/// assert_eq!((speakers.count(), speakers.of_trials()), (2, &[0, 1, 0][..]));
/// let cells = Clusters::new([("ann", "-"), ("bob", "A17"), ("ann", "A18")]);
/// assert_eq!(cells.count(), 3);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clusters {
    of_trials: Vec<u32>,
    count: usize,
}

impl Clusters {
    /// From what names each trial's cluster, as its speaker, or a pair of speaker and attack (`-` where bona fide).
    ///
    /// Clusters are numbered by their names, so that the order of the file changes no interval. For the trials that go into
    /// [`LabelledScores`](crate::metrics::LabelledScores): leave out the same ones.
    pub fn new<Id: Hash + Ord>(ids: impl IntoIterator<Item = Id>) -> Self {
        let mut seen: HashMap<Id, u32> = HashMap::new();
        let mut of_trials: Vec<u32> = Vec::new();
        for id in ids {
            let next = seen.len() as u32;
            of_trials.push(*seen.entry(id).or_insert(next));
        }
        let mut names: Vec<(Id, u32)> = seen.into_iter().collect();
        names.sort_unstable();
        let mut numbers = vec![0; names.len()];
        for (number, (_, first_seen)) in (0..).zip(&names) {
            numbers[*first_seen as usize] = number;
        }
        of_trials.iter_mut().for_each(|cluster| *cluster = numbers[*cluster as usize]);
        Self { of_trials, count: names.len() }
    }

    /// How many clusters.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The number of each trial's cluster, from 0.
    pub fn of_trials(&self) -> &[u32] {
        &self.of_trials
    }

    pub(super) fn check(&self, trials: usize) -> Result<()> {
        if self.of_trials.len() != trials {
            return Err(Error::data(
                format!("{} trials have a cluster, but {trials} have a score", self.of_trials.len()),
                "give the cluster of every labelled trial, in the order of the scores",
            ));
        }
        if self.count < 2 {
            return Err(Error::data(
                format!("{} cluster is too few to resample", self.count),
                "check the column of speakers, or resample trials: --bootstrap exact",
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_the_names_and_not_the_file() {
        let forward = Clusters::new(["c", "a", "b", "a"]);
        let backward = Clusters::new(["a", "b", "a", "c"]);
        assert!(forward.of_trials().iter().eq(backward.of_trials().iter().rev()));
    }

    #[test]
    fn clusters_that_do_not_fit_are_refused() {
        assert!(Clusters::new(["a", "b"]).check(3).unwrap_err().to_string().contains("2 trials have a cluster, but 3"));
        assert!(Clusters::new(["a", "a"]).check(2).unwrap_err().remedy().contains("exact"));
        assert!(Clusters::new(["a", "b"]).check(2).is_ok());
    }
}
