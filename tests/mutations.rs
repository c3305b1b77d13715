//! 10,000 mutated protocols and headers of WAV and FLAC files: no panic, bounded memory, an error that says what to do.
//!
//! Seeded: a failure names its case, and the same case comes again. A decoder that panics is stopped at the border of the
//! audio room; those panics are counted here too, since each is a file that might have been refused in time.

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rat::{
    Error, Waveform,
    audio::AudioFacts,
    data::{Corpus, Split},
    protocol::Protocol,
};

#[path = "audio/plain_flac.rs"]
mod plain_flac;

use plain_flac::{PlainFlac, Stereo, Subframe};

/// Bytes that mean something somewhere: signs, ends, lengths, separators.
const EXTREMES: [u8; 12] = [0, 1, 2, 0x7F, 0x80, 0xFE, 0xFF, b' ', b',', b'\n', b'"', b'-'];

/// Changes a few things, most of them within the first `head` bytes.
fn mutate(bytes: &mut Vec<u8>, head: usize, random: &mut ChaCha8Rng) {
    for _ in 0..random.random_range(1..4) {
        let reach = if random.random_bool(0.8) { head.min(bytes.len()) } else { bytes.len() };
        let at = random.random_range(0..reach.max(1)).min(bytes.len().saturating_sub(1));
        let length = random.random_range(1..12).min(bytes.len() - at);
        match random.random_range(0..8) {
            _ if bytes.is_empty() => {}
            0 | 1 => bytes[at] ^= 1 << random.random_range(0..8),
            2 | 3 => bytes[at] = EXTREMES[random.random_range(0..EXTREMES.len())],
            4 => bytes[at..at + length].fill(EXTREMES[random.random_range(0..EXTREMES.len())]),
            5 => drop(bytes.drain(at..at + length)),
            6 => {
                let piece = bytes[at..at + length].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => bytes.truncate(at),
        }
    }
}

fn said_well(case: &str, error: &Error) {
    assert!(!error.to_string().is_empty() && !error.remedy().is_empty(), "{case}: {error:?}");
}

/// The most memory that this process ever had, in bytes.
fn peak_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1_024)
}

/// Panics, counted in place of being printed.
static PANICS: AtomicUsize = AtomicUsize::new(0);

/// The files of ML-DF, one a language.
const MLDF: [&str; 5] = [
    "metadata/metadata_EN.csv",
    "metadata/metadata_DE.csv",
    "metadata/metadata_FR.csv",
    "metadata/metadata_ES.csv",
    "metadata/metadata_IT.csv",
];

fn protocols() -> Vec<(&'static str, &'static str, String)> {
    let rows = |row: &dyn Fn(usize) -> String| (0..6).map(row).collect::<String>();
    let key = |at: usize| if at.is_multiple_of(2) { "bonafide" } else { "spoof" };
    let attack = |at: usize| if at.is_multiple_of(2) { "-" } else { "A17" };
    let metadata = ["EN", "DE", "FR", "ES", "IT"].iter().zip(MLDF).map(|(language, path)| {
        let rows = rows(&|at| format!("{language}/{at}.wav {} F test\n", ["bonafide", "vits"][at % 2]));
        ("mldf", path, "wav_file tool gender group\n".to_owned() + &rows)
    });
    let mut all = vec![
        (
            "asvspoof5",
            "ASVspoof5.eval.track_1.tsv",
            rows(&|at| {
                format!("E_160{} E_000953896{at} M C05 2 E_0009486171 AC1 {} {} -\n", at / 2, attack(at), key(at))
            }),
        ),
        (
            "asvspoof5-track2",
            "ASVspoof5.eval.track_2.enroll.tsv",
            rows(&|at| format!("D_420{at} D_A0000000562,D_A0000000898\n")),
        ),
        (
            "asvspoof5-track2",
            "ASVspoof5.eval.track_2.trial.tsv",
            rows(&|at| format!("D_006{} D_000000000{at} F {} {}\n", at / 2, attack(at), key(at))),
        ),
        (
            "asvspoof2019-la",
            "ASVspoof2019_LA_cm_protocols/ASVspoof2019.LA.cm.eval.trl.txt",
            rows(&|at| format!("LA_003{} LA_E_283476{at} - {} {}\n", at / 2, attack(at), key(at))),
        ),
        (
            "asvspoof2021-la",
            "trial_metadata.txt",
            rows(&|at| format!("LA_0009 LA_E_933288{at} alaw ita_tx {} {} notrim eval\n", attack(at), key(at))),
        ),
        (
            "asvspoof2021-df",
            "trial_metadata.txt",
            rows(&|at| {
                let (attack, key) = (attack(at), key(at));
                format!(
                    "LA_0023 DF_E_200001{at} nocodec asvspoof {attack} {key} notrim eval traditional_vocoder - - - -\n"
                )
            }),
        ),
        (
            "in-the-wild",
            "meta.csv",
            "file,speaker,label\n".to_owned()
                + &rows(&|at| format!("{at}.wav,\"Alec, Guinness\",{}\n", ["bona-fide", "spoof"][at % 2])),
        ),
        (
            "morphing",
            "protocol.txt",
            "FILE LABEL SPEAKER_ID1 SPEAKER_ID2\n".to_owned()
                + &rows(&|at| format!("wav/m {at}.wav {} S1 S2\n", ["bonafide", "morph"][at % 2])),
        ),
        (
            "table",
            "own.csv",
            "file,speaker,label,attack,codec,split\n".to_owned()
                + &rows(&|at| format!("a/{at}.wav,S{},{},{},-,eval\n", at / 2, key(at), attack(at))),
        ),
    ];
    all.extend(metadata);
    all
}

