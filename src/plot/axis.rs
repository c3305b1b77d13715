//! Axes: where a value lies between the two ends, and which values are written.

/// A value that is written beside the axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub(super) value: f64,
    pub(super) label: String,
}

/// One direction of a panel.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    warp: fn(f64) -> f64,
    pub(super) ticks: Vec<Tick>,
}

impl Axis {
    /// From one value to another, evenly spaced once `warp` (which grows) is applied.
    pub(super) fn new(low: f64, high: f64, warp: fn(f64) -> f64, ticks: Vec<Tick>) -> Self {
        Self { low, high, warp, ticks }
    }

    /// An even axis that begins and ends on round values around the data; about `count` of them are written.
    pub(super) fn linear(low: f64, high: f64, count: usize) -> Self {
        let (low, high) = widened(low, high);
        let step = round_step((high - low) / count.max(1) as f64);
        let (first, last) = ((low / step + 1e-9).floor(), (high / step - 1e-9).ceil());
        let digits = (-(step.log10() + 1e-9).floor()).max(0.0) as usize;
        let ticks = (first as i64..=last as i64)
            .map(|multiple| Tick { value: multiple as f64 * step, label: number(multiple as f64 * step, digits) })
            .collect();
        Self::new(first * step, last * step, |value| value, ticks)
    }

    /// An even axis whose labels say percent for fractions.
    pub(super) fn percent(low: f64, high: f64, count: usize) -> Self {
        let mut axis = Self::linear(100.0 * low, 100.0 * high, count);
        axis.low /= 100.0;
        axis.high /= 100.0;
        for tick in &mut axis.ticks {
            tick.value /= 100.0;
            tick.label.push_str(" %");
        }
        axis
    }

    /// Epochs with half an epoch of room at either end; at most a dozen are written.
    pub(super) fn epochs(first: usize, last: usize) -> Self {
        let every = (last - first) / 12 + 1;
        let label = |epoch: usize| Tick { value: epoch as f64, label: epoch.to_string() };
        let ticks = (first..=last).step_by(every).map(label).collect();
        Self::new(first as f64 - 0.5, last as f64 + 0.5, |value| value, ticks)
    }

    /// The same axis from one value to another, where that is a part of it.
    pub(super) fn cut(self, low: f64, high: f64) -> Self {
        if !(self.low <= low && low < high && high <= self.high) {
            return self;
        }
        let ticks = self.ticks.into_iter().filter(|tick| (low..=high).contains(&tick.value)).collect();
        Self { low, high, ticks, ..self }
    }

    /// Where it begins and ends.
    pub(super) fn ends(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    /// 0 at the low end, 1 at the high end; what lies beyond is put on the end.
    pub(super) fn position(&self, value: f64) -> f64 {
        let (low, high) = ((self.warp)(self.low), (self.warp)(self.high));
        (((self.warp)(value.clamp(self.low, self.high))) - low) / (high - low)
    }
}

/// Some room where the data are a single value, or none.
fn widened(low: f64, high: f64) -> (f64, f64) {
    match (low.is_finite() && high.is_finite(), high > low) {
        (false, _) => (0.0, 1.0),
        (true, true) => (low, high),
        (true, false) => (low - 0.5 * low.abs().max(1e-3), low + 0.5 * low.abs().max(1e-3)),
    }
}

/// 1, 2 or 5 times a power of ten, at or above.
fn round_step(step: f64) -> f64 {
    let power = 10f64.powf(step.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * power >= step * (1.0 - 1e-9)).unwrap_or(10.0);
    factor * power
}

/// Decimals of a rate in percent: one more for small ones.
pub(crate) fn percent_digits(rate: f64) -> usize {
    if rate < 0.1 { 2 } else { 1 }
}

/// With a true minus sign.
pub(super) fn number(value: f64, digits: usize) -> String {
    let text = format!("{:.digits$}", if value == 0.0 { 0.0 } else { value });
    text.replace('-', "\u{2212}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_and_ticks_are_round() {
        let axis = Axis::linear(-0.3, 7.2, 5);
        let labels: Vec<_> = axis.ticks.iter().map(|tick| tick.label.as_str()).collect();
        assert_eq!(labels, ["\u{2212}2", "0", "2", "4", "6", "8"]);
        assert_eq!(axis.position(-2.0), 0.0);
        assert_eq!(axis.position(3.0), 0.5);
        assert_eq!(axis.position(99.0), 1.0);
        let axis = Axis::percent(0.0, 0.31, 4);
        assert_eq!(axis.ticks[1].label, "10 %");
        assert!((axis.position(0.2) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn a_single_value_has_room_around_it() {
        for value in [0.0, 3.0, f64::NAN] {
            let axis = Axis::linear(value, value, 4);
            assert!(axis.ticks.len() > 1 && axis.ticks.len() < 12, "{:?}", axis.ticks);
        }
    }
}
