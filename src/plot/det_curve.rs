//! One system's curve of error rates, with what is drawn of it.

use super::{
    canvas::Stroke,
    palette::{Ink, SERIES},
    panel::Panel,
};
use crate::metrics::{DetPoint, normal_cdf, probit};

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

    /// The line within the axes. Between two points the rates change evenly, as if ties were broken by chance; so long stretches
    /// are curved, and the line is cut where it leaves.
    pub(super) fn path(&self, panel: &Panel) -> Vec<(f64, f64)> {
        let ends = panel.x.ends();
        let mut path = Vec::new();
        for pair in self.points.windows(2) {
            let Some((enter, leave)) = within(&pair[0], &pair[1], ends) else { continue };
            let at = |share: f64| {
                let (far, frr) = (pair[1].far - pair[0].far, pair[1].frr - pair[0].frr);
                panel.at(pair[0].far + share * far, pair[0].frr + share * frr)
            };
            let (from, to) = (at(enter), at(leave));
            let length = (to.0 - from.0).hypot(to.1 - from.1);
            let parts = (length / 3.0).ceil().max(1.0);
            path.push(from);
            path.extend((1..=parts as usize).map(|part| at(enter + (leave - enter) * part as f64 / parts)));
        }
        path.dedup();
        path
    }

    /// The outline of the band within the axes, a display pixel at a time: along its upper edge and back along the lower.
    pub(super) fn band_outline(&self, panel: &Panel) -> Vec<(f64, f64)> {
        let mut band = self.band.clone();
        band.retain(|point| point.far.is_finite() && point.low <= point.high);
        band.sort_by(|one, other| one.far.total_cmp(&other.far));
        let (low, high) = panel.x.ends();
        let (first, width) = (probit(low), panel.frame.width);
        let columns =
            (0..=width as usize).map(|column| normal_cdf(first + (probit(high) - first) * column as f64 / width));
        let known: Vec<_> = columns.filter_map(|far| Some((far, between(&band, far)?))).collect();
        let upper = known.iter().map(|&(far, (_, upper))| panel.at(far, upper));
        let lower = known.iter().rev().map(|&(far, (lower, _))| panel.at(far, lower));
        upper.chain(lower).collect()
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
            ((2.0 * x) as i64, (2.0 * y) as i64, point.far > 0.0, point.frr > 0.0)
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

/// From where to where, as shares of the way from one point to the next, both rates lie within the ends.
fn within(from: &DetPoint, to: &DetPoint, (low, high): (f64, f64)) -> Option<(f64, f64)> {
    let mut range = (0.0_f64, 1.0_f64);
    for (start, way) in [(from.far, to.far - from.far), (from.frr, to.frr - from.frr)] {
        if way == 0.0 {
            if !(low..=high).contains(&start) {
                return None;
            }
        } else {
            let (one, other) = ((low - start) / way, (high - start) / way);
            range = (range.0.max(one.min(other)), range.1.min(one.max(other)));
        }
    }
    (range.0 <= range.1).then_some(range)
}

/// The band's lower and upper end at a false-alarm rate; nothing beyond its own ends.
fn between(band: &[DetBandPoint], far: f64) -> Option<(f64, f64)> {
    let after = band.partition_point(|point| point.far < far);
    let next = band.get(after)?;
    let Some(before) = after.checked_sub(1).map(|index| &band[index]) else {
        return (next.far == far).then_some((next.low, next.high));
    };
    let share = (far - before.far) / (next.far - before.far);
    Some((before.low + share * (next.low - before.low), before.high + share * (next.high - before.high)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::{panel::Frame, probit_axis::probit_axis};

    fn panel() -> Panel {
        let frame = Frame { left: 0.0, top: 0.0, width: 400.0, height: 400.0 };
        Panel { frame, x: probit_axis(0.001, 0.5), y: probit_axis(0.001, 0.5) }
    }

    fn point(far: f64, frr: f64) -> DetPoint {
        DetPoint { threshold: 0.0, far, frr }
    }

    #[test]
    fn a_tie_at_the_end_leaves_where_the_rates_do() {
        let curve =
            DetCurve { points: vec![point(0.2, 0.1), point(0.1, 0.25), point(0.0, 1.0)], ..DetCurve::default() };
        let (path, panel) = (curve.path(&panel()), panel());
        let last = path[path.len() - 1];
        // Half the bona fide are missed after a third of the last stretch.
        assert!(
            (last.1 - panel.y_at(0.5)).abs() < 1e-9 && (last.0 - panel.x_at(0.1 * 2.0 / 3.0)).abs() < 1e-9,
            "{last:?}"
        );
        assert!(path.windows(2).all(|pair| (pair[1].0 - pair[0].0).hypot(pair[1].1 - pair[0].1) < 8.0));
    }

    #[test]
    fn what_lies_outside_is_not_drawn() {
        let curve = DetCurve { points: vec![point(0.9, 0.0), point(0.8, 0.6), point(0.0, 1.0)], ..DetCurve::default() };
        assert!(curve.path(&panel()).is_empty());
        assert!(DetCurve::default().path(&panel()).is_empty() && DetCurve::default().band_outline(&panel()).is_empty());
    }

    #[test]
    fn the_band_is_read_between_its_points() {
        let at = |far, low, high| DetBandPoint { far, low, high };
        let band = [at(0.1, 0.2, 0.4), at(0.3, 0.1, 0.2)];
        let (low, high) = between(&band, 0.2).unwrap();
        assert!((low - 0.15).abs() < 1e-12 && (high - 0.3).abs() < 1e-12);
        assert_eq!((between(&band, 0.05), between(&band, 0.31)), (None, None));
        assert_eq!(between(&band, 0.1), Some((0.2, 0.4)));
    }

    #[test]
    fn the_cheapest_point_rejects_the_threshold_given() {
        let of = |threshold| DetPoint { threshold, far: 0.0, frr: 0.0 };
        let points = vec![of(0.1), of(0.5), of(f64::INFINITY)];
        let at = |min_dcf_threshold| {
            DetCurve { points: points.clone(), min_dcf_threshold, ..DetCurve::default() }.cheapest()
        };
        assert_eq!((at(0.099), at(0.1), at(0.5), at(f64::INFINITY)), (Some(0), Some(1), Some(2), Some(2)));
    }
}
