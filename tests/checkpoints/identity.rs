//! What a checkpoint is said to be, at full size: files that hold shapes and no data.

use std::{collections::BTreeMap, fs};

use burn::tensor::Device;
use rat::{
    checkpoint::{KeyMap, targets},
    model::{Conditioning, Detector, Inspection},
    ssl::{EncoderConfig, SslEncoder, checkpoint as names},
};

use crate::{golden, written::write_empty};

type Shapes = BTreeMap<String, Vec<usize>>;

/// The names and shapes of an encoder under a map.
fn shapes(config: &EncoderConfig, keys: &KeyMap) -> Shapes {
    let mut shapes = Shapes::new();
    let encoder = SslEncoder::new(config, &Device::flex()).expect("valid sizes");
    for target in targets(&encoder) {
        let theirs = keys.theirs(&target.name).unwrap_or_else(|| panic!("{} has a name", target.name));
        let mut shape = target.shape;
        if theirs.third.is_some() {
            shape[0] *= 3;
        }
        shapes.insert(theirs.name, shape);
    }
    shapes
}

/// NUMBERS: parameters of each encoder, and whether its waveform is normalised.
const ENCODERS: [(&str, usize, bool); 12] = [
    ("Wav2Vec2_base", 94_370_944, false),
    ("HuBERT_base", 94_370_944, false),
    ("Wav2Vec2_large", 315_427_968, false),
    ("Wav2Vec2_LV60k", 315_437_696, true),
    ("XLSR_300M", 315_437_696, true),
    ("HuBERT_large", 315_434_112, true),
    ("HuBERT_extralarge", 962_492_544, true),
    ("WavLM_base", 94_381_168, false),
    ("WavLM_baseplus", 94_381_168, false),
    ("WavLM_large", 315_452_096, true),
    ("XLSR_1B", 962_496_128, true),
    ("XLSR_2B", 2_159_257_728, true),
];

#[test]
fn all_twelve_are_told_by_names_and_shapes() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("some.safetensors");
    for (name, parameters, normalised) in ENCODERS {
        let config = EncoderConfig::named(name).expect("is known");
        let gated = config.relative_positions.is_some();
        for (keys, naming) in [(names::torchaudio(gated), "torchaudio"), (names::hugging_face(), "hugging-face")] {
            write_empty(&path, &shapes(&config, &keys));
            let found = Inspection::of(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!((found.network, found.naming.as_str()), ("encoder", naming));
            assert!(found.encoders.iter().any(|twin| twin == name), "{name}: {:?}", found.encoders);
            assert_eq!(found.parameters.expect("is known").total, parameters, "{name}");
            assert!(found.missing.is_empty() && found.unused.is_empty() && found.unfit.is_empty(), "{name}: {found:?}");
            let told = found.encoder.expect("is known");
            assert_eq!((told.normalise_waveform, told.heads), (normalised, config.heads), "{name}");
            assert!(found.heads_known);
        }
    }
}

/// The authors' layout, as NUMBERS lists it.
fn authors(encoder: &str) -> Shapes {
    let mut shapes = Shapes::new();
    let mut put = |name: String, shape: &[usize]| drop(shapes.insert(name, shape.to_vec()));
    for index in 0..7 {
        let kernel = [10, 3, 3, 3, 3, 2, 2][index];
        let layer = format!("{encoder}feature_extractor.conv_layers.{index}");
        put(format!("{layer}.conv.weight"), &[512, if index == 0 { 1 } else { 512 }, kernel]);
        put(format!("{layer}.conv.bias"), &[512]);
        put(format!("{layer}.layer_norm.weight"), &[512]);
        put(format!("{layer}.layer_norm.bias"), &[512]);
    }
    for (name, shape) in [
        ("encoder.feature_projection.layer_norm.weight", &[512][..]),
        ("encoder.feature_projection.layer_norm.bias", &[512]),
        ("encoder.feature_projection.projection.weight", &[1024, 512]),
        ("encoder.feature_projection.projection.bias", &[1024]),
        ("encoder.transformer.pos_conv_embed.conv.bias", &[1024]),
        ("encoder.transformer.pos_conv_embed.conv.parametrizations.weight.original0", &[1, 1, 128]),
        ("encoder.transformer.pos_conv_embed.conv.parametrizations.weight.original1", &[1024, 64, 128]),
        ("encoder.transformer.layer_norm.weight", &[1024]),
        ("encoder.transformer.layer_norm.bias", &[1024]),
    ] {
        put(format!("{encoder}{name}"), shape);
    }
    for layer in 0..24 {
        let layer = format!("{encoder}encoder.transformer.layers.{layer}");
        for (name, outputs, inputs) in [
            ("attention.k_proj", 1024, 1024),
            ("attention.v_proj", 1024, 1024),
            ("attention.q_proj", 1024, 1024),
            ("attention.out_proj", 1024, 1024),
            ("feed_forward.intermediate_dense", 4096, 1024),
            ("feed_forward.output_dense", 1024, 4096),
        ] {
            put(format!("{layer}.{name}.weight"), &[outputs, inputs]);
            put(format!("{layer}.{name}.bias"), &[outputs]);
        }
        for norm in ["layer_norm", "final_layer_norm"] {
            put(format!("{layer}.{norm}.weight"), &[1024]);
            put(format!("{layer}.{norm}.bias"), &[1024]);
        }
    }
    for (name, shape) in [
        ("attn.in_proj_weight", &[3072, 1024][..]),
        ("attn.in_proj_bias", &[3072]),
        ("attn.out_proj.weight", &[1024, 1024]),
        ("attn.out_proj.bias", &[1024]),
        ("preattn_ln.weight", &[1024]),
        ("preattn_ln.bias", &[1024]),
        ("final_ln.weight", &[1024]),
        ("final_ln.bias", &[1024]),
        ("attn_mlp.0.weight", &[4096, 1024]),
        ("attn_mlp.0.bias", &[4096]),
        ("attn_mlp.2.weight", &[1024, 4096]),
        ("attn_mlp.2.bias", &[1024]),
        ("classifier.0.weight", &[512, 1024]),
        ("classifier.0.bias", &[512]),
        ("classifier.3.weight", &[256, 512]),
        ("classifier.3.bias", &[256]),
        ("classifier.6.weight", &[2, 256]),
        ("classifier.6.bias", &[2]),
    ] {
        put(name.into(), shape);
    }
    for (norm, size) in [(1, 512), (4, 256)] {
        for name in ["weight", "bias", "running_mean", "running_var"] {
            put(format!("classifier.{norm}.{name}"), &[size]);
        }
        put(format!("classifier.{norm}.num_batches_tracked"), &[]);
    }
    shapes
}

