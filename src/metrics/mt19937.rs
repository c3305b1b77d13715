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
    /// The state's words as they are handed out.
    tempered: [u32; LENGTH],
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
        Self { state, tempered: [0; LENGTH], next: LENGTH }
    }

    /// The next 32 random bits.
    pub fn next_u32(&mut self) -> u32 {
        let bits = self.ready()[0];
        self.next += 1;
        bits
    }

    /// As `randint(0, bound, draws.len())`; a `bound` of 1 draws nothing.
    pub fn fill_below(&mut self, bound: u32, draws: &mut [u32]) {
        let most = bound.saturating_sub(1);
        if most == 0 {
            return draws.fill(0);
        }
        let mask = u32::MAX >> most.leading_zeros();
        let mut filled = 0;
        while filled < draws.len() {
            // So few that they fit even where none is refused.
            let room = draws.len() - filled;
            let ready = self.ready();
            let words = &ready[..ready.len().min(room)];
            for &word in words {
                let draw = word & mask;
                draws[filled] = draw;
                // A refused draw is written over by the next: no branch to guess wrong.
                filled += usize::from(draw <= most);
            }
            self.next += room.min(LENGTH - self.next);
        }
    }

    /// The words made and not yet handed out; at least one.
    fn ready(&mut self) -> &[u32] {
        if self.next == LENGTH {
            self.twist();
        }
        &self.tempered[self.next..]
    }

    /// The next state, in stretches without overlap, so that several words are made at a time.
    fn twist(&mut self) {
        let old = self.state;
        let new = &mut self.state;
        for index in 0..LENGTH - SHIFT {
            new[index] = twisted(old[index], old[index + 1], old[index + SHIFT]);
        }
        // From here on the far word is new already: first those that lie in the stretch above, then those in this one.
        for stretch in [LENGTH - SHIFT..2 * (LENGTH - SHIFT), 2 * (LENGTH - SHIFT)..LENGTH - 1] {
            let (made, rest) = new.split_at_mut(stretch.start);
            let far = &made[stretch.start + SHIFT - LENGTH..];
            for ((word, pair), far) in rest[..stretch.len()].iter_mut().zip(old[stretch.start..].windows(2)).zip(far) {
                *word = twisted(pair[0], pair[1], *far);
            }
        }
        new[LENGTH - 1] = twisted(old[LENGTH - 1], new[0], new[SHIFT - 1]);
        for (tempered_word, &word) in self.tempered.iter_mut().zip(new.iter()) {
            *tempered_word = tempered(word);
        }
        self.next = 0;
    }
}

fn twisted(word: u32, next: u32, far: u32) -> u32 {
    let bits = (word & 0x8000_0000) | (next & 0x7fff_ffff);
    far ^ (bits >> 1) ^ ((bits & 1).wrapping_neg() & 0x9908_b0df)
}

fn tempered(mut bits: u32) -> u32 {
    bits ^= bits >> 11;
    bits ^= (bits << 7) & 0x9d2c_5680;
    bits ^= (bits << 15) & 0xefc6_0000;
    bits ^ (bits >> 18)
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
