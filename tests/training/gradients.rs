//! What a step does with gradients: the mean over batches, the norm of all together, activations computed again, replicas.

use burn::{
    module::Module,
    optim::{AdamConfig, GradientsAccumulator, GradientsParams},
    tensor::Device,
};
use rat::{
    device::Precision,
    loader::WaveformBatch,
    model::{Conditioning, Detector},
    ssl::EncoderConfig,
    train::{Stage, StageRecipe, TrainState, clip_norm},
};

use super::{Collect, sounds::batch};

const RATE: f64 = 1e-3;

fn fresh(stage: Stage) -> TrainState {
    let device = Device::flex();
    let detector = Detector::random(&EncoderConfig::tiny(), Conditioning::Reference, 5, &device);
    TrainState::new(detector.expect("the tiny encoder fits"), stage, &device)
}

fn gradients(state: &TrainState, batch: &WaveformBatch) -> GradientsParams {
    state.gradients_of(batch).expect("long enough").0
}

/// Weights by path; running statistics apart.
fn weights(detector: &Detector) -> [Vec<(String, Vec<f32>)>; 2] {
    let mut all = Collect::default();
    detector.visit(&mut all);
    let (statistics, weights) = all.found.into_iter().partition(|(path, _)| path.contains("running"));
    [weights, statistics]
}

fn flat(state: &TrainState, gradients: GradientsParams) -> Vec<f64> {
    let mut all = Collect { gradients: Some(gradients), ..Default::default() };
    state.detector().visit(&mut all);
    all.found.iter().flat_map(|(_, values)| values.iter().map(|&value| f64::from(value))).collect()
}

fn rule(accumulate: usize) -> StageRecipe {
    StageRecipe { accumulate, ..StageRecipe::new(1, RATE, 4) }
}

fn stepped(state: TrainState, batches: &[WaveformBatch]) -> (Detector, f64) {
    let (state, loss) = state.step_on(batches, &rule(batches.len())).expect("finite");
    (state.inference(), loss)
}

#[test]
fn an_accumulated_step_is_adam_on_the_mean_gradient() {
    for stage in [Stage::Train, Stage::Finetune] {
        let batches = [batch(1, 2), batch(2, 2)];
        let state = fresh(stage);
        let mut sum = GradientsAccumulator::default();
        let parts = batches.each_ref().map(|batch| flat(&state, gradients(&state, batch)));
        for part in &batches {
            sum.accumulate(state.detector(), gradients(&state, part));
        }
        let sum = sum.grads();
        // Half the sum as a clipped gradient: the norm of the sum is known.
        let values: Vec<f64> = parts[0].iter().zip(&parts[1]).map(|(a, b)| a + b).collect();
        let norm = values.iter().map(|value| value * value).sum::<f64>().sqrt();
        let mean = clip_norm(state.detector(), sum, norm / 2.0);
        let mut adam = AdamConfig::new().with_epsilon(1e-8).init();
        let wanted = adam.step(RATE, state.detector().clone(), mean).valid();
        let (found, loss) = stepped(fresh(stage), &batches);
        let losses = batches.each_ref().map(|batch| fresh(stage).gradients_of(batch).expect("long enough").1);
        assert!((loss - (losses[0] + losses[1]) / 2.0).abs() < 1e-6, "{loss}: {losses:?}");
        // Adam's first step is the sign of the gradient times the rate, but where gradients are next to nothing.
        let far = distance(&weights(&found)[0], &weights(&wanted)[0], 1e-5);
        assert!(far < 1e-3, "{stage}: {far} of the weights differ");
    }
}

/// The share of values that differ by more than `by`.
fn distance(found: &[(String, Vec<f32>)], wanted: &[(String, Vec<f32>)], by: f32) -> f64 {
    let (mut far, mut all) = (0, 0);
    for ((path, a), (other, b)) in found.iter().zip(wanted) {
        assert_eq!((path, a.len()), (other, b.len()));
        all += a.len();
        far += a.iter().zip(b).filter(|(a, b)| (*a - *b).abs() > by).count();
    }
    far as f64 / all as f64
}

#[test]
fn the_same_batch_twice_is_the_same_step() {
    let one = stepped(fresh(Stage::Train), &[batch(1, 2)]);
    let two = stepped(fresh(Stage::Train), &[batch(1, 2), batch(1, 2)]);
    assert_eq!(one.1, two.1);
    assert_eq!(weights(&one.0)[0], weights(&two.0)[0]);
    let other = stepped(fresh(Stage::Train), &[batch(1, 2), batch(2, 2)]);
    assert_ne!(weights(&one.0)[0], weights(&other.0)[0]);
}

