//! Reading recordings: every kind that is taken, and every kind of bad file by name.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rat::{
    Error, Waveform,
    audio::{AudioFacts, AudioFault},
};
use tempfile::TempDir;

#[path = "audio/flac.rs"]
mod flac;
#[path = "audio/plain_flac.rs"]
mod plain_flac;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn tone(rate_hz: u32, secs: f64) -> Vec<f32> {
    let samples = (f64::from(rate_hz) * secs).round() as usize;
    (0..samples).map(|n| (0.5 * (n as f64 * 440.0 * std::f64::consts::TAU / f64::from(rate_hz)).sin()) as f32).collect()
}

fn write_wav(path: &Path, spec: hound::WavSpec, samples: &[f32]) {
    let mut writer = hound::WavWriter::create(path, spec).expect("opens");
    for &sample in samples.iter().flat_map(|sample| std::iter::repeat_n(sample, usize::from(spec.channels))) {
        match spec.sample_format {
            hound::SampleFormat::Float => writer.write_sample(sample).expect("writes"),
            hound::SampleFormat::Int => {
                let scale = (1_u64 << (spec.bits_per_sample - 1)) as f64;
                writer.write_sample((f64::from(sample) * scale) as i32).expect("writes");
            }
        }
    }
    writer.finalize().expect("finishes");
}

fn wav_spec(rate_hz: u32, channels: u16, bits: u16, format: hound::SampleFormat) -> hound::WavSpec {
    hound::WavSpec { channels, sample_rate: rate_hz, bits_per_sample: bits, sample_format: format }
}

fn write_flac(path: &Path, rate_hz: u32, channels: u8, samples: &[f32]) {
    let options = flac_codec::encode::Options::default();
    let total = Some(samples.len() as u64 * u64::from(channels));
    let mut writer =
        flac_codec::encode::FlacSampleWriter::create(path, options, rate_hz, 16, channels, total).expect("opens");
    let repeated = samples.iter().flat_map(|&sample| std::iter::repeat_n(sample, usize::from(channels)));
    writer.write(&repeated.map(|sample| (sample * 32_768.0) as i32).collect::<Vec<_>>()).expect("writes");
    writer.finalize().expect("finishes");
}

fn refusal(path: &Path) -> (String, String) {
    let error = Waveform::read(path).expect_err("a bad file is refused");
    assert!(matches!(error, Error::Audio { .. }), "{error:?}");
    assert!(!error.remedy().is_empty());
    assert!(error.to_string().contains(&path.display().to_string()), "{error}");
    (error.to_string(), error.remedy().to_string())
}

