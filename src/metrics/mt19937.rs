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

    /// As `randint(0, bound)`; `bound` of 1 draws nothing.
    pub fn below(&mut self, bound: u32) -> u32 {
        let most = bound.saturating_sub(1);
        if most == 0 {
            return 0;
        }
        let mask = u32::MAX >> most.leading_zeros();
        loop {
            let drawn = self.next_u32() & mask;
            if drawn <= most {
                return drawn;
            }
        }
    }

    fn twist(&mut self) {
        for index in 0..LENGTH {
            let bits = (self.state[index] & 0x8000_0000) | (self.state[(index + 1) % LENGTH] & 0x7fff_ffff);
            let odd = if bits & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[index] = self.state[(index + SHIFT) % LENGTH] ^ (bits >> 1) ^ odd;
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
        let drawn: Vec<u32> = (0..5).map(|_| generator.below(680_774)).collect();
        assert_eq!(drawn, [305_711, 435_829, 117_952, 152_315, 359_783]);
        assert_eq!(generator.below(1), 0);
    }

    #[test]
    fn the_ten_thousandth_draw_is_the_papers() {
        let mut generator = Mt19937::new(5489);
        let last = (0..10_000).map(|_| generator.next_u32()).last();
        assert_eq!(last, Some(4_123_659_995));
    }
}
