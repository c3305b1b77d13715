//! Trials that stand twice in a file, found by sorted hashes.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use rayon::prelude::*;

use super::RawScores;

/// The rows of the first repeated trial, the earlier one first.
///
/// A trial is a file with a claimed speaker where the table has speakers: a morph is scored once with each speaker's reference.
pub fn first_duplicate(scores: &RawScores) -> Option<(usize, usize)> {
    duplicates(scores).into_iter().min_by_key(|pair| pair.1)
}

/// All repetitions as (first row, later row).
pub(in crate::tables) fn duplicates(scores: &RawScores) -> Vec<(usize, usize)> {
    let speakers = scores.column("speaker");
    let key = |row: usize| (scores.files[row].as_str(), speakers.map_or("", |speakers| speakers[row].as_str()));
    let hasher = BuildHasherDefault::<DefaultHasher>::new();
    let mut hashes: Vec<(u64, usize)> =
        (0..scores.len()).into_par_iter().map(|row| (hasher.hash_one(key(row)), row)).collect();
    hashes.par_sort_unstable();
    let mut found = Vec::new();
    for same in hashes.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1) {
        for (at, &(_, later)) in same.iter().enumerate().skip(1) {
            if let Some(&(_, first)) = same[..at].iter().find(|(_, first)| key(*first) == key(later)) {
                found.push((first, later));
            }
        }
    }
    found
}
