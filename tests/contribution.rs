//! The contribution of the reference against PyTorch in double precision (`fixtures/make_contribution_golden.py`): of single
//! trials, in padded batches of different lengths, as rows of both tables; and how a run's tables grow.

#![cfg(feature = "network")]

mod golden;

use std::path::{Path, PathBuf};

use burn::tensor::{Device, Tensor, TensorData};
use golden::Tensors;
use rat::{
    Label,
    contribution::{Contribution, Degradation, Tally, gradient_rms, reference_effect},
    model::{Conditioning, Detector},
    ssl::{Lengths, SslFeatures},
    tables::{ContributionTable, LayerContributionTable},
};
use serde_json::Value;

/// What padded frames hold: nothing may look at it.
const PADDING: f32 = 3.5;
const TRIALS: usize = 5;

fn stored(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn expected() -> Value {
    let text = std::fs::read_to_string(stored("contribution_golden.json")).expect("the fixture is there");
    serde_json::from_str(&text).expect("JSON")
}

/// One side of some trials as a padded batch, `[layers, trials, frames, features]`.
fn side(tensors: &Tensors, name: &str, trials: &[usize], device: &Device) -> SslFeatures {
    let found: Vec<_> = trials.iter().map(|trial| tensors.get(&format!("{name}.{trial}"))).collect();
    let lengths: Vec<usize> = found.iter().map(|(dims, _)| dims[1]).collect();
    let (layers, width) = (found[0].0[0], found[0].0[2]);
    let longest = lengths.iter().copied().max().expect("there is a trial");
    let mut values = Vec::new();
    for layer in 0..layers {
        for (dims, tensor) in &found {
            let size = dims[1] * width;
            values.extend_from_slice(&tensor[layer * size..(layer + 1) * size]);
            values.extend(std::iter::repeat_n(PADDING, (longest - dims[1]) * width));
        }
    }
    let data = TensorData::new(values, [layers, trials.len(), longest, width]);
    SslFeatures { layers: Tensor::from_data(data, device), lengths: Lengths::new(lengths, longest) }
}

fn labels(golden: &Value, trials: &[usize]) -> Vec<Label> {
    let label = |&trial: &usize| if golden["labels"][trial] == 0 { Label::Bonafide } else { Label::Spoof };
    trials.iter().map(label).collect()
}

struct Fixture {
    device: Device,
    detector: Detector,
    tensors: Tensors,
    golden: Value,
}

impl Fixture {
    fn open() -> Self {
        let device = Device::flex();
        Self {
            detector: golden::rat("rat.safetensors", Conditioning::Reference, &device),
            tensors: Tensors::open(&stored("contribution_features.safetensors")),
            golden: expected(),
            device,
        }
    }

    fn side(&self, name: &str, trials: &[usize]) -> SslFeatures {
        side(&self.tensors, name, trials, &self.device)
    }

    /// Both tables' rows, measured in batches of so many trials.
    fn tallied(&self, batch: usize) -> Contribution {
        let mut tally = Tally::default();
        let all: Vec<usize> = (0..TRIALS).collect();
        for trials in all.chunks(batch) {
            let (test, reference) = (self.side("test", trials), self.side("reference", trials));
            let degraded = |degradation: Degradation| Ok(self.side(&degradation.to_string(), trials));
            tally.add(&self.detector, &test, &reference, &labels(&self.golden, trials), degraded).expect("measures");
        }
        tally.finish(7, "finetune")
    }
}

#[track_caller]
fn close(found: f64, wanted: &Value, what: &str) {
    let wanted = wanted.as_f64().unwrap_or_else(|| panic!("{what} is no number"));
    assert!((found - wanted).abs() <= 1e-5 * wanted.abs(), "{what}: {found:e} against {wanted:e}");
}

const TENSORS: [&str; 7] = ["attention", "mlp", "combined", "residual", "output", "embedding", "logits"];

#[test]
fn every_trial_equals_pytorch_alone_and_padded() {
    let fixture = Fixture::open();
    let each: Vec<Vec<usize>> = (0..TRIALS).map(|trial| vec![trial]).chain([(0..TRIALS).collect()]).collect();
    for trials in each {
        let (test, reference) = (fixture.side("test", &trials), fixture.side("reference", &trials));
        let gradient = gradient_rms(&fixture.detector, &test, &reference, &labels(&fixture.golden, &trials));
        for degradation in ["silence", "noise"] {
            let effect = reference_effect(&fixture.detector, &test, &reference, &fixture.side(degradation, &trials));
            assert_eq!(effect.layers.len(), 3);
            for (row, &trial) in trials.iter().enumerate() {
                let wanted = &fixture.golden["trials"][trial];
                let what = |key: &str| format!("trial {trial} of {}, {degradation}, {key}", trials.len());
                for (found, name) in effect.deltas.iter().zip(TENSORS) {
                    close(found[row], &wanted[format!("delta.{degradation}.{name}")], &what(name));
                }
                close(effect.margin[row], &wanted["margin"], &what("margin"));
                close(effect.margin_degraded[row], &wanted[format!("margin.{degradation}")], &what("degraded margin"));
                close(effect.branch_ratio[row], &wanted["branch_ratio"], &what("branch ratio"));
                for (layer, within) in effect.layers.iter().enumerate() {
                    for (found, name) in within.deltas.iter().zip(["attention", "combined", "residual", "output"]) {
                        let wanted = &wanted[format!("delta_layers.{degradation}.{name}")][layer];
                        close(found[row], wanted, &what(&format!("{name}, layer {layer}")));
                    }
                    close(
                        within.branch_ratio[row],
                        &wanted["branch_ratio_layers"][layer],
                        &what("a layer's branch ratio"),
                    );
                }
                close(gradient.reference[row], &wanted["gradient.reference"], &what("gradient at the reference"));
                close(gradient.test[row], &wanted["gradient.test"], &what("gradient at the test"));
                for layer in 0..3 {
                    let [ours, theirs] =
                        [&gradient.reference_layers, &gradient.test_layers].map(|side| side[layer][row]);
                    close(ours, &wanted["gradient_layers.reference"][layer], &what("a layer's gradient, reference"));
                    close(theirs, &wanted["gradient_layers.test"][layer], &what("a layer's gradient, test"));
                }
            }
        }
    }
}

#[test]
fn both_tables_equal_pytorch_in_batches_of_any_size() {
    let fixture = Fixture::open();
    for batch in [1, 2, 5] {
        let found = fixture.tallied(batch);
        assert_eq!((found.rows.len(), found.layers.len()), (2, 6));
        for row in &found.rows {
            let wanted = &fixture.golden["tables"][&row.degradation]["row"];
            let fields = serde_json::to_value(row).expect("plain data");
            assert_eq!((row.epoch, row.stage.as_str(), row.trials), (7, "finetune", TRIALS));
            for (name, number) in wanted.as_object().expect("fields") {
                let what = format!("{}, {name}, batches of {batch}", row.degradation);
                close(fields[name].as_f64().expect("a number"), number, &what);
            }
        }
        for row in &found.layers {
            let wanted = &fixture.golden["tables"][&row.degradation]["layers"][row.layer - 1];
            let fields = serde_json::to_value(row).expect("plain data");
            for (name, number) in wanted.as_object().expect("fields") {
                let what = format!("{}, layer {}, {name}, batches of {batch}", row.degradation, row.layer);
                close(fields[name].as_f64().expect("a number"), number, &what);
            }
        }
    }
}

#[test]
fn an_epoch_that_is_trained_again_replaces_what_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    let measured = Fixture::open().tallied(5);
    let of = |epoch: usize| {
        let mut own = measured.clone();
        own.rows.iter_mut().for_each(|row| row.epoch = epoch);
        own.layers.iter_mut().for_each(|row| row.epoch = epoch);
        own
    };
    for epoch in [1, 2, 3, 2] {
        of(epoch).append_to(folder.path()).expect("writes");
    }
    let table = ContributionTable::read(folder.path().join("contribution.csv")).expect("reads");
    let layers = LayerContributionTable::read(folder.path().join("contribution_layers.csv")).expect("reads");
    assert_eq!(table.rows.iter().map(|row| row.epoch).collect::<Vec<_>>(), [1, 1, 2, 2]);
    assert_eq!((layers.rows.len(), layers.layers()), (12, 3));
    assert_eq!(layers.rows[6..], of(2).layers, "unrounded");
}