#[test]
fn protocols_of_every_form() {
    let names: Vec<_> = Corpus::names().collect();
    let all = protocols();
    for (index, (corpus, file, content)) in all.iter().enumerate() {
        assert!(names.contains(corpus), "{corpus} is none of {names:?}");
        let folder = tempfile::tempdir().expect("a temporary folder");
        // The other files of the data set stay as they are.
        for (_, other, content) in all.iter().filter(|(name, ..)| name == corpus) {
            let path = folder.path().join(other);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, content).expect("writes");
        }
        let path = folder.path().join(file);
        for round in 0..300_u64 {
            let mut bytes = content.clone().into_bytes();
            if round > 0 {
                let length = bytes.len();
                mutate(&mut bytes, length, &mut ChaCha8Rng::seed_from_u64(round * 1_000 + index as u64));
            }
            fs::write(&path, &bytes).expect("writes");
            read_protocol(&format!("{corpus} {file}, round {round}"), corpus, folder.path(), &path, round == 0);
        }
    }
}

fn read_protocol(case: &str, name: &str, root: &Path, path: &Path, sound: bool) {
    if let Err(error) = Protocol::read(path) {
        said_well(case, &error);
    }
    match Corpus::open(name, root).and_then(|corpus| {
        let trials = corpus.trials(Split::Eval)?;
        Ok((corpus.references(Split::Eval, &trials).map(drop), trials))
    }) {
        Ok((references, trials)) => {
            assert!(!trials.is_empty(), "{case}");
            if let Err(error) = references {
                said_well(case, &error);
            }
        }
        Err(error) => {
            assert!(!sound, "{case}: {error}");
            said_well(case, &error);
        }
    }
}

fn wavs() -> Vec<Vec<u8>> {
    use hound::SampleFormat::{Float, Int};
    let forms = [(1, 8, Int), (1, 16, Int), (2, 16, Int), (1, 24, Int), (2, 32, Int), (1, 32, Float), (3, 32, Float)];
    let written = forms.map(|(channels, bits_per_sample, sample_format)| {
        let spec = hound::WavSpec { channels, sample_rate: 16_000, bits_per_sample, sample_format };
        let mut bytes = std::io::Cursor::new(Vec::new());
        let mut writer = hound::WavWriter::new(&mut bytes, spec).expect("opens");
        for at in 0..900 {
            let sample = (at % 50) - 25;
            match sample_format {
                Float => writer.write_sample(sample as f32 / 30.0).expect("writes"),
                Int => writer.write_sample(sample).expect("writes"),
            }
        }
        writer.finalize().expect("finishes");
        bytes.into_inner()
    });
    // A-law and 64-bit float, which another decoder reads.
    let doubles: Vec<u8> = (0..200).flat_map(|at| (f64::from(at % 50) / 60.0).to_le_bytes()).collect();
    let other = [(6_u16, 8_u16, vec![0xD5; 300]), (3, 64, doubles)].map(|(tag, bits, data)| {
        let (align, rate, length) = (bits / 8, 16_000_u32, data.len() as u32);
        let mut bytes = [b"RIFF".as_slice(), &(38 + length).to_le_bytes(), b"WAVEfmt \x12\0\0\0"].concat();
        bytes.extend([tag.to_le_bytes(), 1_u16.to_le_bytes()].concat());
        bytes.extend([rate.to_le_bytes(), (rate * u32::from(align)).to_le_bytes()].concat());
        bytes.extend([align.to_le_bytes(), bits.to_le_bytes(), [0, 0]].concat());
        bytes.extend([b"data".as_slice(), &length.to_le_bytes(), &data].concat());
        bytes
    });
    written.into_iter().chain(other).collect()
}