#[test]
fn the_authors_layout_at_full_size() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("RAT_XLSR.safetensors");
    for wrapper in ["", "module."] {
        let shapes =
            authors("extractor.model.model.").into_iter().map(|(name, shape)| (format!("{wrapper}{name}"), shape));
        let shapes: Shapes = shapes.collect();
        assert_eq!(shapes.len(), 449);
        write_empty(&path, &shapes);
        let found = Inspection::of(&path).expect("readable");
        assert_eq!((found.network, found.naming.as_str()), ("detector", "authors"));
        assert_eq!(found.encoders, ["Wav2Vec2_LV60k", "XLSR_300M"]);
        assert_eq!(found.encoder.expect("is known").name, "XLSR_300M");
        assert_eq!(found.classifiers, ["RAT", "RAT_selfattn", "RAT_zeroref"]);
        let counts = found.parameters.expect("is known");
        assert_eq!((counts.total, counts.outside_encoder), (328_692_098, 13_254_402));
        assert_eq!((counts.trainable_stage_1, counts.trainable_stage_2), (13_254_402, 328_692_098));
        assert!(found.missing.is_empty() && found.unused.is_empty() && found.unfit.is_empty());
        assert_eq!(found.ignored.len(), 2, "{:?}", found.ignored);
    }
    let baseline = authors("extractor.model.model.").into_iter();
    let baseline: Shapes =
        baseline.filter(|(name, _)| name.starts_with("extractor.") || name.starts_with("classifier.")).collect();
    write_empty(&path, &baseline);
    let found = Inspection::of(&path).expect("readable");
    assert_eq!(found.classifiers, ["RAT_baseline"]);
    assert_eq!(found.parameters.expect("is known").total, 316_095_874);
}

#[test]
fn what_is_written_beside_a_checkpoint_is_heeded() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let device = Device::flex();
    // Hugging Face's config.json tells the heads.
    let model = folder.path().join("model.safetensors");
    fs::copy(golden::fixture("hf_xlsr_like.safetensors"), &model).expect("a copy");
    let refused = SslEncoder::load(&model, &device).expect_err("its heads are unknown");
    assert!(refused.remedy().contains("config.json"), "{refused}; {}", refused.remedy());
    fs::copy(golden::fixture("hf_xlsr_like_config.json"), folder.path().join("config.json")).expect("a copy");
    SslEncoder::load(folder.path(), &device).expect("all is known");
    let found = Inspection::of(&model).expect("readable");
    assert_eq!(found.encoder.map(|config| config.heads), Some(4));
    // A run's config.toml tells encoder and classifier.
    let run = folder.path().join("run");
    fs::create_dir_all(run.join("checkpoints")).expect("writable");
    let checkpoint = run.join("checkpoints/epoch-01.pt");
    fs::copy(golden::fixture("rat.pt"), &checkpoint).expect("a copy");
    assert!(Detector::load(&checkpoint, &device).is_err());
    let encoder = toml::to_string(&golden::wide_kernel()).expect("plain values");
    fs::write(run.join("config.toml"), format!("classifier = \"RAT_zeroref\"\n[encoder]\n{encoder}"))
        .expect("writable");
    let detector = Detector::load(&checkpoint, &device).expect("all is known");
    assert_eq!(detector.conditioning(), Conditioning::Zeros);
}
