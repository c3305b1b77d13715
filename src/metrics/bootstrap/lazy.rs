//! Trials drawn with replacement, without drawing them: the multinomial counts by binary splitting.
//!
//! How many drawn trials are bona fide is binomial; given how many fall into a range, how many fall into its lower half is
//! binomial too (Devroye, *Non-Uniform Random Variate Generation*, 1986, XI.1.4). Each node of the tree draws from a stream
//! of its own, so a measure may look at a few nodes only and sees the same resample as if it had looked at all.
//! In distribution this is exactly the bootstrap over trials.

use super::{
    super::det::{Rejected, Totals},
    binomial::binomial,
    blocks::Blocks,
    resampled::{Drawn, Resampled, Span},
    stream::{Key, Stream},
};

/// One resample over trials.
#[derive(Clone, Debug)]
pub(super) struct Lazy<'a> {
    blocks: &'a Blocks,
    key: Key,
    totals: Totals,
}

impl<'a> Lazy<'a> {
    pub(super) fn new(blocks: &'a Blocks, seed: u64, replicate: u64) -> Self {
        let key = Key::new(seed, replicate);
        let there = blocks.below(blocks.count());
        let all = there.bonafide + there.spoof;
        let bonafide = binomial(&mut key.stream(0), all as u32, there.bonafide as u32, all as u32) as usize;
        Self { blocks, key, totals: Totals { bonafide, spoof: all - bonafide } }
    }

    /// The streams of a node: bona fide, spoof.
    fn streams(&self, span: &Span) -> (Stream, Stream) {
        (self.key.stream(2 * span.node), self.key.stream(2 * span.node + 1))
    }
}

impl Resampled for Lazy<'_> {
    fn totals(&self) -> Totals {
        self.totals
    }

    fn blocks(&self) -> usize {
        self.blocks.count()
    }

    fn below_middle(&self, span: &Span) -> Rejected {
        let [first, middle, end] = [span.first, span.middle(), span.end].map(|block| self.blocks.below(block));
        let part = |mut stream: Stream, drawn: usize, [first, middle, end]: [usize; 3]| {
            binomial(&mut stream, drawn as u32, (middle - first) as u32, (end - first) as u32) as usize
        };
        let (drawn, (bonafide, spoof)) = (span.drawn(), self.streams(span));
        let bonafide = part(bonafide, drawn.bonafide, [first, middle, end].map(|below| below.bonafide));
        let spoof = part(spoof, drawn.spoof, [first, middle, end].map(|below| below.spoof));
        Rejected { bonafide: span.before.bonafide + bonafide, spoof: span.before.spoof + spoof }
    }

    /// In a block, each drawn trial is drawn by itself.
    fn open(&self, block: &Span, scores: &mut Vec<Drawn>) {
        let Rejected { bonafide, spoof } = block.drawn();
        let start = scores.len();
        let distinct = self.blocks.distinct(block.first);
        if distinct == 1 {
            return scores.push((bonafide, spoof));
        }
        scores.resize(start + distinct, (0, 0));
        let scores = &mut scores[start..];
        let mut streams = self.streams(block);
        let of = self.blocks.bonafide(block.first);
        (0..bonafide).for_each(|_| scores[of[streams.0.below(of.len() as u32) as usize] as usize].0 += 1);
        let of = self.blocks.spoof(block.first);
        (0..spoof).for_each(|_| scores[of[streams.1.below(of.len() as u32) as usize] as usize].1 += 1);
    }
}
