//! The convex hull of the ROC, and the equal error rate on it (ROCCH-EER).
//!
//! Provost and Fawcett, *Robust classification for imprecise environments* (Machine Learning 42, 2001); the EER as
//! `rocch2eer` of BOSARIS and PYLLR (Brümmer and de Villiers, *The BOSARIS Toolkit User Guide*, 2011). Between two
//! thresholds one may toss a coin, so every point of the hull can be worked at; its EER depends on no convention about
//! ties, is never above 0.5, and is the Bayes error rate at the worst prior. The hull's segments are the
//! blocks of [PAV](DetectionScores::pav).

use super::{
    det::{DetPoint, DetectionScores, Rejected, Totals},
    pav::blocks,
};

/// The EER of a resample; the items are (score, bona fide, spoof) by ascending distinct scores, counts may be 0.
pub(super) fn eer_of(steps: impl Iterator<Item = (f64, usize, usize)>, totals: Totals) -> f64 {
    let mut before = Rejected::default();
    for block in blocks(steps.map(|(_, bonafide, spoof)| (bonafide, spoof))) {
        let after = Rejected { bonafide: before.bonafide + block.bonafide, spoof: before.spoof + block.spoof };
        if totals.frr(after) >= totals.far(after) {
            return meeting(before, after, totals);
        }
        before = after;
    }
    // Without a trial there is no block; with one, all is rejected at the end: FRR 1, FAR 0.
    f64::NAN
}

/// Where the segment between two points meets FRR = FAR, from whole numbers.
fn meeting(before: Rejected, after: Rejected, totals: Totals) -> f64 {
    let accepted = |point: Rejected| (totals.spoof - point.spoof) as u128;
    let missed = |point: Rejected| point.bonafide as u128;
    // Along the hull FAR falls and FRR rises, so no difference is negative.
    let over = accepted(before) * missed(after) - accepted(after) * missed(before);
    let fall = (accepted(before) - accepted(after)) * totals.bonafide as u128;
    let rise = (missed(after) - missed(before)) * totals.spoof as u128;
    over as f64 / (fall + rise) as f64
}

impl DetectionScores {
    /// The equal error rate on the ROC convex hull; at most 0.5.
    ///
    /// ```
    /// use rat::metrics::DetectionScores;
    /// assert_eq!(DetectionScores::new(&[0.5, 0.9], &[0.1, 0.5])?.eer_convex_hull(), 0.25);
    /// assert_eq!(DetectionScores::new(&[0.1], &[0.9])?.eer_convex_hull(), 0.5);
    /// # Ok::<(), rat::Error>(())
    /// ```
    pub fn eer_convex_hull(&self) -> f64 {
        eer_of(self.steps().iter().map(|step| (step.score, step.bonafide, step.spoof)), self.totals())
    }

    /// The vertices of the ROC convex hull, from all accepted to nothing accepted; no three on a line.
    pub fn rocch(&self) -> Vec<DetPoint> {
        let (mut rejected, mut distinct) = (Rejected::default(), 0);
        let mut vertices = vec![self.vertex(rejected, 0)];
        for block in blocks(self.counts()) {
            rejected.bonafide += block.bonafide;
            rejected.spoof += block.spoof;
            distinct += block.distinct;
            vertices.push(self.vertex(rejected, distinct));
        }
        vertices
    }

    fn vertex(&self, rejected: Rejected, distinct: usize) -> DetPoint {
        let threshold = self.steps().get(distinct).map_or(f64::INFINITY, |step| step.score);
        DetPoint { threshold, far: self.totals().far(rejected), frr: self.totals().frr(rejected) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hull_runs_from_corner_to_corner() {
        let hull = DetectionScores::new(&[0.9, 0.5], &[0.5, 0.1, 0.1]).unwrap().rocch();
        let points: Vec<_> = hull.iter().map(|point| (point.threshold, point.far, point.frr)).collect();
        assert_eq!(points, [(0.1, 1.0, 0.0), (0.5, 1.0 / 3.0, 0.0), (0.9, 0.0, 0.5), (f64::INFINITY, 0.0, 1.0)]);
    }

    #[test]
    fn separated_scores_have_no_error() {
        assert_eq!(DetectionScores::new(&[0.9, 0.8], &[0.1]).unwrap().eer_convex_hull(), 0.0);
    }
}
