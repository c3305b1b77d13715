//! A recording alone, or before and after: waveform and spectrogram of both on shared scales, to see what an augmentation does.
//!
//! Each recording is cut into equal stretches of time; of each the lowest and highest sample and the power spectrum (Hann
//! windows of 32 ms) are shown. Both spectrograms are in decibels below the loudest cell of the two.

use std::fmt::Write as _;

use plotters::backend::DrawingBackend;

use super::{
    axis::{Axis, Tick},
    canvas::{Align, Canvas, Drawn, Stroke, Type},
    figure::{Drawing, Figure},
    heat_scale,
    palette::Ink,
    panel::{Frame, Panel},
    spectrogram::{BANDS, Stretch, band_hz, stretches},
};
use crate::{
    audio::{SAMPLE_RATE_HZ, Waveform},
    error::Result,
};

/// How many stretches the longer of two recordings is cut into; one recording alone has twice the room.
const STRETCHES: usize = 112;

/// What is so far below the loudest is as pale as silence.
const RANGE_DB: f64 = 80.0;

/// How many colours are told apart: neighbours of the same colour are drawn as one.
const SHADES: f64 = 16.0;

/// Draws what a recording was and what became of it.
///
/// ```
/// use rat::{Waveform, augment::mu_law, plot::before_and_after};
/// let plain = Waveform::new((0..8_000).map(|at| (at as f32 * 0.1).sin() * 0.1).collect());
/// let mut coded = plain.samples().to_vec();
/// mu_law::encode_and_decode(&mut coded);
/// let figure = before_and_after("mu-law", &plain, &Waveform::new(coded))?;
/// assert!(figure.csv.starts_with("recording,from_secs,to_secs,lowest,highest,"));
/// // In evcxr and Jupyter `figure` as a cell's last line shows it; to keep it: figure.png() or figure.svg().
/// # Ok::<(), rat::Error>(())
/// ```
///
/// # Errors
/// Where drawing fails.
pub fn before_and_after(title: &str, before: &Waveform, after: &Waveform) -> Result<Figure> {
    let longest = before.len().max(after.len());
    let samples = longest.div_ceil(STRETCHES).max(1);
    let both = [before, after].map(|waveform| stretches(waveform.samples(), samples));
    let caption = format!(
        "Before and after: {title}. Above the waveform, below the spectrogram; time, amplitude and level have the same scale on \
         both sides. Dark is the loudest of both, pale {RANGE_DB:.0} dB below."
    );
    let alt = format!(
        "Waveform and spectrogram before and after {title}: {:.2} s and {:.2} s, mean power {:.1} dB and {:.1} dB.",
        before.duration_secs(),
        after.duration_secs(),
        10.0 * before.power().max(1e-12).log10(),
        10.0 * after.power().max(1e-12).log10()
    );
    let name = format!("before-and-after-{}", super::figure::slug(title));
    let names = ["before", "after"];
    let picture = Picture::of(title, &both, longest, samples);
    Figure::draw(&name, caption, alt, csv(&names, &both, samples), &picture)
}

/// Draws a recording: waveform above, spectrogram below.
///
/// ```
/// use rat::{Waveform, plot::recording};
/// let tone = Waveform::new((0..8_000).map(|at| (at as f32 * 0.1).sin() * 0.1).collect());
/// let figure = recording("a tone", &tone)?;
/// assert!(figure.csv.starts_with("recording,from_secs,to_secs,lowest,highest,"));
/// # Ok::<(), rat::Error>(())
/// ```
///
/// # Errors
/// Where drawing fails.
pub fn recording(title: &str, waveform: &Waveform) -> Result<Figure> {
    let samples = waveform.len().div_ceil(2 * STRETCHES).max(1);
    let one = [stretches(waveform.samples(), samples)];
    let caption = format!(
        "{title}. Above the waveform, below the spectrogram: dark is the loudest, pale {RANGE_DB:.0} dB below."
    );
    let alt = format!(
        "Waveform and spectrogram, {:.2} s, mean power {:.1} dB.",
        waveform.duration_secs(),
        10.0 * waveform.power().max(1e-12).log10()
    );
    let name = format!("recording-{}", super::figure::slug(title));
    let picture = Picture::of(title, &one, waveform.len(), samples);
    Figure::draw(&name, caption, alt, csv(&["recording"], &one, samples), &picture)
}

fn csv(names: &[&str], recordings: &[Vec<Stretch>], samples: usize) -> String {
    let mut text = String::from("recording,from_secs,to_secs,lowest,highest");
    for band in 0..BANDS {
        let _ = write!(text, ",db_{:.0}_hz", band_hz(band));
    }
    text.push('\n');
    for (name, recording) in names.iter().zip(recordings) {
        for (at, stretch) in recording.iter().enumerate() {
            let secs = |index: usize| secs(index * samples);
            let _ = write!(text, "{name},{},{},{},{}", secs(at), secs(at + 1), stretch.lowest, stretch.highest);
            for power in stretch.power {
                let _ = write!(text, ",{}", 10.0 * power.log10());
            }
            text.push('\n');
        }
    }
    text
}

fn secs(samples: usize) -> f64 {
    samples as f64 / f64::from(SAMPLE_RATE_HZ)
}

struct Picture<'a> {
    title: &'a str,
    /// One, or two side by side.
    recordings: &'a [Vec<Stretch>],
    waveforms: Vec<Panel>,
    spectrograms: Vec<Panel>,
    stretch_secs: f64,
    loudest_db: f64,
}

