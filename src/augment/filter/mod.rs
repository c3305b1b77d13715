//! Recursive filters of equipment and lines, as audiomentations 0.43 applies them: Butterworth filters and equalisers.
//!
//! Causal, from the steady state that the first sample would have led to (`scipy.signal.sosfilt_zi`).

mod butterworth;
mod equaliser;
mod sections;

use rand::{Rng, RngExt};

use butterworth::Passed;
use equaliser::Curve;
use sections::Section;

/// A filter with its drawn parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Filter {
    /// Lets a band through.
    BandPass {
        /// The middle.
        centre_hz: f64,
        /// From edge to edge.
        width_hz: f64,
        /// 6 dB an octave each, at both edges.
        order: usize,
    },
    /// Takes a band out.
    BandStop {
        /// The middle.
        centre_hz: f64,
        /// From edge to edge.
        width_hz: f64,
        /// 6 dB an octave each, at both edges.
        order: usize,
    },
    /// Takes out what lies below.
    HighPass {
        /// Where it is 3 dB down.
        cutoff_hz: f64,
        /// 6 dB an octave each.
        order: usize,
    },
    /// Raises or lowers what lies above.
    HighShelf {
        /// Where half the gain is reached.
        centre_hz: f64,
        /// How far it is raised.
        gain_db: f64,
        /// How steep or narrow it is.
        q: f64,
    },
    /// Takes out what lies above.
    LowPass {
        /// Where it is 3 dB down.
        cutoff_hz: f64,
        /// 6 dB an octave each.
        order: usize,
    },
    /// Raises or lowers what lies below.
    LowShelf {
        /// Where half the gain is reached.
        centre_hz: f64,
        /// How far it is raised.
        gain_db: f64,
        /// How steep or narrow it is.
        q: f64,
    },
    /// Raises or lowers what lies around.
    Peaking {
        /// The middle.
        centre_hz: f64,
        /// How far it is raised.
        gain_db: f64,
        /// How steep or narrow it is.
        q: f64,
    },
}

impl Filter {
    /// Draws one of the seven: frequencies evenly in mel, orders 2 to 4, all else evenly.
    pub fn draw(stream: &mut impl Rng) -> Self {
        match stream.random_range(0..7_u32) {
            0 => {
                let (centre_hz, width_hz, order) = draw_band(stream);
                Self::BandPass { centre_hz, width_hz, order }
            }
            1 => {
                let (centre_hz, width_hz, order) = draw_band(stream);
                Self::BandStop { centre_hz, width_hz, order }
            }
            2 => Self::HighPass { cutoff_hz: draw_frequency(stream, 20.0, 2_400.0), order: draw_order(stream) },
            3 => {
                let (centre_hz, gain_db, q) = draw_curve(stream, (300.0, 7_500.0), 18.0, (0.1, 0.999));
                Self::HighShelf { centre_hz, gain_db, q }
            }
            4 => Self::LowPass { cutoff_hz: draw_frequency(stream, 150.0, 7_500.0), order: draw_order(stream) },
            5 => {
                let (centre_hz, gain_db, q) = draw_curve(stream, (50.0, 4_000.0), 18.0, (0.1, 0.999));
                Self::LowShelf { centre_hz, gain_db, q }
            }
            _ => {
                let (centre_hz, gain_db, q) = draw_curve(stream, (50.0, 7_500.0), 24.0, (0.5, 5.0));
                Self::Peaking { centre_hz, gain_db, q }
            }
        }
    }

    /// Filters the samples.
    pub fn apply(&self, samples: &mut [f32]) {
        sections::apply(&self.sections(), samples);
    }

    fn sections(&self) -> Vec<Section> {
        let band = |centre_hz: f64, width_hz: f64| (centre_hz - width_hz / 2.0, centre_hz + width_hz / 2.0);
        match *self {
            Self::BandPass { centre_hz, width_hz, order } => {
                let (low_hz, high_hz) = band(centre_hz, width_hz);
                butterworth::design(Passed::Within { low_hz, high_hz }, order)
            }
            Self::BandStop { centre_hz, width_hz, order } => {
                let (low_hz, high_hz) = band(centre_hz, width_hz);
                butterworth::design(Passed::Outside { low_hz, high_hz }, order)
            }
            Self::HighPass { cutoff_hz, order } => butterworth::design(Passed::Above(cutoff_hz), order),
            Self::LowPass { cutoff_hz, order } => butterworth::design(Passed::Below(cutoff_hz), order),
            Self::HighShelf { centre_hz, gain_db, q } => vec![equaliser::section(Curve::High, centre_hz, gain_db, q)],
            Self::LowShelf { centre_hz, gain_db, q } => vec![equaliser::section(Curve::Low, centre_hz, gain_db, q)],
            Self::Peaking { centre_hz, gain_db, q } => vec![equaliser::section(Curve::Peak, centre_hz, gain_db, q)],
        }
    }
}

fn mel(hz: f64) -> f64 {
    2_595.0 * (1.0 + hz / 700.0).log10()
}

/// Evenly in mel.
fn draw_frequency(stream: &mut impl Rng, low_hz: f64, high_hz: f64) -> f64 {
    700.0 * (10f64.powf(stream.random_range(mel(low_hz)..mel(high_hz)) / 2_595.0) - 1.0)
}

/// 12, 18 or 24 dB an octave.
fn draw_order(stream: &mut impl Rng) -> usize {
    stream.random_range(2..=4)
}

/// Centre, width and order of a band.
fn draw_band(stream: &mut impl Rng) -> (f64, f64, usize) {
    let order = draw_order(stream);
    let centre_hz = draw_frequency(stream, 200.0, 4_000.0);
    (centre_hz, centre_hz * stream.random_range(0.5..1.99), order)
}

/// Centre, gain and quality of an equaliser.
fn draw_curve(stream: &mut impl Rng, (low_hz, high_hz): (f64, f64), most_db: f64, q: (f64, f64)) -> (f64, f64, f64) {
    let centre_hz = draw_frequency(stream, low_hz, high_hz);
    (centre_hz, stream.random_range(-most_db..most_db), stream.random_range(q.0..q.1))
}
