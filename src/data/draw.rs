//! Randomness as a function of a number and a name: never of call order, threads or platform.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

/// The random stream that belongs to (seed, purpose, name), and to nothing else.
pub(super) fn stream(seed: u64, purpose: &str, name: &str) -> ChaCha8Rng {
    let digest = Sha256::new()
        .chain_update(seed.to_le_bytes())
        .chain_update((purpose.len() as u64).to_le_bytes())
        .chain_update(purpose)
        .chain_update(name)
        .finalize();
    ChaCha8Rng::from_seed(digest.into())
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;

    #[test]
    fn streams_differ_by_each_part_and_stay() {
        let first = |seed, purpose, name| stream(seed, purpose, name).random::<u64>();
        let wanted = first(1, "a", "b");
        assert_eq!(wanted, first(1, "a", "b"));
        for other in [first(2, "a", "b"), first(1, "b", "b"), first(1, "a", "c"), first(1, "ab", "")] {
            assert_ne!(wanted, other);
        }
    }
}
