//! Rooms and noises out of folders: RIRS_NOISES, MUSAN, and one's own.

#![allow(clippy::unwrap_used)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rat::{
    Waveform,
    augment::{
        AugmentConfig, Augmentor, Background, Room, Side, SourceFolder, SourceKind, Sources, Surroundings, reverberate,
    },
};
use tempfile::TempDir;

fn wave(samples: usize, step: f32) -> Waveform {
    Waveform::new((0..samples).map(|at| 0.3 * (step * at as f32).sin()).collect())
}

/// Of several channels: the first rises, the others are noise.
fn many_channels(path: &Path) {
    let spec = hound::WavSpec {
        channels: 3,
        sample_rate: 16_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    for at in 0..300 {
        for value in [if at == 40 { 16_384 } else { 0 }, 9_000 - 60 * at, -1_000] {
            writer.write_sample(value as i16).unwrap();
        }
    }
    writer.finalize().unwrap();
}

fn write(root: &Path, name: &str, waveform: &Waveform) -> PathBuf {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    if name.ends_with(".flac") { waveform.write_flac(&path) } else { waveform.write_wav(&path) }.unwrap();
    path
}

/// Both published sets, as they are laid out when unpacked.
fn published() -> TempDir {
    let folder = TempDir::new().unwrap();
    let root = folder.path();
    for room in ["smallroom/Room001/Room001-00001.wav", "mediumroom/Room002/Room002-00001.wav"] {
        write(root, &format!("RIRS_NOISES/simulated_rirs/{room}"), &wave(900, 1.1));
    }
    many_channels(&root.join("RIRS_NOISES/real_rirs_isotropic_noises/RVB2014_type1_rir_largeroom1_far_angla.wav"));
    write(root, "RIRS_NOISES/real_rirs_isotropic_noises/RVB2014_type1_noise_largeroom1_1.wav", &wave(9_000, 0.4));
    fs::write(root.join("RIRS_NOISES/real_rirs_isotropic_noises/rir_list"), "--rir-id 1").unwrap();
    write(root, "RIRS_NOISES/pointsource_noises/noise-free-sound-0000.wav", &wave(2_000, 0.9));
    write(root, "musan/noise/free-sound/noise-free-sound-0001.wav", &wave(40_000, 0.7));
    write(root, "musan/music/fma/music-fma-0000.wav", &wave(40_000, 0.2));
    write(root, "musan/speech/librivox/speech-librivox-0000.flac", &wave(30_000, 0.1));
    write(root, "musan/speech/us-gov/speech-us-gov-0000.wav", &wave(3_000, 0.3));
    fs::write(root.join("musan/README"), "MUSAN").unwrap();
    folder
}

fn folders(names: &[String]) -> Vec<SourceFolder> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

fn at(root: &TempDir, name: &str) -> String {
    root.path().join(name).display().to_string()
}

#[test]
fn published_layouts_are_told_by_their_folders() {
    let root = published();
    let sources = Sources::open(&folders(&[at(&root, "RIRS_NOISES"), at(&root, "musan")])).unwrap();
    let counts: Vec<_> = SourceKind::ALL.iter().map(|&kind| sources.files(kind).len()).collect();
    assert_eq!(counts, [3, 3, 1, 2]);
    assert!(sources.files(SourceKind::Noise)[0].ends_with("noise-free-sound-0000.wav"), "folders keep their order");
    assert_eq!(sources, Sources::open(&folders(&[at(&root, "RIRS_NOISES"), at(&root, "musan")])).unwrap());
    let part = Sources::open(&folders(&[at(&root, "musan/music")])).unwrap();
    assert_eq!(part.kinds().collect::<Vec<_>>(), [SourceKind::Music]);
    let own = Sources::open(&folders(&[format!("noise:{}", at(&root, "musan/speech"))])).unwrap();
    assert_eq!(own.files(SourceKind::Noise).len(), 2);
}

#[test]
fn folders_that_say_nothing_are_refused() {
    let root = TempDir::new().unwrap();
    let message = |name: String| Sources::open(&folders(&[name])).unwrap_err();
    assert!(message(at(&root, "")).to_string().contains("no recording"));
    write(root.path(), "mine/hum.wav", &wave(100, 0.1));
    let error = message(at(&root, "mine"));
    assert!(error.to_string().contains("nothing tells rooms from noises"), "{error}");
    assert!(error.remedy().contains("noise:DIR"));
    assert!(message(at(&root, "absent")).to_string().contains("absent"));
    assert!("noise:".parse::<SourceFolder>().is_err());
    for text in ["room:/a b", "/data/RIRS_NOISES", "speech:x"] {
        assert_eq!(text.parse::<SourceFolder>().unwrap().to_string(), text);
    }
}

#[test]
fn damaged_files_are_named() {
    let root = published();
    let whole = fs::read(root.path().join("musan/music/fma/music-fma-0000.wav")).unwrap();
    fs::write(root.path().join("musan/music/fma/music-fma-0000.wav"), &whole[..whole.len() / 2]).unwrap();
    fs::write(root.path().join("musan/noise/free-sound/empty.wav"), "").unwrap();
    fs::write(root.path().join("musan/speech/librivox/torn.flac"), "fLaC and no more").unwrap();
    let error = Sources::open(&folders(&[at(&root, "musan")])).unwrap_err().to_string();
    for word in ["3 damaged", "music-fma-0000.wav", "truncated", "empty.wav", "torn.flac"] {
        assert!(error.contains(word), "{error}");
    }
}

#[test]
fn rooms_take_the_first_channel_at_its_loudest() {
    let root = published();
    let sources = Sources::open(&folders(&[at(&root, "RIRS_NOISES")])).unwrap();
    let real =
        sources.files(SourceKind::Room).iter().find(|file| file.to_string_lossy().contains("rir_large")).unwrap();
    let plain = wave(5_000, 0.21).into_samples();
    let mut heard = plain.clone();
    Room { file: real.clone() }.apply(&mut heard).unwrap();
    assert!(heard.iter().zip(&plain).all(|(heard, plain)| (heard - plain).abs() < 1e-5), "a single echo-free pulse");
    let mut expected = plain.clone();
    let mut heard = plain;
    let simulated = &sources.files(SourceKind::Room)[1];
    reverberate(&mut expected, Waveform::read(simulated).unwrap().samples());
    Room { file: simulated.clone() }.apply(&mut heard).unwrap();
    assert_eq!(heard, expected);
}

/// The excerpt out of the middle of a WAV file is that out of the whole recording; short ones go round.
#[test]
fn excerpts_are_stretches_of_the_recording() {
    let root = TempDir::new().unwrap();
    let ramp = |samples: i32| Waveform::new((0..samples).map(|at| at as f32 / 32_768.0).collect());
    let long = write(root.path(), "long.wav", &ramp(20_000));
    let coded = write(root.path(), "long.flac", &ramp(20_000));
    let short = write(root.path(), "short.wav", &ramp(70));
    let noise_in = |file: &Path, place: f64| {
        // So loud that nothing else is heard.
        let mut samples = vec![1e-6; 200];
        let background = Background { excerpts: vec![(file.to_owned(), place)], snr_db: -140.0 };
        background.apply(&mut samples).unwrap();
        samples
    };
    let start = |samples: &[f32]| {
        let step = (samples[20] - samples[0]) / 20.0;
        (samples[0] / step).round() as i32
    };
    for place in [0.0, 0.25, 0.9999] {
        let found = noise_in(&long, place);
        assert_eq!(start(&found), (place * 19_801.0) as i32);
        for (one, other) in found.iter().zip(noise_in(&coded, place)) {
            assert!((one - other).abs() <= 1e-3 * one.abs(), "{one}, {other}");
        }
    }
    let found = noise_in(&short, 0.5);
    assert_eq!(start(&found), 35);
    assert!(
        found[35].abs() < 1e-5 && found[35 + 70].abs() < 1e-5,
        "it begins again at its first sample, which is zero"
    );
}

#[test]
fn kinds_are_equally_often_and_ratios_are_kaldis() {
    let root = published();
    let sources = Sources::open(&folders(&[at(&root, "RIRS_NOISES"), at(&root, "musan")])).unwrap();
    let mut ratios: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    let mut rooms = 0;
    for number in 0..4_000 {
        match Surroundings::draw(&mut ChaCha8Rng::seed_from_u64(number), &sources).unwrap() {
            Surroundings::Room(_) => rooms += 1,
            Surroundings::Background(background) => {
                let file = background.excerpts[0].0.to_string_lossy().into_owned();
                let kind = ["music", "speech"].into_iter().find(|kind| file.contains(&format!("/{kind}/")));
                let voices = background.excerpts.len();
                assert!(if kind == Some("speech") { (3..=7).contains(&voices) } else { voices == 1 });
                assert!(background.excerpts.iter().all(|(_, place)| (0.0..1.0).contains(place)));
                ratios.entry(kind.unwrap_or("noise")).or_default().push(background.snr_db);
            }
        }
    }
    assert!((890..1_110).contains(&rooms), "{rooms}");
    for (kind, low, high) in [("noise", 0.0, 15.0), ("music", 5.0, 15.0), ("speech", 13.0, 20.0)] {
        let drawn = &ratios[kind];
        assert!((890..1_110).contains(&drawn.len()), "{kind}: {}", drawn.len());
        assert!(drawn.iter().all(|snr_db| (low..high).contains(snr_db)));
        let mean = drawn.iter().sum::<f64>() / drawn.len() as f64;
        assert!((mean - (low + high) / 2.0).abs() < 0.6, "{kind}: mean {mean}");
    }
    assert_eq!(Surroundings::draw(&mut ChaCha8Rng::seed_from_u64(0), &Sources::default()), None);
}

#[test]
fn the_chain_takes_them_and_says_when_one_is_gone() {
    let root = published();
    // Without the room that is a single pulse, which changes nothing.
    let names = folders(&[at(&root, "RIRS_NOISES/simulated_rirs"), at(&root, "musan")]);
    let only = AugmentConfig {
        trim: 0.0,
        time_mask: 0.0,
        mu_law: 0.0,
        rawboost: 0.0,
        noise_and_filter: 0.0,
        surroundings: 0.3,
        sources: names,
        ..AugmentConfig::default()
    };
    let voice = wave(3_000, 0.25);
    let augmentor = Augmentor::new(only.clone()).unwrap();
    let changed = |augmentor: &Augmentor, index| augmentor.apply(&voice, 1, 0, index, Side::Test) != voice;
    let count = (0..1_000).filter(|&index| changed(&augmentor, index)).count();
    assert!((240..360).contains(&count), "{count}");
    let without = Augmentor::new(AugmentConfig { sources: Vec::new(), surroundings: 1.0, ..only.clone() }).unwrap();
    assert!((0..50).all(|index| !changed(&without, index)), "off unless folders are given");
    let text = serde_json::to_string(&only).unwrap();
    assert_eq!(serde_json::from_str::<AugmentConfig>(&text).unwrap(), only);
    fs::remove_dir_all(root.path()).unwrap();
    let failed = (0..1_000).filter(|&index| augmentor.try_apply(&voice, 1, 0, index, Side::Test).is_err()).count();
    assert_eq!(failed, count);
    assert!((0..1_000).all(|index| !changed(&augmentor, index)));
}
