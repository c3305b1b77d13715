//! The CPU's steps with a backward of their own against burn's operations, which the same code takes where activations are
//! computed again.

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param},
    nn::{LayerNormConfig, LinearConfig},
    optim::GradientsParams,
    tensor::{Device, GradientCheckpointingStrategy, Tensor},
};
use rat::ssl::{Lengths, SslEncoder, Then, attend, layer_norm, linear, norm_pool};

const STRATEGIES: [GradientCheckpointingStrategy; 2] =
    [GradientCheckpointingStrategy::Disabled, GradientCheckpointingStrategy::Balanced];

fn drawn<const D: usize>(seed: u64, dims: [usize; D]) -> Tensor<D> {
    super::drawn(seed, dims, &Device::flex())
}

/// A leaf of a graph whose operations are the steps under test, or burn's.
fn leaf<const D: usize>(seed: u64, dims: [usize; D], strategy: GradientCheckpointingStrategy) -> Tensor<D> {
    marked(drawn(seed, dims), strategy).require_grad()
}

pub(super) fn marked<const D: usize>(tensor: Tensor<D>, strategy: GradientCheckpointingStrategy) -> Tensor<D> {
    match strategy {
        GradientCheckpointingStrategy::Balanced => {
            tensor.autodiff().with_gradient_checkpointing_strategy(GradientCheckpointingStrategy::Balanced)
        }
        _ => tensor.autodiff(),
    }
}

struct Mark(GradientCheckpointingStrategy);

impl ModuleMapper for Mark {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(|tensor| marked(tensor, self.0).require_grad())
    }
}

/// The gradients of a module's parameters, by their places.
struct Collect<'a>(&'a GradientsParams, Vec<Vec<f32>>);

impl ModuleVisitor for Collect<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.1.extend(self.0.get::<D>(param.id).map(values));
    }
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_to_vec::<f32>().expect("f32")
}

/// Every list of ours is near burn's: the largest error over the root mean square.
fn compare(found: &[Vec<Vec<f32>>; 2], bound: f64, what: &str) {
    let [ours, burns] = found;
    assert_eq!(ours.len(), burns.len(), "{what}");
    for (place, (ours, burns)) in ours.iter().zip(burns).enumerate() {
        assert_eq!(ours.len(), burns.len(), "{what}, {place}");
        let rms = (burns.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / burns.len() as f64).sqrt();
        let error = ours.iter().zip(burns).map(|(&a, &b)| f64::from((a - b).abs())).fold(0.0, f64::max);

        assert!(error <= bound * rms + 1e-6, "{what}, {place}: {error:e} of {rms:e}");
        assert!(rms > 0.0 || what.contains("zero"), "{what}, {place}: nothing to compare");
    }
}

/// The output, and the gradients of a weighted sum of it with respect to the leaves.
macro_rules! slopes {
    ($output:expr, $($leaf:expr),+) => {{
        let output = $output;
        let weights = drawn(99, output.dims());
        let gradients = (output.clone() * weights).sum().backward();
        vec![values(output), $(values($leaf.grad(&gradients).expect("it is a leaf"))),+]
    }};
}

#[test]
fn a_linear_map_and_what_follows() {
    for (name, then) in [("nothing", 0), ("gelu", 1), ("relu", 2), ("add", 3)] {
        let found = STRATEGIES.map(|strategy| {
            let mut map = LinearConfig::new(37, 50).init(&Device::flex());
            map.weight = map.weight.map(|_| leaf(1, [37, 50], strategy));
            map.bias = map.bias.map(|bias| bias.map(|_| leaf(2, [50], strategy)));
            let (input, other) = (leaf(3, [3, 41, 37], strategy), leaf(4, [3, 41, 50], strategy));
            let how = match then {
                0 => Then::Nothing,
                1 => Then::Gelu,
                2 => Then::Relu,
                _ => Then::Add(other.clone()),
            };
            // The input is heard twice, so that its gradient is a sum.
            let output = linear(&map, input.clone(), how) + input.clone().sum_dim(2) + other.clone();
            let (weight, bias) = (map.weight.val(), map.bias.as_ref().expect("it has one").val());
            slopes!(output, input, other, weight, bias)
        });
        compare(&found, 2e-5, name);
    }
}