fn worst(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn every_wav_depth_reads_alike() {
    let folder = folder();
    let wanted = tone(16_000, 0.5);
    for (bits, format, tolerance) in [
        (8, hound::SampleFormat::Int, 0.008),
        (16, hound::SampleFormat::Int, 4e-5),
        (24, hound::SampleFormat::Int, 2e-7),
        (32, hound::SampleFormat::Int, 1e-7),
        (32, hound::SampleFormat::Float, 0.0),
    ] {
        let path = folder.path().join(format!("{bits}{format:?}.wav"));
        write_wav(&path, wav_spec(16_000, 1, bits, format), &wanted);
        let (read, note) = Waveform::read_noting(&path).expect("reads");
        assert!(worst(read.samples(), &wanted) <= tolerance, "{bits} {format:?}");
        assert_eq!(note, None);
    }
}

#[test]
fn stereo_at_44100_hz_is_brought_to_16_khz_mono_and_said() {
    let folder = folder();
    let samples = tone(44_100, 1.0);
    let (wav, flac) = (folder.path().join("a.wav"), folder.path().join("a.flac"));
    write_wav(&wav, wav_spec(44_100, 2, 16, hound::SampleFormat::Int), &samples);
    write_flac(&flac, 44_100, 2, &samples);
    for path in [&wav, &flac] {
        let (read, note) = Waveform::read_noting(path).expect("reads");
        assert_eq!(note.as_deref(), Some("44100 Hz, 2 channels brought to 16 kHz mono"));
        assert_eq!(read.len(), 16_000);
        assert!((read.power() - 0.125).abs() < 0.002, "{}", read.power());
    }
    assert_eq!(Waveform::read(&wav).expect("reads"), Waveform::read(&flac).expect("reads"));
}

#[test]
fn channels_are_averaged() {
    let path = folder().path().join("a.wav");
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    let mut writer = hound::WavWriter::create(&path, wav_spec(16_000, 2, 16, hound::SampleFormat::Int)).expect("opens");
    for sample in [16_384_i16, 0, -16_384, 16_384] {
        writer.write_sample(sample).expect("writes");
    }
    writer.finalize().expect("finishes");
    assert_eq!(Waveform::read(&path).expect("reads").samples(), [0.25, 0.0]);
    fs::remove_dir_all(path.parent().expect("a folder")).expect("removed");
}

#[test]
fn flac_is_bit_exact_and_told_by_content() {
    let folder = folder();
    let wanted = tone(16_000, 1.3);
    let (flac, wav) = (folder.path().join("named.wav"), folder.path().join("b.wav"));
    write_flac(&flac, 16_000, 1, &wanted);
    write_wav(&wav, wav_spec(16_000, 1, 16, hound::SampleFormat::Int), &wanted);
    assert_eq!(Waveform::read(&flac).expect("reads"), Waveform::read(&wav).expect("reads"));
}

#[test]
fn what_is_written_comes_back() {
    let path = folder().path().join("deep/a.wav");
    let waveform = Waveform::new(vec![0.5, -1.0, 1.0, 0.0]);
    waveform.write_wav(&path).expect("writes");
    let read = Waveform::read(&path).expect("reads");
    assert!(worst(read.samples(), waveform.samples()) <= 1.0 / 32_768.0);
    fs::remove_dir_all(path.parent().and_then(Path::parent).expect("a folder")).expect("removed");
}

#[test]
fn bad_files_are_named_with_what_is_wrong() {
    let folder = folder();
    let place = |name: &str| folder.path().join(name);
    assert!(refusal(&place("none.flac")).0.contains("missing"));
    assert!(refusal(folder.path()).0.contains("folder"));
    for (name, content, expected) in [
        ("empty.flac", &b""[..], "empty"),
        ("text.flac", b"Not Found: no such key in the bucket", "neither WAV, FLAC nor Ogg Vorbis"),
        ("magic.flac", b"fLaC", "cannot be decoded"),
        ("magic.ogg", b"OggS", "cannot be decoded"),
        ("magic.wav", b"RIFF", "cannot be decoded"),
        ("one.wav", b"R", "neither"),
    ] {
        fs::write(place(name), content).expect("writes");
        let (message, _) = refusal(&place(name));
        assert!(message.contains(expected), "{name}: {message}");
    }
    write_wav(&place("none.wav"), wav_spec(16_000, 1, 16, hound::SampleFormat::Int), &[]);
    assert!(refusal(&place("none.wav")).0.contains("no samples"));
    write_wav(&place("nan.wav"), wav_spec(16_000, 1, 32, hound::SampleFormat::Float), &[0.0, 0.1, f32::NAN]);
    assert!(refusal(&place("nan.wav")).0.contains("sample 2 is not a finite number"));
    write_wav(&place("rate.wav"), wav_spec(1, 1, 16, hound::SampleFormat::Int), &[0.0, 0.1]);
    assert!(refusal(&place("rate.wav")).0.contains("1 Hz"));
}

/// Cut anywhere, a file is refused; never a panic, never a shorter waveform.
#[test]
fn truncated_files_are_refused_wherever_they_end() {
    let folder = folder();
    let samples: Vec<f32> =
        tone(16_000, 1.0).iter().zip(0..).map(|(x, n)| x * ((n * 7919) % 97) as f32 / 97.0).collect();
    let (flac, wav) = (folder.path().join("a.flac"), folder.path().join("a.wav"));
    write_flac(&flac, 16_000, 1, &samples);
    write_wav(&wav, wav_spec(16_000, 1, 16, hound::SampleFormat::Int), &samples);
    for path in [flac, wav] {
        let whole = fs::read(&path).expect("reads");
        let cut: PathBuf = path.with_file_name(format!("cut-{}", path.file_name().expect("named").to_string_lossy()));
        for end in (0..whole.len() - 1).step_by(331).chain([whole.len() - 1]) {
            fs::write(&cut, &whole[..end]).expect("writes");
            refusal(&cut);
        }
        fs::write(&cut, &whole[..whole.len() / 2]).expect("writes");
        let (message, remedy) = refusal(&cut);
        assert!(message.contains("truncated") && message.contains("of 16000 samples"), "{message}");
        assert!(remedy.contains("again"), "{remedy}");
    }
}

/// Bits flipped anywhere: an error or a waveform, never a panic.
#[test]
fn damaged_files_never_panic() {
    let folder = folder();
    let (flac, wav) = (folder.path().join("a.flac"), folder.path().join("a.wav"));
    write_flac(&flac, 22_050, 2, &tone(22_050, 0.2));
    write_wav(&wav, wav_spec(22_050, 2, 24, hound::SampleFormat::Int), &tone(22_050, 0.2));
    for path in [flac, wav] {
        let whole = fs::read(&path).expect("reads");
        for at in (0..200).chain((200..whole.len()).step_by(97)) {
            for bit in [0, 3, 7] {
                let mut damaged = whole.clone();
                damaged[at] ^= 1 << bit;
                fs::write(&path, &damaged).expect("writes");
                let _ = Waveform::read(&path);
            }
        }
    }
}

/// The bytes of a WAV file: a format chunk as given, and data whose length the header may have wrong.
fn raw_wav(format: &[u8], data: &[u8], length: u32) -> Vec<u8> {
    let head = [b"RIFF".as_slice(), &u32::MAX.to_le_bytes(), b"WAVEfmt ", &(format.len() as u32).to_le_bytes(), format];
    [head.concat(), b"data".to_vec(), length.to_le_bytes().to_vec(), data.to_vec()].concat()
}

/// The 16 bytes that all formats begin with, at 16 kHz.
fn wav_format(tag: u16, channels: u16, bits: u16, container: u16) -> Vec<u8> {
    let align = channels * container / 8;
    let mut format = [tag.to_le_bytes(), channels.to_le_bytes()].concat();
    format.extend(16_000_u32.to_le_bytes());
    format.extend((16_000 * u32::from(align)).to_le_bytes());
    format.extend(align.to_le_bytes());
    format.extend(bits.to_le_bytes());
    format
}

fn extensible(sub: u16, valid: u16, container: u16) -> Vec<u8> {
    let mut format = wav_format(0xFFFE, 1, container, container);
    format.extend(22_u16.to_le_bytes());
    format.extend(valid.to_le_bytes());
    format.extend(4_u32.to_le_bytes());
    format.extend(sub.to_le_bytes());
    format.extend([0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]);
    format
}

#[test]
fn wav_forms_that_few_write() {
    let folder = folder();
    let path = folder.path().join("a.wav");
    let wanted = tone(16_000, 0.1);
    let integers = |bits: u32, bytes: usize| -> Vec<u8> {
        let left = 8 * bytes as u32 - bits;
        let whole = |sample: &f32| ((f64::from(*sample) * (1_u64 << (bits - 1)) as f64) as i32) << left;
        wanted.iter().flat_map(|sample| whole(sample).to_le_bytes()[..bytes].to_vec()).collect()
    };
    let doubles: Vec<u8> = wanted.iter().flat_map(|&sample| f64::from(sample).to_le_bytes()).collect();
    let floats: Vec<u8> = wanted.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let length = |data: &[u8]| data.len() as u32;
    for (what, format, data, tolerance) in [
        ("64-bit float", wav_format(3, 1, 64, 64), doubles.clone(), 0.0),
        ("64-bit float, extensible", extensible(3, 64, 64), doubles, 0.0),
        ("32-bit float, extensible", extensible(3, 32, 32), floats, 0.0),
        ("16 bits, extensible", extensible(1, 16, 16), integers(16, 2), 4e-5),
        ("24 bits, extensible", extensible(1, 24, 24), integers(24, 3), 2e-7),
        ("32 bits, extensible", extensible(1, 32, 32), integers(32, 4), 1e-7),
        ("20 bits in 24", extensible(1, 20, 24), integers(20, 3), 2e-6),
        ("24 bits in 16 bytes of format", wav_format(1, 1, 24, 24), integers(24, 3), 2e-7),
    ] {
        fs::write(&path, raw_wav(&format, &data, length(&data))).expect("writes");
        let read = Waveform::read(&path).unwrap_or_else(|error| panic!("{what}: {error}"));
        let worst = worst(read.samples(), &wanted);
        assert!(worst <= tolerance, "{what}: {worst}");
    }
}

/// Chunks of odd size, as editors write their names into: padded as they should be, or not.
#[test]
fn chunks_of_odd_size_are_passed_over() {
    let folder = folder();
    let path = folder.path().join("a.wav");
    let (format, data) = (wav_format(1, 1, 16, 16), [0, 64, 0, 192].as_slice());
    let chunk =
        |name: &[u8; 4], content: &[u8]| [name.as_slice(), &(content.len() as u32).to_le_bytes(), content].concat();
    let doubles: Vec<u8> = [0.5_f64, -0.5].into_iter().flat_map(f64::to_le_bytes).collect();
    let software = b"INFOISFT\x05\0\0\0Lavf\0".as_slice();
    for (kind, content) in [(b"LIST", software), (b"LIST", b"INFOx"), (b"iXML", b"<a/>\n"), (b"odd ", b"a")] {
        for pad in [[0].as_slice(), b" ", b""] {
            let odd = [chunk(kind, content), pad.to_vec()].concat();
            for (format, data) in [(&format, data), (&wav_format(3, 1, 64, 64), &doubles)] {
                let (format, data) = (chunk(b"fmt ", format), chunk(b"data", data));
                for parts in [[&odd, &format, &data], [&format, &odd, &data], [&format, &data, &odd]] {
                    let content = parts.map(Vec::as_slice).concat();
                    let size = (content.len() as u32 + 4).to_le_bytes();
                    fs::write(&path, [b"RIFF", &size, b"WAVE", content.as_slice()].concat()).expect("writes");
                    let read = Waveform::read(&path).unwrap_or_else(|error| panic!("{kind:?} {pad:?}: {error}"));
                    assert_eq!(read.samples(), [0.5, -0.5]);
                }
            }
        }
    }
    fs::write(&path, [b"RIFF\x0C\0\0\0WAVE".as_slice(), &chunk(b"data", data)].concat()).expect("writes");
    assert!(refusal(&path).0.contains("no format in front of its audio"));
    fs::write(&path, b"RIFF\x04\0\0\0AVI ").expect("writes");
    assert!(refusal(&path).0.contains("not one of WAVE"));
}

/// To open a pipe is to wait for a writer, which may never come.
#[cfg(unix)]
#[test]
fn a_pipe_is_refused_without_waiting() {
    let folder = folder();
    let path = folder.path().join("a.wav");
    let made = std::process::Command::new("mkfifo").arg(&path).status().expect("runs");
    assert!(made.success());
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || sender.send(vec![Waveform::read(&path).err(), AudioFacts::of(&path).err()]));
    let errors = receiver.recv_timeout(std::time::Duration::from_secs(20)).expect("answers at once");
    for error in errors.into_iter().map(|error| error.expect("refused")) {
        assert_eq!(error.audio_fault(), Some(AudioFault::Unreadable));
        assert!(error.to_string().contains("not a regular file"), "{error}");
    }
}

