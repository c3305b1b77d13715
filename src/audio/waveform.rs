//! The one form in which audio moves through this library: mono f32 samples at 16 kHz.

/// Samples per second of every [`Waveform`].
pub const SAMPLE_RATE_HZ: u32 = 16_000;

/// Mono audio at 16 kHz, nominally within -1 to 1.
///
/// ```
/// use rat::Waveform;
/// let second = Waveform::new(vec![0.5; 16_000]);
/// assert_eq!(second.duration_secs(), 1.0);
/// assert_eq!(second.power(), 0.25);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Waveform {
    samples: Vec<f32>,
}

impl Waveform {
    /// From samples that are at 16 kHz already.
    pub fn new(samples: Vec<f32>) -> Self {
        Self { samples }
    }

    /// The samples.
    pub fn samples(&self) -> &[f32] {
        &self.samples
    }

    /// The samples, owned.
    pub fn into_samples(self) -> Vec<f32> {
        self.samples
    }

    /// How many samples.
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// Length in seconds.
    pub fn duration_secs(&self) -> f64 {
        self.samples.len() as f64 / f64::from(SAMPLE_RATE_HZ)
    }

    /// Mean square of the samples; 0 for no samples.
    pub fn power(&self) -> f64 {
        let sum: f64 = self.samples.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
        sum / self.samples.len().max(1) as f64
    }

    /// Exactly `length` samples: the start is kept, zeros are appended.
    pub fn cut_or_pad(mut self, length: usize) -> Self {
        self.samples.resize(length, 0.0);
        self
    }

    /// The samples as 16-bit integers, clipped.
    pub(super) fn sixteen_bit(&self) -> impl Iterator<Item = i16> {
        self.samples.iter().map(|sample| (sample * 32_768.0).round().clamp(-32_768.0, 32_767.0) as i16)
    }
}
