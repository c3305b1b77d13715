//! bf16 beside f32: the same scores and losses within its precision, logits in f32, gradients of the f32 weights.

use burn::tensor::{DType, Device, Tensor};
use rat::{
    Label,
    device::Precision,
    loader::WaveformBatch,
    metrics::{DetectionScores, EerRule},
    model::{Conditioning, Detector, encode},
    ssl::EncoderConfig,
    train::{Stage, TrainState},
};

use super::sounds::{batch, sound};

fn detector(device: &Device) -> Detector {
    Detector::random(&EncoderConfig::tiny(), Conditioning::Reference, 3, device).expect("the tiny encoder fits")
}

fn trained(steps: usize, device: &Device) -> Detector {
    let mut state = TrainState::new(detector(device), Stage::Train, device);
    for step in 0..steps {
        (state, _) = state.step(&batch(step as u64, 4), 1e-3).expect("a finite loss");
    }
    state.inference()
}

/// Probabilities of bona fide, each utterance alone.
fn scores(detector: &Detector, batch: &WaveformBatch, device: &Device) -> Vec<f64> {
    let reference = batch.reference.as_ref().expect("references");
    let score = |(test, reference)| {
        let test = encode(&detector.encoder, std::slice::from_ref(test), device).expect("long enough");
        let reference = encode(&detector.encoder, std::slice::from_ref(reference), device).expect("long enough");
        let logits = detector.forward(&test, Some(&reference));
        assert_eq!(logits.dtype(), DType::F32);
        let logits = logits.into_data().try_to_vec::<f32>().expect("f32");
        1.0 / (1.0 + f64::from(logits[1] - logits[0]).exp())
    };
    batch.test.iter().zip(reference).map(score).collect()
}

#[test]
fn bf16_scores_as_f32_does() {
    let device = Device::flex();
    let exact = trained(40, &device);
    let rounded = exact.clone().in_precision(Precision::Bf16);
    let test = encode(&rounded.encoder, &[sound(1, true)], &device).expect("long enough");
    assert_eq!(test.layers.dtype(), DType::BF16, "activations are bf16");
    let unseen = batch(1_000, 10);
    let (exact, rounded) = (scores(&exact, &unseen, &device), scores(&rounded, &unseen, &device));
    let distance = exact.iter().zip(&rounded).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(distance > 0.0 && distance < 2e-2, "{distance}: {exact:?} {rounded:?}");
    let eer = |scores: &[f64]| {
        let of = |label| {
            let labelled = scores.iter().zip(&unseen.labels).filter(|(_, found)| **found == label);
            labelled.map(|(score, _)| *score).collect::<Vec<_>>()
        };
        DetectionScores::new(&of(Label::Bonafide), &of(Label::Spoof)).expect("both").eer(EerRule::Official).rate
    };
    assert_eq!((eer(&exact), eer(&rounded)), (0.0, 0.0));
}

#[test]
fn bf16_trains_the_f32_weights_of_both_stages() {
    let device = Device::flex();
    for stage in [Stage::Train, Stage::Finetune] {
        let fresh = |precision| TrainState::new(detector(&device), stage, &device).in_precision(precision);
        let (mut exact, mut rounded) = (fresh(Precision::F32), fresh(Precision::Bf16));
        let before = value(rounded.detector());
        for step in 0..3 {
            let (mut losses, rate) = ([0.0; 2], 1e-4);
            (exact, losses[0]) = exact.step(&batch(step, 2), rate).expect("finite");
            (rounded, losses[1]) = rounded.step(&batch(step, 2), rate).expect("finite");
            let [wanted, found] = losses;
            assert_ne!(found, wanted, "something was rounded");
            assert!((found / wanted - 1.0).abs() < 3e-2, "{stage}, step {step}: {found} against {wanted}");
        }
        let after = value(rounded.detector());
        assert_eq!(after.dtype(), DType::F32);
        let moved = (before - after).abs().max().into_scalar::<f32>();
        assert_eq!(moved > 0.0, stage == Stage::Finetune, "{stage}: the encoder moved by {moved}");
    }
}

/// A weight of the encoder.
fn value(detector: &Detector) -> Tensor<2> {
    struct First(Option<Tensor<2>>);
    impl burn::module::ModuleVisitor for First {
        fn visit_float<const D: usize>(&mut self, param: &burn::module::Param<Tensor<D>>) {
            if D == 2 && self.0.is_none() {
                let dims = param.dims();
                self.0 = Some(param.val().without_autodiff().reshape([dims[0], dims[1]]));
            }
        }
    }
    let mut first = First(None);
    burn::module::Module::visit(&detector.encoder, &mut first);
    first.0.expect("the encoder has a matrix")
}