#[test]
fn clipping_is_by_the_norm_of_all_gradients() {
    for stage in [Stage::Train, Stage::Finetune] {
        let (state, batch) = (fresh(stage), batch(3, 2));
        let plain = flat(&state, gradients(&state, &batch));
        let norm = plain.iter().map(|value| value * value).sum::<f64>().sqrt();
        for most in [norm / 7.0, norm * 3.0] {
            let clipped = flat(&state, clip_norm(state.detector(), gradients(&state, &batch), most));
            let factor = (most / (norm + 1e-6)).min(1.0);
            assert_eq!(plain.len(), clipped.len());
            for (a, b) in plain.iter().zip(&clipped) {
                assert!((a * factor - b).abs() <= 1e-5 * (a * factor).abs() + 1e-12, "{stage}: {a} {b}");
            }
        }
    }
}

#[test]
fn activations_computed_again_give_the_same_steps() {
    let start = |precision, checkpointing| {
        fresh(Stage::Finetune).in_precision(precision).checkpointing_activations(checkpointing)
    };
    let run = |checkpointing| {
        let mut state = start(Precision::F32, checkpointing);
        let mut losses = Vec::new();
        for step in 0..3 {
            let loss;
            (state, loss) = state.step(&batch(step, 2), 1e-4).expect("finite");
            losses.push(loss);
        }
        (losses, weights(&state.inference()))
    };
    let (kept, again) = (run(false), run(true));
    assert_eq!(kept.0, again.0);
    for (a, b) in kept.1.iter().zip(&again.1) {
        assert_eq!(distance(a, b, 1e-7), 0.0);
    }
    // In bf16 these are two sets of operations, whose norms differ in the last bit of f32 before they are rounded.
    let [kept, again] = [false, true].map(|checkpointing| {
        let state = start(Precision::Bf16, checkpointing);
        flat(&state, gradients(&state, &batch(0, 2)))
    });
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let cosine = product(&kept, &again) / (product(&kept, &kept) * product(&again, &again)).sqrt();
    assert!(cosine > 0.99, "{cosine}");
}

#[test]
fn frozen_means_frozen() {
    let mut state = fresh(Stage::Train);
    let before = weights(&state.inference());
    for step in 0..3 {
        (state, _) = state.step(&batch(step, 2), 1e-2).expect("finite");
    }
    let after = weights(&state.inference());
    let mut trained = 0;
    for ((path, a), (_, b)) in before[0].iter().zip(&after[0]) {
        match path.starts_with("encoder.") {
            true => assert_eq!(a, b, "{path}"),
            false => trained += 1,
        }
    }
    assert_ne!(before[0], after[0]);
    assert!(before[0].iter().any(|(path, _)| path.starts_with("encoder.")));
    // Two moments for each parameter behind the encoder, none for those of the encoder.
    assert_eq!(state.optimizer_tensors(), 2 * trained);
}

#[test]
fn replicas_train_as_one_device_on_the_mean_of_their_gradients() {
    for stage in [Stage::Train, Stage::Finetune] {
        let pairs = |step: u64| [batch(2 * step, 2), batch(2 * step + 1, 2)];
        let run = |mut state: TrainState, steps: u64| {
            for step in 0..steps {
                (state, _) = state.step_on(&pairs(step), &rule(1)).expect("finite");
            }
            weights(&state.inference())
        };
        let two = || fresh(stage).with_replicas(&[Device::flex()]);
        let (found, wanted) = (run(two(), 3), run(fresh(stage), 3));
        assert_eq!(found[0], wanted[0], "{stage}: the same weights");
        assert_eq!(run(two(), 3), found, "{stage}: again the same");
        // Each replica's batch moves its own statistics from the same start; theirs are the mean.
        let alone = pairs(0).map(|batch| weights(&stepped(fresh(stage), &[batch]).0));
        for ((path, mean), (a, b)) in run(two(), 1)[1].iter().zip(alone[0][1].iter().zip(&alone[1][1])) {
            for (mean, (a, b)) in mean.iter().zip(a.1.iter().zip(&b.1)) {
                assert!((mean - (a + b) / 2.0).abs() < 1e-6, "{stage}, {path}: {mean}, {a} and {b}");
            }
        }
    }
}