/// A-law and mu-law, as telephone corpora have them: code 0xD5 and 0xFF are the smallest values.
#[test]
fn logarithmic_wav_reads() {
    let folder = folder();
    let path = folder.path().join("a.wav");
    for (tag, codes, wanted) in
        [(6, [0xD5, 0x55, 0xAA], [0.000_244, -0.000_244, 0.984]), (7, [0xFF, 0x00, 0x80], [0.0, -0.980, 0.980])]
    {
        let format = [wav_format(tag, 1, 8, 8), vec![0, 0]].concat();
        fs::write(&path, raw_wav(&format, &codes, 3)).expect("writes");
        let read = Waveform::read(&path).expect("reads");
        assert!(worst(read.samples(), &wanted) < 1e-3, "{tag}: {:?}", read.samples());
    }
}

/// FFmpeg writes such a header where it cannot go back, as into a pipe.
#[test]
fn a_stream_of_unknown_length_reads_to_its_end() {
    let folder = folder();
    let path = folder.path().join("a.wav");
    let data: Vec<u8> = (0..5_000_i16).flat_map(i16::to_le_bytes).collect();
    fs::write(&path, raw_wav(&wav_format(1, 1, 16, 16), &data, u32::MAX)).expect("writes");
    assert_eq!(Waveform::read(&path).expect("reads").len(), 5_000);
    // Any other length is a promise.
    fs::write(&path, raw_wav(&wav_format(1, 1, 16, 16), &data, 1 << 31)).expect("writes");
    let (message, _) = refusal(&path);
    assert!(message.contains("truncated: 5000 of 1073741824"), "{message}");
}

