//! A recording shows its waveform and spectrogram, and plays.

use super::{Form, Rich, shows_itself};
use crate::{
    audio::{SAMPLE_RATE_HZ, Waveform},
    plot::{Figure, recording},
    report::escape::{base64, html as escaped},
};

shows_itself!(Waveform);

/// The longest stretch that is put into a page to be played: a minute is 2.6 MB there.
const PLAYED_SECS: usize = 60;

/// Letters of the outline in text.
const COLUMNS: usize = 72;

/// Block letters from silence to full.
const BLOCKS: [char; 8] =
    ['\u{2581}', '\u{2582}', '\u{2583}', '\u{2584}', '\u{2585}', '\u{2586}', '\u{2587}', '\u{2588}'];

/// Decibels of a power.
fn decibels(power: f64) -> f64 {
    10.0 * power.max(1e-12).log10()
}

fn peak(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |peak: f32, sample| peak.max(sample.abs()))
}

impl Waveform {
    /// Length and levels, in a line.
    fn described(&self) -> String {
        let peak = f64::from(peak(self.samples()));
        let length = self.duration_secs();
        format!("{length:.2} s at 16 kHz, {:.1} dB, peak {:.1} dB", decibels(self.power()), decibels(peak * peak))
    }

    /// Its outline, a block letter for each stretch, the loudest full.
    fn outline(&self) -> String {
        let samples = self.samples();
        let loudest = peak(samples);
        let block = |stretch: &[f32]| {
            let share = if loudest > 0.0 { peak(stretch) / loudest } else { 0.0 };
            BLOCKS[((share * 7.0).round() as usize).min(7)]
        };
        samples.chunks(samples.len().div_ceil(COLUMNS).max(1)).map(block).collect()
    }

    fn figure(&self) -> Option<Figure> {
        recording(&self.described(), self).ok()
    }

    /// What is played, as WAV in base64, and a word where that is not all.
    fn played(&self) -> (Option<String>, &'static str) {
        let most = PLAYED_SECS * SAMPLE_RATE_HZ as usize;
        let (start, note) = match self.samples() {
            all if all.len() <= most => (all, ""),
            all => (&all[..most], "the first minute is played"),
        };
        (Self::new(start.to_vec()).to_wav().ok().map(|wav| base64(&wav)), note)
    }
}

impl Rich for Waveform {
    fn to_text(&self) -> String {
        format!("{}\n{}", self.described(), self.outline()).trim_end().to_owned()
    }

    /// The picture and a player; nothing is fetched from elsewhere.
    fn to_html(&self) -> String {
        let picture = self.figure().map_or_else(|| escaped(&self.described()), |figure| figure.svg().to_owned());
        let (wav, note) = self.played();
        let player = wav.map(|wav| format!("<audio controls src=\"data:audio/wav;base64,{wav}\"></audio>"));
        format!("<figure>{picture}<figcaption>{}{note}</figcaption></figure>", player.unwrap_or_default())
    }

    fn forms_for_documents(&self) -> Vec<Form> {
        let picture = self.figure().map(|figure| ("image/svg+xml", figure.svg().to_owned()));
        let sound = self.played().0.map(|wav| ("audio/wav", wav));
        picture.into_iter().chain(sound).chain([("text/plain", self.to_text())]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outline_follows_the_sound() {
        let mut samples = vec![0.0; 7_200];
        samples[3_600..].fill(0.25);
        let text = Waveform::new(samples).to_text();
        let (words, outline) = text.split_once('\n').expect("two lines");
        assert_eq!(words, "0.45 s at 16 kHz, -15.1 dB, peak -12.0 dB");
        assert_eq!(outline, "\u{2581}".repeat(36) + &"\u{2588}".repeat(36));
        assert_eq!(Waveform::default().to_text(), "0.00 s at 16 kHz, -120.0 dB, peak -120.0 dB");
    }

    #[test]
    fn no_more_than_a_minute_is_put_into_a_page() {
        let long = Waveform::new(vec![0.1; 61 * 16_000]);
        let (wav, note) = long.played();
        let bytes = 44 + 60 * 16_000 * 2_usize;
        assert_eq!((wav.map(|wav| wav.len()), note), (Some(bytes.div_ceil(3) * 4), "the first minute is played"));
        assert!(Waveform::new(vec![0.1; 100]).played().1.is_empty());
    }
}
