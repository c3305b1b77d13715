//! FLAC as it is found: every valid form decodes, to the bit; no broken frame is passed over.

use std::{fs, path::Path};

use rat::{
    Waveform,
    audio::{AudioFacts, AudioFault, AudioKind},
};

use super::{
    folder,
    plain_flac::{PlainFlac, Stereo, Subframe},
};

/// Noise over a tone, at full width.
fn samples(count: usize, bits: u32, seed: u64) -> Vec<i32> {
    let full = (1_i64 << (bits - 1)) as f64;
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let sample = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let noise = (state >> 33) as f64 / (1_u64 << 31) as f64 - 0.5;
        ((0.6 * (n as f64 * 0.17).sin() + 0.3 * noise) * full) as i32
    };
    (0..count).map(sample).collect()
}

fn scaled(samples: &[i32], bits: u32) -> Vec<f32> {
    samples.iter().map(|&sample| sample as f32 / (1_u64 << (bits - 1)) as f32).collect()
}

fn write(folder: &Path, bytes: &[u8]) -> std::path::PathBuf {
    let path = folder.join("a.flac");
    fs::write(&path, bytes).expect("writes");
    path
}

/// Reads a 16 kHz mono file to the very samples.
fn assert_exact(what: &str, flac: &PlainFlac, bytes: &[u8]) {
    let folder = folder();
    let read = Waveform::read_noting(write(folder.path(), bytes));
    let (read, note) = read.unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!(read.samples() == scaled(&flac.channels[0], flac.bits), "{what}: other samples");
    assert_eq!(note, None, "{what}");
}

fn fault(bytes: &[u8]) -> (Option<AudioFault>, String) {
    let folder = folder();
    match Waveform::read_noting(write(folder.path(), bytes)) {
        Ok((read, note)) => panic!("{} samples are read ({note:?}) where all should be refused", read.len()),
        Err(error) => (error.audio_fault(), error.to_string()),
    }
}

#[test]
fn blocks_of_any_size_fixed_and_varying() {
    let flac = |count: usize| PlainFlac::mono(16_000, 16, samples(count, 16, 1));
    for (blocks, variable) in [
        (&[16][..], false),
        (&[17], false),
        (&[192], false),
        (&[4_608], false),
        (&[65_535], false),
        (&[16, 700, 31, 4_096], true),
        (&[4_096, 17, 1_152], true),
        // The sync code of fixed blocks with varying ones, as encoders wrote before FLAC 1.2.
        (&[1_000, 20, 500], false),
    ] {
        for count in [9_000, 2 * blocks[0], 2 * blocks[0] + 1] {
            let flac = flac(count).blocks(blocks, variable);
            assert_exact(&format!("{blocks:?} {variable} {count}"), &flac, &flac.bytes());
        }
    }
    // One sample, and a last block of one.
    for count in [1, 15, 16, 4_097] {
        let flac = flac(count);
        assert_exact(&count.to_string(), &flac, &flac.bytes());
    }
}

#[test]
fn samples_of_any_width_with_wasted_bits() {
    for bits in [4, 8, 12, 15, 16, 20, 24, 31, 32] {
        for subframe in [Subframe::Verbatim, Subframe::Fixed] {
            let flac = PlainFlac { subframe, ..PlainFlac::mono(16_000, bits, samples(5_000, bits, 2)) };
            assert_exact(&format!("{bits} {subframe:?}"), &flac, &flac.bytes());
        }
    }
    for wasted in [1, 5, 11] {
        let coarse: Vec<i32> = samples(5_000, 16, 3).iter().map(|sample| sample >> wasted << wasted).collect();
        let flac = PlainFlac { wasted, ..PlainFlac::mono(16_000, 16, coarse) };
        assert_exact(&format!("{wasted} wasted"), &flac, &flac.bytes());
    }
}

#[test]
fn unusual_rates_are_found_and_brought_to_16_khz() {
    let folder = folder();
    for rate_hz in [8_000, 11_025, 22_050, 35_467, 39_000, 44_100, 96_000, 192_000, 655_350] {
        let flac = PlainFlac::mono(rate_hz, 16, samples(rate_hz as usize / 4, 16, 4));
        let path = write(folder.path(), &flac.bytes());
        let facts = AudioFacts::of(&path).expect("reads");
        assert_eq!((facts.kind, facts.rate_hz, facts.channels), (AudioKind::Flac, rate_hz, 1));
        assert_eq!(facts.samples, u64::from(rate_hz / 4));
        let read = Waveform::read(&path).expect("reads");
        assert!(read.len().abs_diff(4_000) <= 1, "{rate_hz}: {}", read.len());
    }
}