fn flacs() -> Vec<Vec<u8>> {
    let tone = |at: usize| ((at as f64 * 0.2).sin() * 9_000.0) as i32;
    let mono = PlainFlac::mono(16_000, 16, (0..900).map(tone).collect());
    let stereo = PlainFlac::of(44_100, 16, vec![(0..900).map(tone).collect(), (5..905).map(tone).collect()]);
    let fixed = PlainFlac { subframe: Subframe::Fixed, ..mono.clone() };
    vec![
        mono.bytes(),
        fixed.clone().blocks(&[192], false).bytes(),
        PlainFlac { promised: 0, ..fixed.clone() }.blocks(&[300, 16, 64], true).bytes(),
        PlainFlac { stereo: Stereo::MidSide, ..stereo.clone() }.bytes(),
        PlainFlac { stereo: Stereo::LeftSide, ..stereo.clone() }.bytes(),
        PlainFlac { stereo: Stereo::RightSide, ..stereo }.bytes(),
        PlainFlac { metadata: vec![(4, vec![0; 12]), (1, vec![0; 40]), (6, vec![3; 50])], ..fixed.clone() }.bytes(),
        [b"ID3\x04\0\0\0\0\0\x08comments".as_slice(), &fixed.bytes()].concat(),
        PlainFlac { subframe: Subframe::Constant, ..PlainFlac::mono(16_000, 24, vec![5; 900]) }.bytes(),
        encoded(),
    ]
}

/// As an encoder writes it: linear prediction, Rice partitions.
fn encoded() -> Vec<u8> {
    let samples: Vec<i32> = (0..4_000).map(|at| ((at as f64 * 0.03).sin() * 9_000.0) as i32 + at * 7 % 13).collect();
    let mut bytes = std::io::Cursor::new(Vec::new());
    let options = flac_codec::encode::Options::default().no_padding();
    let writer = flac_codec::encode::FlacSampleWriter::new(&mut bytes, options, 16_000, 16, 1, Some(4_000));
    let mut writer = writer.expect("opens");
    writer.write(&samples).expect("writes");
    writer.finalize().expect("finishes");
    bytes.into_inner()
}

#[test]
fn headers_of_wav_and_flac() {
    std::panic::set_hook(Box::new(|panic| {
        // The assertions of this test are told from panics of decoders by their place.
        if panic.location().is_some_and(|place| place.file().contains("tests")) {
            eprintln!("{panic}");
        } else {
            eprintln!("a decoder's panic: {panic}");
            PANICS.fetch_add(1, Ordering::Relaxed);
        }
    }));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("a");
    let before = peak_memory();
    let (mut read, mut refused) = (0, 0);
    for (kind, files) in [("wav", wavs()), ("flac", flacs())] {
        for case in 0..3_000_u64 {
            let mut bytes = files[case as usize % files.len()].clone();
            let sound = case < files.len() as u64;
            if !sound {
                mutate(&mut bytes, 90, &mut ChaCha8Rng::seed_from_u64(case));
            }
            fs::write(&path, &bytes).expect("writes");
            match AudioFacts::of(&path) {
                Ok(facts) => {
                    read += 1;
                    assert!(facts.samples > 0 && facts.peak.is_finite(), "{kind} {case}");
                    if case % 8 == 0 {
                        assert!(!Waveform::read(&path).expect("as before").is_empty(), "{kind} {case}");
                    }
                }
                Err(error) => {
                    refused += 1;
                    assert!(!sound, "{kind} {case}: {error}");
                    assert!(error.audio_fault().is_some(), "{kind} {case}: {error:?}");
                    said_well(&format!("{kind} {case}"), &error);
                }
            }
        }
    }
    let _ = std::panic::take_hook();
    println!("{read} read, {refused} refused, {} panics in decoders", PANICS.load(Ordering::Relaxed));
    assert!(read > 300 && refused > 1_000, "{read} read, {refused} refused: the mutations are too weak or too strong");
    if let (Some(before), Some(after)) = (before, peak_memory()) {
        let grown = (after - before) >> 20;
        assert!(grown < 1_200, "{grown} MiB more");
    }
}

/// Headers that promise all that their fields can hold.
#[test]
fn promises_are_not_taken_at_their_word() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("a");
    let before = peak_memory();
    let mut wav = wavs()[1].clone();
    wav[4..8].fill(0xFF);
    wav[40..44].copy_from_slice(&0xFFFF_FFF0_u32.to_le_bytes());
    let flac = PlainFlac { promised: (1 << 36) - 1, ..PlainFlac::of(655_350, 32, vec![vec![1; 500]; 8]) };
    let mut tagged = flac.clone();
    tagged.metadata = vec![(4, vec![0xFF; 40]), (6, vec![0xFF; 40]), (3, vec![0xFF; 36])];
    for bytes in [wav, flac.bytes(), tagged.bytes()] {
        fs::write(&path, bytes).expect("writes");
        let error = AudioFacts::of(&path).expect_err("refused");
        let message = error.to_string();
        assert!(message.contains("truncated") || message.contains("longer than"), "{message}");
    }
    if let (Some(before), Some(after)) = (before, peak_memory()) {
        assert!(after - before < 1_200 << 20);
    }
}
