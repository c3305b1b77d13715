//! One system's curve of error rates, with what is drawn of it.

use super::{
    canvas::{SCALE, Stroke},
    palette::{Ink, SERIES},
    panel::Panel,
};
use crate::metrics::DetPoint;

/// Curves with more points than this are thinned to what can be seen, in the data too.
const KEPT_WHOLE: usize = 5_000;

/// Dashes of undashed and of dashed curves, for the first use of the colours, the second, and all further.
const DASHES: [[&[f64]; 2]; 3] =
    [[&[], &[7.0, 3.5]], [&[9.0, 2.5, 1.5, 2.5], &[1.5, 2.0]], [&[9.0, 2.0, 1.5, 2.0, 1.5, 2.0], &[4.0, 1.5]]];

/// The interval of the miss rate at a false-alarm rate.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DetBandPoint {
    /// False-alarm rate.
    pub far: f64,
    /// Lower end of the miss rate's interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// One curve.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DetCurve {
    /// As `RAT, matched`.
    pub name: String,
    /// The curve.
    pub points: Vec<DetPoint>,
    /// Equal error rate, a fraction.
    pub eer: f64,
    /// Normalised minimum detection cost.
    pub min_dcf: f64,
    /// Its threshold, which says where on the curve it is: the highest rejected score, as the ASVspoof package has it.
    pub min_dcf_threshold: f64,
    /// Colour, by number; numbers beyond the colours repeat them with other dashes.
    pub colour: usize,
    /// Whether the line is dashed.
    pub dashed: bool,
    /// Pointwise interval of the miss rate, false-alarm rates in order; empty where none is known.
    pub band: Vec<DetBandPoint>,
}

impl DetCurve {
    pub(super) fn ink(&self) -> Ink {
        Ink::Series(self.colour)
    }

    pub(super) fn stroke(&self, width: f64) -> Stroke {
        let use_of_colour = (self.colour / SERIES).min(DASHES.len() - 1);
        Stroke::solid(self.ink(), width).dashed(DASHES[use_of_colour][usize::from(self.dashed)])
    }

    /// Where the cost is lowest: the first point that rejects the highest score to be rejected.
    pub(super) fn cheapest(&self) -> Option<usize> {
        let after = self.points.iter().position(|point| point.threshold > self.min_dcf_threshold);
        after.or(self.points.len().checked_sub(1))
    }

    /// Where both rates are closest.
    pub(super) fn equal(&self) -> Option<usize> {
        let gap = |index: &usize| (self.points[*index].far - self.points[*index].frr).abs();
        (0..self.points.len()).min_by(|one, other| gap(one).total_cmp(&gap(other)))
    }

    /// The part of the curve within the axes, with one neighbour on either side that is put on the edge.
    pub(super) fn visible(&self, (low, high): (f64, f64)) -> &[DetPoint] {
        let inside = |rate: f64| (low..=high).contains(&rate);
        neighbourhood(&self.points, |point| inside(point.far) && inside(point.frr))
    }

    /// The outline of the band within the axes: along its upper edge and back along the lower.
    pub(super) fn band_outline(&self, panel: &Panel) -> Vec<(f64, f64)> {
        let (low, high) = panel.x.ends();
        let seen = |point: &DetBandPoint| {
            (low..=high).contains(&point.far) && point.high >= low && point.low <= high && point.low <= point.high
        };
        let band = neighbourhood(&self.band, seen);
        let mut upper: Vec<_> = band.iter().map(|point| panel.at(point.far, point.high)).collect();
        let mut lower: Vec<_> = band.iter().map(|point| panel.at(point.far, point.low)).collect();
        for edge in [&mut upper, &mut lower] {
            edge.dedup_by_key(|&mut (x, y)| ((x * SCALE) as i64, (y * SCALE) as i64));
        }
        upper.into_iter().chain(lower.into_iter().rev()).collect()
    }

    /// The lowest rate above zero.
    pub(super) fn finest(&self) -> f64 {
        let rates = self.points.iter().flat_map(|point| [point.far, point.frr]);
        rates.filter(|&rate| rate > 0.0).fold(1.0, f64::min)
    }

    /// Points that differ to the eye; a million trials draw no more than the axes can show.
    pub(super) fn thinned(mut self, panel: &Panel) -> Self {
        let place = |point: &DetPoint| {
            let (x, y) = panel.at(point.far, point.frr);
            ((x * SCALE) as i64, (y * SCALE) as i64, point.far > 0.0, point.frr > 0.0)
        };
        if self.points.len() > KEPT_WHOLE {
            let kept = self.cheapest().map(|index| self.points[index]);
            let mut last = None;
            self.points.retain(|point| {
                let here = Some(place(point));
                std::mem::replace(&mut last, here) != here || kept.as_ref() == Some(point)
            });
        }
        self
    }
}

/// From the first to the last that is wanted, with one more on either side.
fn neighbourhood<T>(all: &[T], wanted: impl Fn(&T) -> bool) -> &[T] {
    match (all.iter().position(&wanted), all.iter().rposition(&wanted)) {
        (Some(first), Some(last)) => &all[first.saturating_sub(1)..(last + 2).min(all.len())],
        _ => &[],
    }
}
