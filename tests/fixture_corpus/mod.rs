//! A corpus of generated sound in ASVspoof 5 layout: tones with vibrato for humans, square waves for spoofs.

use std::{fmt::Write, path::Path};

use rat::Waveform;

/// Protocol files and audio folders of the three splits.
const SPLITS: [(&str, &str, char); 3] = [
    ("ASVspoof5.train.tsv", "flac_T", 'T'),
    ("ASVspoof5.dev.track_1.tsv", "flac_D", 'D'),
    ("ASVspoof5.eval.track_1.tsv", "flac_E_eval", 'E'),
];

/// Writes the corpus: `speakers` speakers a split, five bona fide and five spoof utterances each, 0.4 to 0.6 s.
pub fn write(root: &Path, speakers: usize) {
    for (protocol, folder, letter) in SPLITS {
        let mut lines = String::new();
        for index in 0..speakers * 10 {
            let (speaker, bonafide) = (index / 10, index % 2 == 0);
            let (attack, key) = if bonafide { ("bonafide", "bonafide") } else { ("A01", "spoof") };
            let name = format!("{letter}_{index:010}");
            writeln!(lines, "{letter}_{speaker:04} {name} F - - - - {attack} {key} -").expect("a string takes all");
            let path = root.join(folder).join(format!("{name}.wav"));
            sound(index, speaker, bonafide).write_wav(path).expect("the folder is writable");
        }
        std::fs::write(root.join(protocol), lines).expect("the folder is writable");
    }
}

fn sound(index: usize, speaker: usize, bonafide: bool) -> Waveform {
    let samples = 6_400 + 311 * (index % 9);
    let pitch = 110.0 + 35.0 * speaker as f64 + 3.0 * (index % 7) as f64;
    let value = |at: usize| {
        let secs = at as f64 / 16_000.0;
        let phase = std::f64::consts::TAU * pitch * (secs + 0.002 * (30.0 * secs).sin());
        let wave = if bonafide { phase.sin() + 0.3 * (2.1 * phase).sin() } else { phase.sin().signum() };
        (0.2 * wave) as f32
    };
    Waveform::new((0..samples).map(value).collect())
}
