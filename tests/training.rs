//! Training on the golden network equals PyTorch's; gradients, precision, replicas, resume and settings of runs.

#![cfg(feature = "network")]

mod fixture_corpus;
mod golden;

#[path = "training/fallback.rs"]
mod fallback;
#[path = "training/gradients.rs"]
mod gradients;
#[path = "training/precision.rs"]
mod precision;
#[path = "training/resume.rs"]
mod resume;
#[path = "training/settings.rs"]
mod settings;
#[path = "training/sounds.rs"]
mod sounds;

use burn::{
    module::{Module, ModuleVisitor, Param},
    optim::GradientsParams,
    tensor::{Device, Tensor, TensorData},
};
use golden::{Tensors, fixture};
use rat::{
    Label,
    contribution::{gradient_rms, reference_effect},
    model::Conditioning,
    ssl::{Lengths, SslFeatures},
    train::{Stage, TrainState},
};

fn devices() -> Vec<Device> {
    rat::device::backends().into_iter().map(|name| rat::device::open(name).expect(name).device).collect()
}

fn features(io: &Tensors, key: &str, device: &Device) -> SslFeatures {
    let (dims, values) = io.get(key);
    let dims = [dims[0], dims[1], dims[2], dims[3]];
    let layers = Tensor::from_data(TensorData::new(values.to_vec(), dims), device);
    SslFeatures { layers, lengths: Lengths::full(dims[1], dims[2]) }
}

/// All float parameters, or their gradients, by their paths, `[out, in]` as in PyTorch.
#[derive(Default)]
struct Collect {
    path: Vec<(String, String)>,
    found: Vec<(String, Vec<f32>)>,
    gradients: Option<GradientsParams>,
}

impl Collect {
    fn get(&self, name: &str) -> &[f32] {
        &self.found.iter().find(|(path, _)| path == name).unwrap_or_else(|| panic!("{name}")).1
    }
}

impl ModuleVisitor for Collect {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.push((name.into(), container.into()));
    }
    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let linear = self.path.iter().rev().nth(1).is_some_and(|(_, container)| container.ends_with(":Linear"))
            || self.path.last().is_some_and(|(_, container)| container.ends_with(":Linear"));
        let value = match &self.gradients {
            Some(gradients) => match gradients.get::<D>(param.id) {
                Some(gradient) => gradient,
                None => return,
            },
            None => param.val(),
        };
        let value = if linear && D == 2 { value.transpose() } else { value };
        let path: Vec<&str> = self.path.iter().map(|(name, _)| name.as_str()).collect();
        self.found.push((path.join("."), value.into_data().try_to_vec::<f32>().expect("f32")));
    }
}

/// Ours, PyTorch's.
const NAMES: [(&str, &str); 24] = [
    ("block.attention.in_proj_weight", "attn.in_proj_weight"),
    ("block.attention.in_proj_bias", "attn.in_proj_bias"),
    ("block.attention.out_proj.weight", "attn.out_proj.weight"),
    ("block.attention.out_proj.bias", "attn.out_proj.bias"),
    ("block.norm.gamma", "preattn_ln.weight"),
    ("block.norm.beta", "preattn_ln.bias"),
    ("block.mlp_in.weight", "attn_mlp.0.weight"),
    ("block.mlp_in.bias", "attn_mlp.0.bias"),
    ("block.mlp_out.weight", "attn_mlp.2.weight"),
    ("block.mlp_out.bias", "attn_mlp.2.bias"),
    ("block.final_norm.gamma", "final_ln.weight"),
    ("block.final_norm.beta", "final_ln.bias"),
    ("head.linear_in.weight", "classifier.0.weight"),
    ("head.linear_in.bias", "classifier.0.bias"),
    ("head.norm_in.gamma", "classifier.1.weight"),
    ("head.norm_in.beta", "classifier.1.bias"),
    ("head.norm_in.running_mean", "classifier.1.running_mean"),
    ("head.norm_in.running_var", "classifier.1.running_var"),
    ("head.linear_middle.weight", "classifier.3.weight"),
    ("head.linear_middle.bias", "classifier.3.bias"),
    ("head.norm_middle.running_mean", "classifier.4.running_mean"),
    ("head.norm_middle.running_var", "classifier.4.running_var"),
    ("head.linear_out.weight", "classifier.6.weight"),
    ("head.linear_out.bias", "classifier.6.bias"),
];