impl<'a> Picture<'a> {
    fn of(title: &'a str, recordings: &'a [Vec<Stretch>], longest: usize, samples: usize) -> Self {
        let all = || recordings.iter().flatten();
        let size = all().map(|stretch| stretch.highest.max(-stretch.lowest)).fold(0.0, f32::max);
        let amplitude = match f64::from(size) {
            size if size > 0.0 && size.is_finite() => size,
            _ => 1.0,
        };
        let loudest = all().flat_map(|stretch| stretch.power).fold(0.0, f64::max);
        let time = Axis::linear(0.0, secs(longest.max(1)), 5).cut(0.0, secs(longest.max(1)));
        let hertz = f64::from(SAMPLE_RATE_HZ) / 2.0;
        let kilohertz = |number: i32| Tick { value: f64::from(number) * 1e3, label: number.to_string() };
        let frequency = Axis::new(0.0, hertz, |value| value, (0..=8).step_by(2).map(kilohertz).collect());
        let (lefts, width, raised): (&[f64], f64, f64) =
            if recordings.len() == 1 { (&[58.0], 706.0, 20.0) } else { (&[58.0, 448.0], 316.0, 0.0) };
        let panel = |left, top: f64, height, y: Axis| {
            let frame = Frame { left, top: top - raised, width, height };
            Panel { frame, x: time.clone(), y }
        };
        let waveform = |&left: &f64| panel(left, 78.0, 110.0, Axis::linear(-amplitude, amplitude, 4));
        let spectrogram = |&left: &f64| panel(left, 246.0, 160.0, frequency.clone());
        Self {
            title,
            recordings,
            waveforms: lefts.iter().map(waveform).collect(),
            spectrograms: lefts.iter().map(spectrogram).collect(),
            stretch_secs: secs(samples),
            loudest_db: 10.0 * loudest.max(1e-30).log10(),
        }
    }

    fn draw_waveform<DB: DrawingBackend>(&self, canvas: &Canvas<DB>, side: usize) -> Drawn<DB> {
        let panel = &self.waveforms[side];
        panel.draw_grid(canvas, false)?;
        panel.draw_axes(canvas, "", "Amplitude")?;
        let edge = |at: usize, value: f32| panel.at(self.stretch_secs * at as f64, f64::from(value));
        let recording = || self.recordings[side].iter().enumerate();
        let above = recording().flat_map(|(at, of)| [edge(at, of.highest), edge(at + 1, of.highest)]);
        let below = recording().flat_map(|(at, of)| [edge(at, of.lowest), edge(at + 1, of.lowest)]);
        let outline: Vec<_> = above.chain(below.collect::<Vec<_>>().into_iter().rev()).collect();
        if outline.is_empty() {
            return Ok(());
        }
        canvas.shape(&outline, Ink::Series(side), 0.9)?;
        // What is too thin to be filled is still seen.
        canvas.line(&outline, Stroke::solid(Ink::Series(side), 0.75))
    }

    fn draw_spectrogram<DB: DrawingBackend>(&self, canvas: &Canvas<DB>, side: usize) -> Drawn<DB> {
        let panel = &self.spectrograms[side];
        let end = self.stretch_secs * self.recordings[side].len() as f64;
        let hertz = f64::from(SAMPLE_RATE_HZ) / 2.0;
        canvas.bar(panel.at(0.0, hertz), panel.at(end, 0.0), heat_scale::ink(0.0), 1.0)?;
        let height = hertz / BANDS as f64;
        for band in 0..BANDS {
            let shades: Vec<f64> =
                self.recordings[side].iter().map(|stretch| self.shade(stretch.power[band])).collect();
            let mut first = 0;
            for run in shades.chunk_by(|one, other| one == other) {
                let last = first + run.len();
                if run[0] > 0.0 {
                    let corner = |at: usize, band: usize| panel.at(self.stretch_secs * at as f64, height * band as f64);
                    canvas.bar(corner(first, band + 1), corner(last, band), heat_scale::ink(run[0]), 1.0)?;
                }
                first = last;
            }
        }
        panel.draw_axes(canvas, "Time (s)", "Frequency (kHz)")
    }

    /// 0 for silence to 1 for the loudest, in steps.
    fn shade(&self, power: f64) -> f64 {
        let share = 1.0 + (10.0 * power.max(1e-30).log10() - self.loudest_db) / RANGE_DB;
        (share.clamp(0.0, 1.0) * SHADES).round() / SHADES
    }

    fn draw_scale<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        let (left, top, step) = (640.0, 16.0, 4.5);
        for at in 0..=SHADES as usize {
            let x = left + step * at as f64;
            canvas.bar((x, top), (x + step, top + 9.0), heat_scale::ink(at as f64 / SHADES), 1.0)?;
        }
        let low = format!("\u{2212}{RANGE_DB:.0} dB");
        canvas.text(&low, (left - 6.0, top + 9.0), Type::NOTE.aligned(Align::Right))?;
        canvas.text("0 dB", (left + step * (SHADES + 1.0) + 6.0, top + 9.0), Type::NOTE)
    }
}

impl Drawing for Picture<'_> {
    fn size(&self) -> (u32, u32) {
        (790, if self.recordings.len() == 1 { 436 } else { 456 })
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB> {
        canvas.text(self.title, (18.0, 25.0), Type::HEAD)?;
        self.draw_scale(canvas)?;
        for side in 0..self.recordings.len() {
            let frame = self.waveforms[side].frame;
            if self.recordings.len() == 2 {
                let middle = (frame.left + frame.width / 2.0, 52.0);
                canvas.text(["Before", "After"][side], middle, Type::LABEL.aligned(Align::Centre))?;
            }
            self.draw_waveform(canvas, side)?;
            self.draw_spectrogram(canvas, side)?;
        }
        Ok(())
    }
}