#[test]
fn faults_are_of_a_kind_that_can_be_counted() {
    let folder = folder();
    let place = |name: &str| folder.path().join(name);
    let whole = raw_wav(&wav_format(1, 1, 16, 16), &[1; 2_000], 2_000);
    let nan = raw_wav(&wav_format(3, 1, 32, 32), &f32::NAN.to_le_bytes(), 4);
    let huge = raw_wav(&wav_format(3, 1, 32, 32), &1e19_f32.to_le_bytes(), 4);
    let mut rate = whole.clone();
    rate[24..28].copy_from_slice(&7_u32.to_le_bytes());
    for (name, content, wanted) in [
        ("empty.wav", &[][..], AudioFault::Empty),
        ("cut.wav", &whole[..1_000], AudioFault::Truncated),
        ("text.wav", b"Not Found", AudioFault::Undecodable),
        ("header.wav", &whole[..30], AudioFault::Undecodable),
        ("none.wav", &raw_wav(&wav_format(1, 1, 16, 16), &[], 0), AudioFault::NoSamples),
        ("nan.wav", &nan, AudioFault::NotFinite),
        ("huge.wav", &huge, AudioFault::NotFinite),
        ("rate.wav", &rate, AudioFault::ImplausibleRate),
    ] {
        fs::write(place(name), content).expect("writes");
        let error = Waveform::read(place(name)).expect_err("refused");
        assert_eq!(error.audio_fault(), Some(wanted), "{name}: {error}");
        assert_eq!(AudioFacts::of(place(name)).expect_err("refused").audio_fault(), Some(wanted), "{name}");
    }
    let gone = Waveform::read(place("gone.wav")).expect_err("refused");
    assert_eq!(gone.audio_fault(), Some(AudioFault::Missing));
    let folder_read = Waveform::read(folder.path()).expect_err("refused");
    assert_eq!(folder_read.audio_fault(), Some(AudioFault::Unreadable));
    assert_eq!(AudioFault::NotFinite.to_string(), "not-finite");
    assert_eq!(rat::Error::data("x", "y").audio_fault(), None);
}
