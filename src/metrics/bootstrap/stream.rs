//! Random numbers as a function of (seed, replicate, node), so that nodes may be visited in any order.
//!
//! SplitMix64: Steele, Lea and Flood, *Fast splittable pseudorandom number generators* (OOPSLA 2014). Whole numbers below
//! a bound by Lemire, *Fast random integer generation in an interval* (ACM TOMACS 29, 2019), without bias.

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// What all streams of a replicate are derived from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key(u64);

impl Key {
    pub(super) fn new(seed: u64, replicate: u64) -> Self {
        Self(mix(mix(seed.wrapping_add(STEP)) ^ mix(replicate.wrapping_mul(STEP))))
    }

    /// The stream of one place.
    pub(super) fn stream(self, place: u64) -> Stream {
        Stream(mix(self.0.wrapping_add(place.wrapping_mul(STEP))))
    }
}

/// A stream of its own.
#[derive(Clone, Debug)]
pub(super) struct Stream(u64);

impl Stream {
    pub(super) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mix(self.0)
    }

    /// Between 0 and 1, both excluded.
    pub(super) fn uniform(&mut self) -> f64 {
        ((self.bits() >> 11) as f64 + 0.5) * (1.0 / (1u64 << 53) as f64)
    }

    /// One of 0 to `bound` - 1.
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        let draw = |stream: &mut Self| (stream.bits() >> 32) * u64::from(bound);
        let mut product = draw(self);
        // Only the low products are unevenly many; whether this one is, is rarely to be asked.
        if (product as u32) < bound {
            let uneven = bound.wrapping_neg() % bound;
            while (product as u32) < uneven {
                product = draw(self);
            }
        }
        (product >> 32) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splitmix_is_the_published_one() {
        let mut stream = Stream(1_234_567);
        assert_eq!([stream.bits(), stream.bits()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn whole_numbers_come_equally_often() {
        let mut stream = Key::new(3, 4).stream(5);
        let mut counts = [0u32; 6];
        (0..60_000).for_each(|_| counts[stream.below(6) as usize] += 1);
        assert!(counts.iter().all(|&count| count.abs_diff(10_000) < 400), "{counts:?}");
        assert_eq!(stream.below(1), 0);
    }
}