#[test]
fn channels_together_and_apart() {
    let folder = folder();
    for stereo in [Stereo::Independent, Stereo::LeftSide, Stereo::RightSide, Stereo::MidSide] {
        for bits in [8, 16, 24] {
            let channels = vec![samples(5_000, bits, 5), samples(5_000, bits, 6)];
            let wanted: Vec<f32> = scaled(&channels[0], bits)
                .iter()
                .zip(scaled(&channels[1], bits))
                .map(|(left, right)| (left + right) * 0.5)
                .collect();
            let flac = PlainFlac { stereo, ..PlainFlac::of(16_000, bits, channels) };
            let path = write(folder.path(), &flac.bytes());
            let (read, note) = Waveform::read_noting(&path).expect("reads");
            assert!(read.samples() == wanted, "{stereo:?} {bits}");
            assert_eq!(note.as_deref(), Some("16000 Hz, 2 channels brought to 16 kHz mono"));
        }
    }
    let eight = PlainFlac::of(16_000, 16, (0..8).map(|channel| samples(3_000, 16, channel)).collect());
    let facts = AudioFacts::of(write(folder.path(), &eight.bytes())).expect("reads");
    assert_eq!((facts.channels, facts.samples), (8, 3_000));
}

#[test]
fn headers_that_do_not_know_or_are_wrong_about_the_little_things() {
    let flac = PlainFlac::mono(16_000, 16, samples(9_000, 16, 7));
    let cases = [
        ("length not known", PlainFlac { promised: 0, ..flac.clone() }),
        ("length not known, blocks vary", PlainFlac { promised: 0, ..flac.clone().blocks(&[700, 16, 4_096], true) }),
        ("length not known, ends with a block", PlainFlac::mono(16_000, 16, samples(8_192, 16, 7))),
        ("a wrong MD5 sum", PlainFlac { md5: [7; 16], ..flac.clone() }),
        // libFLAC and FFmpeg take it, symphonia refuses it: Symphonia's issue 554.
        ("smallest block 0", PlainFlac { bounds: (0, 4_096), ..flac.clone() }),
        ("no bounds", PlainFlac { bounds: (0, 0), ..flac.clone() }),
        ("bounds the wrong way round", PlainFlac { bounds: (4_096, 1_000), ..flac.clone() }),
        // As FFmpeg and sox write where the last block is the shortest: python reads it, symphonia does not.
        ("fixed blocks said to vary", PlainFlac { bounds: (808, 4_096), ..flac.clone() }),
        ("does not begin with frame 0", PlainFlac { first_number: 123_456, ..flac.clone() }),
        ("neither that nor a length", PlainFlac { first_number: 123_456, promised: 0, ..flac.clone() }),
    ];
    for (what, flac) in cases {
        assert_exact(what, &flac, &flac.bytes());
    }
}

#[test]
fn what_stands_around_the_audio_is_passed_over() {
    let flac = PlainFlac::mono(16_000, 16, samples(9_000, 16, 8));
    let id3 = |size: usize| {
        [b"ID3\x04\0\0".as_slice(), &[0, 0, (size >> 7) as u8, (size & 0x7F) as u8], &vec![0xFF; size]].concat()
    };
    let mut id3v1 = b"TAG".to_vec();
    id3v1.resize(128, b' ');
    for known in [true, false] {
        let flac = PlainFlac { promised: if known { 9_000 } else { 0 }, ..flac.clone() };
        let bytes = flac.bytes();
        for (what, whole) in [
            ("ID3v2 in front", [id3(1_000), bytes.clone()].concat()),
            ("two of them", [id3(40), id3(300), bytes.clone()].concat()),
            ("ID3v1 behind", [bytes.clone(), id3v1.clone()].concat()),
            ("APE tag behind", [bytes.clone(), b"APETAGEX\xD0\x07\0\0 and so on".to_vec()].concat()),
            ("padding behind", [bytes.clone(), vec![0; 5_000]].concat()),
        ] {
            assert_exact(&format!("{what}, {known}"), &flac, &whole);
        }
    }
    // Garbage behind the audio is harmless where the header says that there is no more.
    let garbage: Vec<u8> = samples(3_000, 8, 9).iter().map(|&sample| sample as u8).collect();
    assert_exact("garbage behind", &flac, &[flac.bytes(), garbage.clone()].concat());
    let unknown = PlainFlac { promised: 0, ..flac.clone() };
    let (kind, message) = fault(&[unknown.bytes(), garbage].concat());
    assert_eq!(kind, Some(AudioFault::Undecodable));
    assert!(message.contains("after 9000 samples"), "{message}");
}