#[test]
fn layer_norm_and_the_mean_after_it() {
    let lengths = Lengths::new(vec![29, 17, 1], 29);
    let found = STRATEGIES.map(|strategy| {
        let mut norm = LayerNormConfig::new(70).init(&Device::flex());
        norm.gamma = norm.gamma.map(|_| leaf(1, [70], strategy));
        norm.beta = norm.beta.map(|beta| beta.map(|_| leaf(2, [70], strategy)));
        let input = leaf(3, [6, 29, 70], strategy);
        let (gamma, beta) = (norm.gamma.val(), norm.beta.as_ref().expect("it has one").val());
        let mut all = slopes!(layer_norm(&norm, input.clone()), input, gamma, beta);
        all.extend(slopes!(norm_pool(&norm, input.clone(), &lengths), input, gamma, beta));
        all.extend(slopes!(norm_pool(&norm, input.clone(), &Lengths::full(2, 29)), input, gamma, beta));
        all
    });
    compare(&found, 2e-5, "norm");
}

#[test]
fn attention_with_and_without_padding() {
    // 700 rows of 3 x 43 x 57 scores are more than stand in memory at a time.
    for (rows, padded) in [(2, false), (2, true), (700, true)] {
        let found = STRATEGIES.map(|strategy| {
            let (query, key) = (leaf(1, [rows, 43, 24], strategy), leaf(2, [rows, 57, 24], strategy));
            let value = leaf(3, [rows, 57, 24], strategy);
            let lengths = Lengths::new((0..rows).map(|row| if padded { 57 - row % 50 } else { 57 }).collect(), 57);
            let bias = padded.then(|| lengths.attention_bias(&Device::flex()));
            slopes!(attend(query.clone(), key.clone(), value.clone(), 3, bias), query, key, value)
        });
        compare(&found, 2e-5, "attention");
    }
}

#[test]
fn every_parameter_of_every_family_of_encoders() {
    let lengths = Lengths::new(vec![9_000, 5_003], 9_000);
    let waveforms = drawn::<2>(3, [2, 9_000]) * lengths.mask(&Device::flex());
    for config in super::encoders() {
        let found = STRATEGIES.map(|strategy| {
            let encoder =
                SslEncoder::random(&config, 2, &Device::flex()).expect("valid sizes").map(&mut Mark(strategy));
            let features = encoder.forward(marked(waveforms.clone(), strategy), &lengths);
            let mask = features.lengths.mask(&Device::flex()).unsqueeze_dims::<4>(&[0, 3]);
            let loss = (features.layers.clone() * drawn(9, features.layers.dims()) * mask).sum();
            let gradients = GradientsParams::from_grads(loss.backward(), &encoder);
            let mut all = Collect(&gradients, vec![]);
            encoder.visit(&mut all);
            assert!(all.1.len() > 30, "{} parameters have gradients", all.1.len());
            all.1
        });
        compare(&found, 1e-4, &format!("zero or more of {config:?}"));
    }
}

#[test]
fn two_batches_in_one_pass_are_two_passes() {
    let [config, ..] = super::encoders();
    let lengths = Lengths::new(vec![6_000, 4_000, 5_003], 6_000);
    let waveforms = drawn::<2>(5, [3, 6_000]) * lengths.mask(&Device::flex());
    let encoder = SslEncoder::random(&config, 2, &Device::flex()).expect("valid sizes").train();
    let (first, others) = encoder.forward_two(waveforms.clone().autodiff(), &lengths, 1);
    assert_eq!((first.lengths.as_slice().len(), others.lengths.as_slice().len()), (1, 2));
    let alone = encoder.forward(waveforms.narrow(0, 1, 2).autodiff(), &Lengths::new(vec![4_000, 5_003], 6_000));
    assert_eq!(alone.lengths, others.lengths);
    compare(&[vec![values(others.layers)], vec![values(alone.layers)]], 2e-5, "layers");
}
