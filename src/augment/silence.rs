//! The silence before speech: the voice activity detector of SoX (its effect `vad`) as torchaudio writes it.
//!
//! Every 50 ms the cepstrum of 100 ms, less an estimate of the noise, gives a measure of voice; once its running mean reaches the
//! trigger, the search goes back over at most a second for the start. All parameters are the defaults at 16 kHz of torchaudio
//! 2.11's `Vad`, arithmetic in f32 as there. Only the start is trimmed. Both keep the same samples of the sample
//! corpus' 1,155 recordings and of the eighty generated signals that the tests hold it to.

use std::{cell::RefCell, f32::consts::TAU, sync::Arc};

use realfft::{RealFftPlanner, RealToComplex, num_complex::Complex};

/// Samples that are measured at once: 100 ms.
const MEASURED: usize = 1_600;
/// Samples from measure to measure: 50 ms.
const PERIOD: usize = 800;
/// How many measures the search goes back: a second.
const SEARCHED: usize = 20;
/// How many measures may lie between bursts of voice: 0.25 s.
const GAP: usize = 5;
/// The mean of the measures at which there is voice.
const TRIGGER: f32 = 7.0;
/// How often the noise spectrum is taken for the first estimate: 0.35 s.
const BOOT: i32 = 6;
/// How many times the noise is subtracted.
const NOISE_REDUCTION: f32 = 1.35;
/// The Fourier transform's length.
const TRANSFORM: usize = 2_048;
/// The bins from 50 to 6000 Hz.
const BINS: std::ops::Range<usize> = 6..768;
/// The quefrencies of 2000 down to 150 Hz.
const QUEFRENCIES: std::ops::Range<usize> = 4..53;

/// How many samples of silence come before speech; nothing where no speech is found.
///
/// ```
/// use rat::augment::starting_silence;
/// assert_eq!(starting_silence(&[0.0; 32_000]), None);
/// ```
pub fn starting_silence(samples: &[f32]) -> Option<usize> {
    DETECTOR.with_borrow_mut(|detector| detector.start(samples))
}

/// The samples without the silence before speech; all of them where no speech is found.
pub fn without_starting_silence(samples: &[f32]) -> &[f32] {
    &samples[starting_silence(samples).unwrap_or(0)..]
}

thread_local! {
    static DETECTOR: RefCell<Detector> = RefCell::new(Detector::new());
}

/// What stays the same from recording to recording, with room to work in, and what is estimated along one.
struct Detector {
    spectrum_window: Vec<f32>,
    cepstrum_window: Vec<f32>,
    of_samples: Arc<dyn RealToComplex<f32>>,
    of_spectrum: Arc<dyn RealToComplex<f32>>,
    input: Vec<f32>,
    output: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    /// The smoothed magnitudes of [`BINS`].
    spectrum: Vec<f32>,
    /// The noise's estimated power.
    noise: Vec<f32>,
}

/// The share of the old value that a mean with this time constant keeps from measure to measure.
fn kept(time_constant_secs: f64) -> f64 {
    (-1.0 / (time_constant_secs * 20.0)).exp()
}

/// Two over the root of the length, times Hann's window.
fn window(length: usize) -> Vec<f32> {
    let scale = (2.0 / (length as f64).sqrt()) as f32;
    (0..length).map(|at| scale * (0.5 - 0.5 * (TAU * at as f32 / length as f32).cos())).collect()
}

impl Detector {
    fn new() -> Self {
        let mut planner = RealFftPlanner::new();
        let (of_samples, of_spectrum) = (planner.plan_fft_forward(TRANSFORM), planner.plan_fft_forward(TRANSFORM / 2));
        let room = of_samples.get_scratch_len().max(of_spectrum.get_scratch_len());
        Self {
            spectrum_window: window(MEASURED),
            cepstrum_window: window(BINS.len()),
            of_samples,
            of_spectrum,
            input: vec![0.0; TRANSFORM],
            output: vec![Complex::ZERO; TRANSFORM / 2 + 1],
            scratch: vec![Complex::ZERO; room],
            spectrum: Vec::new(),
            noise: Vec::new(),
        }
    }

    fn start(&mut self, samples: &[f32]) -> Option<usize> {
        self.spectrum = vec![0.0; BINS.len()];
        self.noise = vec![0.0; BINS.len()];
        let mut measures = [0.0; SEARCHED];
        let mut mean = 0.0;
        let fade = kept(0.25);
        for (count, end) in (MEASURED..samples.len()).step_by(PERIOD).enumerate() {
            let measure = self.measure(&samples[end - MEASURED..end], count as i32);
            measures[count % SEARCHED] = measure as f32;
            mean = mean * fade as f32 + (measure * (1.0 - fade)) as f32;
            if mean >= TRIGGER {
                let back = voiced_measures(&measures, count % SEARCHED);
                return Some((end - MEASURED).saturating_sub(back * PERIOD));
            }
        }
        None
    }

    /// How much voice there is; `count` measures came before.
    fn measure(&mut self, samples: &[f32], count: i32) -> f64 {
        let Self { input, output, scratch, .. } = self;
        for ((place, sample), weight) in input.iter_mut().zip(samples).zip(&self.spectrum_window) {
            *place = sample * weight;
        }
        input[MEASURED..].fill(0.0);
        let room = &mut scratch[..self.of_samples.get_scratch_len()];
        self.of_samples.process_with_scratch(input, output, room).expect("the buffers are the transform's own");
        let booting = count <= BOOT;
        let smooth = if booting { f64::from(count) / (1.0 + f64::from(count)) } else { kept(0.4) };
        let (smooth, fresh) = (smooth as f32, (1.0 - smooth) as f32);
        let (up, down) = (kept(0.1) as f32, kept(0.01) as f32);
        let cepstrum = &mut input[..TRANSFORM / 2];
        cepstrum.fill(0.0);
        for (at, bin) in BINS.enumerate() {
            let magnitude = &mut self.spectrum[at];
            *magnitude = *magnitude * smooth + output[bin].norm_sqr().sqrt() * fresh;
            let power = *magnitude * *magnitude;
            let noise = &mut self.noise[at];
            let keep = match booting {
                true => 0.0,
                false if power > *noise => up,
                false => down,
            };
            *noise = *noise * keep + power * (1.0 - keep);
            cepstrum[bin] = (power - NOISE_REDUCTION * *noise).max(0.0).sqrt() * self.cepstrum_window[at];
        }
        let output = &mut output[..=TRANSFORM / 4];
        let room = &mut scratch[..self.of_spectrum.get_scratch_len()];
        self.of_spectrum.process_with_scratch(cepstrum, output, room).expect("the buffers are the transform's own");
        let power: f32 = output[QUEFRENCIES].iter().map(Complex::norm_sqr).sum();
        let mean = f64::from(power) / QUEFRENCIES.len() as f64;
        if power > 0.0 { (21.0 + mean.ln()).max(0.0) } else { 0.0 }
    }
}

/// How many measures before the last are kept: back to the first burst that is not too far from the next.
fn voiced_measures(measures: &[f32; SEARCHED], last: usize) -> usize {
    let (mut trigger, mut zero) = (SEARCHED, SEARCHED);
    for back in 0..SEARCHED {
        let measure = measures[(last + SEARCHED - back) % SEARCHED];
        if measure >= TRIGGER && back <= trigger + GAP {
            (trigger, zero) = (back, back);
        } else if measure == 0.0 && trigger >= zero {
            zero = back;
        }
    }
    zero.min(SEARCHED - 1)
}
