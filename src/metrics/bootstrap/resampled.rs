//! One resample, looked at along a binary tree over the blocks of distinct scores, no further than a measure needs.

use super::super::det::{Rejected, Totals};

/// How often one distinct score was drawn: bona fide, spoof.
pub(super) type Drawn = (usize, usize);

/// A range of blocks, and how many drawn trials are below its ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    /// The node of the tree: 1 for the root, 2 i and 2 i + 1 below i.
    pub(super) node: u64,
    /// The first block.
    pub(super) first: usize,
    /// The block after the last.
    pub(super) end: usize,
    /// Drawn below the first block.
    pub(super) before: Rejected,
    /// Drawn below the end.
    pub(super) after: Rejected,
}

impl Span {
    /// Where the tree parts the range.
    pub(super) fn middle(&self) -> usize {
        self.first.midpoint(self.end)
    }

    /// Whether there is nothing left to part.
    pub(super) fn is_block(&self) -> bool {
        self.end - self.first == 1
    }

    /// How many drawn trials are in the range.
    pub(super) fn drawn(&self) -> Rejected {
        Rejected { bonafide: self.after.bonafide - self.before.bonafide, spoof: self.after.spoof - self.before.spoof }
    }
}

/// A resample of scores in blocks.
pub(super) trait Resampled {
    /// How many of each class were drawn.
    fn totals(&self) -> Totals;

    /// How many blocks.
    fn blocks(&self) -> usize;

    /// How many drawn trials are below the middle of a range.
    fn below_middle(&self, span: &Span) -> Rejected;

    /// How often each distinct score of a block was drawn, put after what `scores` holds.
    fn open(&self, block: &Span, scores: &mut Vec<Drawn>);

    /// All of it.
    fn root(&self) -> Span {
        let Totals { bonafide, spoof } = self.totals();
        let (before, after) = (Rejected::default(), Rejected { bonafide, spoof });
        Span { node: 1, first: 0, end: self.blocks(), before, after }
    }

    /// Both halves of a range of more than one block.
    fn split(&self, span: &Span) -> (Span, Span) {
        let (middle, below) = (span.middle(), self.below_middle(span));
        let low = Span { node: 2 * span.node, end: middle, after: below, ..*span };
        let high = Span { node: 2 * span.node + 1, first: middle, before: below, ..*span };
        (low, high)
    }

    /// How often each distinct score was drawn, all of them.
    fn expand(&self, scores: &mut Vec<Drawn>) {
        scores.clear();
        let mut waiting = vec![self.root()];
        while let Some(span) = waiting.pop() {
            if span.is_block() {
                self.open(&span, scores);
            } else {
                let (low, high) = self.split(&span);
                waiting.extend([high, low]);
            }
        }
    }
}
