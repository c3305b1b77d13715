//! Resamples of sorted scores as counts, one byte a trial: drawing and measuring one takes milliseconds at full size.

use rand::{RngExt, SeedableRng, distr::Uniform};
use rand_chacha::ChaCha8Rng;

use super::{
    det::{DetectionScores, Totals},
    mt19937::Mt19937,
};
use crate::{
    error::{Error, Result},
    trial::Label,
};

/// Draws are made in blocks that stay in the processor's first cache.
const BLOCK: usize = 2_048;

/// Labelled scores in the order of their file, which [`Resampling::Numpy`](super::Resampling) depends on, and sorted.
///
/// ```
/// use rat::{Label, metrics::{LabelledScores, bootstrap}};
/// let human = (0..80).map(|i| (0.3 + f64::from(i) / 100.0, Label::Bonafide));
/// let made = (0..90).map(|i| (f64::from(i) / 200.0, Label::Spoof));
/// let scores = LabelledScores::new(human.chain(made))?;
/// let settings = bootstrap::Settings { resamples: 100, ..Default::default() };
/// let eer = bootstrap::estimate(&scores, &settings)?.eer;
/// assert!(eer.low <= eer.value && eer.value <= eer.high);
/// # Ok::<(), rat::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct LabelledScores {
    detection: DetectionScores,
    /// The rank of each trial in file order: ascending scores, bona fide first in a tie.
    ranks: Vec<u32>,
    /// By rank.
    places: Vec<Place>,
}

/// What stands at a rank.
#[derive(Clone, Copy, Debug)]
struct Place {
    spoof: bool,
    /// The next rank has another score.
    last: bool,
}

impl LabelledScores {
    /// From the labelled trials of a score table; leave unlabelled ones out.
    ///
    /// # Errors
    /// As [`DetectionScores::new`], and for more than 2 billion trials.
    pub fn new(trials: impl IntoIterator<Item = (f64, Label)>) -> Result<Self> {
        let trials: Vec<(f64, Label)> = trials.into_iter().map(|(score, label)| (score + 0.0, label)).collect();
        if trials.len() > i32::MAX as usize {
            return Err(Error::data(format!("{} trials are too many to resample", trials.len()), "split the table"));
        }
        let of = |label: Label| -> Vec<f64> {
            trials.iter().filter(|trial| trial.1 == label).map(|trial| trial.0).collect()
        };
        let detection = DetectionScores::new(&of(Label::Bonafide), &of(Label::Spoof))?;
        let mut order: Vec<u32> = (0..trials.len() as u32).collect();
        let trial = |place: u32| trials[place as usize];
        order.sort_unstable_by(|&a, &b| {
            let (a, b) = (trial(a), trial(b));
            a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
        });
        let mut ranks = vec![0; trials.len()];
        for (rank, &place) in (0..).zip(&order) {
            ranks[place as usize] = rank;
        }
        let next = order.iter().skip(1).map(|&place| trial(place).0).chain([f64::INFINITY]);
        let places = order.iter().zip(next).map(|(&place, next)| {
            let (score, label) = trial(place);
            Place { spoof: label == Label::Spoof, last: score < next }
        });
        Ok(Self { places: places.collect(), ranks, detection })
    }

    /// The same scores without their order.
    pub fn detection(&self) -> &DetectionScores {
        &self.detection
    }
}

/// How often each trial was drawn, by rank.
#[derive(Clone, Debug)]
pub(super) struct Resample<'a> {
    scores: &'a LabelledScores,
    /// A trial is drawn once on average; the chance of 256 times is below 1e-500.
    drawn: Vec<u8>,
}

impl<'a> Resample<'a> {
    pub(super) fn new(scores: &'a LabelledScores) -> Self {
        Self { scores, drawn: vec![0; scores.ranks.len()] }
    }

    /// Draws as many trials as there are, by rank, from a stream of its own.
    pub(super) fn draw(&mut self, seed: u64, stream: u64) -> Totals {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        let ranks = Uniform::new(0, self.drawn.len() as u32).expect("a set with both classes is not empty");
        self.tally(|block| block.fill_with(|| generator.sample(ranks)))
    }

    /// As `RandomState(seed).randint(0, n, n)` draws trials in file order.
    pub(super) fn draw_as_numpy(&mut self, seed: u32) -> Totals {
        let mut generator = Mt19937::new(seed);
        let ranks = &self.scores.ranks;
        self.tally(|block| {
            generator.fill_below(ranks.len() as u32, block);
            for trial in block {
                *trial = ranks[*trial as usize];
            }
        })
    }

    fn tally(&mut self, mut fill: impl FnMut(&mut [u32])) -> Totals {
        self.drawn.fill(0);
        let mut block = [0; BLOCK];
        let mut left = self.drawn.len();
        while left > 0 {
            let block = &mut block[..left.min(BLOCK)];
            fill(block);
            for &rank in &*block {
                let drawn = &mut self.drawn[rank as usize];
                *drawn = drawn.saturating_add(1);
            }
            left -= block.len();
        }
        let both = self.drawn.iter().zip(&self.scores.places);
        let spoof = both.map(|(&drawn, place)| usize::from(drawn) * usize::from(place.spoof)).sum();
        Totals { bonafide: self.drawn.len() - spoof, spoof }
    }

    /// How many bona fide and spoof trials were drawn of each distinct score, ascending.
    pub(super) fn counts(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let mut ranks = self.drawn.iter().zip(&self.scores.places);
        std::iter::from_fn(move || {
            let (mut all, mut spoof) = (0, 0);
            for (&drawn, place) in ranks.by_ref() {
                all += usize::from(drawn);
                spoof += usize::from(drawn) * usize::from(place.spoof);
                if place.last {
                    return Some((all - spoof, spoof));
                }
            }
            None
        })
    }
}
