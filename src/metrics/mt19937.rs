//! The Mersenne Twister as NumPy's `RandomState` draws from it, so that an interval repeats a published one to the digit.
//!
//! Matsumoto and Nishimura, *Mersenne Twister* (ACM TOMACS 8, 1998), seeded by `init_genrand`; bounded whole numbers by
//! masked rejection as in NumPy's legacy `randint`. Used for nothing else.

const LENGTH: usize = 624;
const SHIFT: usize = 397;

/// NumPy's `RandomState(seed)`.
#[derive(Clone, Debug)]
pub struct Mt19937 {
    state: [u32; LENGTH],
    next: usize,
}

impl Mt19937 {
    /// As `RandomState(seed)`.
    pub fn new(seed: u32) -> Self {
        let mut state = [seed; LENGTH];
        for index in 1..LENGTH {
            let previous = state[index - 1];
            state[index] = 1_812_433_253u32.wrapping_mul(previous ^ (previous >> 30)).wrapping_add(index as u32);
        }
        Self { state, next: LENGTH }
    }

    /// The next 32 random bits.
    pub fn next_u32(&mut self) -> u32 {
        if self.next == LENGTH {
            self.twist();
        }
        let mut bits = self.state[self.next];
        self.next += 1;
        bits ^= bits >> 11;
        bits ^= (bits << 7) & 0x9d2c_5680;
        bits ^= (bits << 15) & 0xefc6_0000;
        bits ^ (bits >> 18)
    }

    /// As `randint(0, bound, draws.len())`; a `bound` of 1 draws nothing.
    pub fn fill_below(&mut self, bound: u32, draws: &mut [u32]) {
        let most = bound.saturating_sub(1);
        if most == 0 {
            return draws.fill(0);
        }
        let mask = u32::MAX >> most.leading_zeros();
        let mut filled = 0;
        while let Some(place) = draws.get_mut(filled) {
            *place = self.next_u32() & mask;
            // A refused draw is written over by the next: no branch to guess wrong.
            filled += usize::from(*place <= most);
        }
    }

    fn twist(&mut self) {
        let state = &mut self.state;
        for index in 0..LENGTH {
            let next = if index + 1 < LENGTH { index + 1 } else { 0 };
            let far = if index + SHIFT < LENGTH { index + SHIFT } else { index + SHIFT - LENGTH };
            let bits = (state[index] & 0x8000_0000) | (state[next] & 0x7fff_ffff);
            state[index] = state[far] ^ (bits >> 1) ^ ((bits & 1).wrapping_neg() & 0x9908_b0df);
        }
        self.next = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_numpys() {
        let mut generator = Mt19937::new(0);
        let mut drawn = [0; 5];
        generator.fill_below(680_774, &mut drawn);
        assert_eq!(drawn, [305_711, 435_829, 117_952, 152_315, 359_783]);
        generator.fill_below(1, &mut drawn);
        assert_eq!(drawn, [0; 5]);
    }

    #[test]
    fn the_ten_thousandth_draw_is_the_papers() {
        let mut generator = Mt19937::new(5489);
        let last = (0..10_000).map(|_| generator.next_u32()).last();
        assert_eq!(last, Some(4_123_659_995));
    }
}
