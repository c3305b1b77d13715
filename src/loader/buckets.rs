//! Batches of similar lengths: padding is computed for nothing, so what may come in any order is brought together by length.

use std::cmp::Reverse;

/// Places in batches: within the list, longer ones first and equal ones by place; the last batch, of the
/// shortest, may be smaller.
///
/// A function of the lengths alone. Give it a window of the whole at a time, so that memory stays bounded.
///
/// ```
/// use rat::loader::by_length;
/// assert_eq!(by_length(&[400, 900, 410, 890, 500], 2), [vec![1, 3], vec![4, 2], vec![0]]);
/// ```
pub fn by_length(lengths: &[usize], batch: usize) -> Vec<Vec<usize>> {
    let mut places: Vec<usize> = (0..lengths.len()).collect();
    places.sort_by_key(|&place| (Reverse(lengths[place]), place));
    places.chunks(batch.max(1)).map(<[usize]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_place_comes_once_and_full_batches_are_padded_least(
            lengths in prop::collection::vec(1_usize..100, 0..80), batch in 1_usize..9,
        ) {
            let batches = by_length(&lengths, batch);
            let mut places = batches.concat();
            places.sort_unstable();
            prop_assert_eq!(places, (0..lengths.len()).collect::<Vec<_>>());
            let padded = |batch: &[usize]| batch.len() * batch.iter().map(|&place| lengths[place]).max().unwrap_or(0);
            let sorted: usize = batches.iter().map(|batch| padded(batch)).sum();
            let order: Vec<usize> = (0..lengths.len()).collect();
            let plain: usize = order.chunks(batch).map(padded).sum();
            prop_assert!(lengths.len() % batch > 0 || sorted <= plain, "{} above {}", sorted, plain);
        }
    }
}