#[test]
fn metadata_may_be_large_and_broken() {
    let flac = PlainFlac::mono(16_000, 16, samples(5_000, 16, 10));
    for (what, metadata) in [
        ("16 MB of padding", vec![(1, vec![0; (1 << 24) - 1])]),
        ("a picture that is none", vec![(6, vec![0xFF; 4_000_000])]),
        ("sync codes in a picture", vec![(6, [0xFF, 0xF8, 0x79, 0x18].repeat(5_000))]),
        ("two seek tables", vec![(3, vec![0; 18]), (3, vec![0; 17])]),
        ("tags that promise 4 GB", vec![(4, vec![0xFF; 12])]),
        ("a cue sheet of nothing", vec![(5, Vec::new())]),
        ("reserved kinds", vec![(7, vec![1; 9]), (126, vec![2; 9])]),
        ("a second STREAMINFO", vec![(0, vec![0; 34])]),
    ] {
        let flac = PlainFlac { metadata, ..flac.clone() };
        assert_exact(what, &flac, &flac.bytes());
    }
}

#[test]
fn no_broken_or_missing_frame_is_passed_over() {
    let flac = PlainFlac::mono(16_000, 16, samples(20_000, 16, 11)).blocks(&[1_000], false);
    for known in [true, false] {
        let flac = PlainFlac { promised: if known { 20_000 } else { 0 }, ..flac.clone() };
        let (head, frames) = (flac.head(), flac.frames());
        let joined = |frames: &[Vec<u8>]| [head.clone(), frames.concat()].concat();
        for at in [0, 7, 19] {
            let mut broken = frames.clone();
            broken[at][900] ^= 0x10;
            let (kind, message) = fault(&joined(&broken));
            assert_eq!(kind, Some(AudioFault::Undecodable), "{known} {at}: {message}");
            assert!(message.contains(&format!("after {} samples", 1_000 * at)), "{message}");
            let mut garbled = frames.clone();
            garbled[at][0] = 0;
            assert_eq!(fault(&joined(&garbled)).0, Some(AudioFault::Undecodable), "{known} {at}");
        }
        let mut gone = frames.clone();
        gone.remove(7);
        let (kind, message) = fault(&joined(&gone));
        let wanted = if known { AudioFault::Truncated } else { AudioFault::Undecodable };
        assert_eq!(kind, Some(wanted), "{known}: {message}");
    }
    // Cut within the last frame.
    let unknown = PlainFlac { promised: 0, ..flac };
    let bytes = unknown.bytes();
    let (kind, message) = fault(&bytes[..bytes.len() - 5]);
    assert_eq!(kind, Some(AudioFault::Truncated));
    assert!(message.contains("after 19000 samples"), "{message}");
}

#[test]
fn more_samples_than_promised_are_left_out_and_said() {
    let folder = folder();
    let flac = PlainFlac { promised: 7_000, ..PlainFlac::mono(16_000, 16, samples(9_000, 16, 12)) };
    let (read, note) = Waveform::read_noting(write(folder.path(), &flac.bytes())).expect("reads");
    assert_eq!(read.len(), 7_000);
    assert_eq!(note.as_deref(), Some("2000 samples beyond the 7000 of the header left out"));
}

#[test]
fn hours_of_silence_in_a_few_bytes_are_not_taken_in() {
    let frame = |number: u64| {
        let one = PlainFlac {
            subframe: Subframe::Constant,
            first_number: number,
            ..PlainFlac::mono(16_000, 16, vec![0; 65_535]).blocks(&[65_535], false)
        };
        one.frames().concat()
    };
    let head =
        PlainFlac { promised: 0, ..PlainFlac::mono(16_000, 16, vec![0; 65_535]).blocks(&[65_535], false) }.head();
    let frames: Vec<u8> = (0..5_000).flat_map(frame).collect();
    assert!(frames.len() < 100_000);
    let (kind, message) = fault(&[head, frames].concat());
    assert_eq!(kind, Some(AudioFault::TooLong), "{message}");
}