#[test]
fn one_adam_step_equals_pytorch() {
    let io = Tensors::read("rat_io.safetensors");
    let expected = Tensors::read("rat_train_step.safetensors");
    for device in devices() {
        // A forward pass in training moves the running statistics, so the gradients have a network of their own.
        let fresh =
            || TrainState::new(golden::rat("rat.safetensors", Conditioning::Reference, &device), Stage::Train, &device);
        let test = features(&io, "emb_test_layers", &device);
        let reference = features(&io, "emb_ref_layers.matched", &device);
        let labels = [Label::Bonafide, Label::Spoof];
        let state = fresh();
        let (gradients, _) = state.gradients(&test, Some(&reference), &labels);
        let mut gradient = Collect { gradients: Some(gradients), ..Default::default() };
        state.detector().visit(&mut gradient);
        assert!(gradient.found.iter().all(|(path, _)| !path.starts_with("encoder")), "the encoder is frozen");
        let (state, loss) = fresh().step_features(&test, Some(&reference), &labels, 1e-3);
        let wanted = f64::from(expected.get("loss").1[0]);
        assert!((loss - wanted).abs() < 1e-5, "loss {loss}, expected {wanted}");
        let mut after = Collect::default();
        state.inference().visit(&mut after);
        for (ours, theirs) in NAMES {
            let (found, wanted) = (after.get(ours), expected.get(&format!("after.{theirs}")).1);
            assert_eq!(found.len(), wanted.len(), "{ours}");
            // Running statistics have no gradient.
            let slopes =
                (!theirs.contains("running")).then(|| (gradient.get(ours), expected.get(&format!("grad.{theirs}")).1));
            for (place, (a, b)) in found.iter().zip(wanted).enumerate() {
                let slope = slopes.map(|(ours, theirs)| (ours[place], theirs[place]));
                if let Some((mine, torch)) = slope {
                    assert!(
                        (mine - torch).abs() < 1e-6 + 1e-4 * torch.abs(),
                        "gradient of {ours}: {mine:e}, {torch:e}"
                    );
                }
                // A gradient of zero but for rounding (the keys' bias) gives a step of any size up to the learning rate.
                let tolerance = if slope.is_some_and(|(_, torch)| torch.abs() < 1e-6) { 2e-3 } else { 1e-5 };
                assert!((a - b).abs() < tolerance, "{ours}: {a} against {b}");
            }
        }
    }
}

#[test]
fn delta_trace_and_gradient_probe_equal_pytorch() {
    let io = Tensors::read("rat_io.safetensors");
    let text = std::fs::read_to_string(fixture("rat_probes.json")).expect("the fixture is there");
    let probes: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let values = |value: &serde_json::Value| -> Vec<f64> {
        value.as_array().expect("a list").iter().map(|x| x.as_f64().expect("a number")).collect()
    };
    let close = |found: &[f64], wanted: &[f64], what: &str| {
        assert_eq!(found.len(), wanted.len(), "{what}");
        for (a, b) in found.iter().zip(wanted) {
            assert!((a - b).abs() <= 2e-5 * b.abs().max(1e-2), "{what}: {a} against {b}");
        }
    };
    for device in devices() {
        let detector = golden::rat("rat.safetensors", Conditioning::Reference, &device);
        let test = features(&io, "emb_test_layers", &device);
        let reference = features(&io, "emb_ref_layers.matched", &device);
        for degradation in ["noise", "silence"] {
            let degraded = features(&io, &format!("emb_ref_layers.{degradation}"), &device);
            let effect = reference_effect(&detector, &test, &reference, &degraded);
            let keys = ["attn_map", "mlp_out", "combined", "residual", "final_out", "emb", "logits"];
            for (found, key) in effect.deltas.iter().zip(keys) {
                close(found, &values(&probes[format!("delta.{degradation}.{key}")]), key);
            }
            close(&effect.margin, &values(&probes["margin"]["matched"]), "margin");
            close(&effect.margin_degraded, &values(&probes["margin"][degradation]), degradation);
            close(&effect.branch_ratio, &values(&probes["ratio_attn_mlp"]), "branch ratio");
        }
        let gradient = gradient_rms(&detector, &test, &reference, &[Label::Bonafide, Label::Spoof]);
        // PyTorch's loss was the mean over the batch of two.
        let half = |values: &[f64]| values.iter().map(|value| value / 2.0).collect::<Vec<_>>();
        let near = |found: Vec<f64>, wanted: Vec<f64>| {
            for (a, b) in found.iter().zip(&wanted) {
                assert!((a / b - 1.0).abs() < 1e-4, "gradient: {a} against {b}");
            }
        };
        near(half(&gradient.reference), values(&probes["grad_rms_ref"]));
        near(half(&gradient.test), values(&probes["grad_rms_test"]));
    }
}

/// Two graphs built side by side lost their steps in most runs of this length: test and reference are encoded in turn.
#[test]
fn stage_2_keeps_its_graph_over_many_steps() {
    use rat::{Waveform, loader::WaveformBatch};
    let device = rat::device::open("cpu").expect("always there").device;
    let detector = golden::rat("rat.safetensors", Conditioning::Reference, &device);
    let mut state = TrainState::new(detector, Stage::Finetune, &device);
    let sound = |pitch: f32| Waveform::new((0..2_000).map(|at| (at as f32 * pitch).sin()).collect());
    let batch = WaveformBatch {
        test: vec![sound(0.02), sound(0.07)],
        reference: Some(vec![sound(0.03), sound(0.05)]),
        labels: vec![Label::Bonafide, Label::Spoof],
    };
    let mut losses = Vec::new();
    for _ in 0..150 {
        let loss;
        (state, loss) = state.step(&batch, 1e-3).expect("a finite loss");
        losses.push(loss);
    }
    assert!(losses[149] < 0.5 * losses[0], "it learns two recordings by heart: {} to {}", losses[0], losses[149]);
}
