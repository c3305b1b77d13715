//! A step of burn's autodiff graph whose backward is a closure.

use std::{fmt, sync::Arc};

use burn::tensor::Tensor;
use burn_autodiff::{
    Autodiff,
    checkpoint::{base::Checkpointer, strategy::NoCheckpointing},
    grads::Gradients,
    ops::{Backward, NodeGuard, Ops, OpsKind},
};
use burn_flex::{Flex, FlexTensor};

use super::super::cpu::contiguous;

/// An input of a step: its values, contiguous, and its place in the graph.
pub(super) struct Input {
    pub(super) values: FlexTensor,
    node: NodeGuard,
}

/// A tensor as an input; one outside the graph is a constant.
pub(super) fn input<const D: usize>(tensor: Tensor<D>) -> Input {
    let tensor = tensor.autodiff().try_into_primitive::<Autodiff<Flex>>();
    let (values, node) = tensor.expect("the caller asked `serves` first").into_parts();
    Input { values: contiguous(values), node }
}

/// From the gradient of the output, contiguous, and which inputs' gradients are wanted, to those.
type Rule<const N: usize> = dyn Fn(FlexTensor, [bool; N]) -> [Option<FlexTensor>; N] + Send + Sync;

/// Records a step.
///
/// # Shapes
/// - output and each gradient: as the step's values
pub(super) fn record<const N: usize, const D: usize>(
    inputs: [Input; N],
    output: FlexTensor,
    backward: impl Fn(FlexTensor, [bool; N]) -> [Option<FlexTensor>; N] + Send + Sync + 'static,
) -> Tensor<D> {
    let nodes = inputs.map(|input| input.node);
    let output = match Step.prepare::<NoCheckpointing>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(step) => step.finish(Held(Arc::new(backward)), output),
        OpsKind::UnTracked(step) => step.finish(output),
    };
    Tensor::from_primitive::<Autodiff<Flex>>(output)
}

#[derive(Debug)]
struct Step;

#[derive(Clone)]
struct Held<const N: usize>(Arc<Rule<N>>);

impl<const N: usize> fmt::Debug for Held<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Held")
    }
}

impl<const N: usize> Backward<Flex, N> for Step {
    type State = Held<N>;

    fn backward(self, ops: Ops<Held<N>, N>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = contiguous(gradients.consume::<Flex>(&ops.node));
        let wanted = ops.parents.each_ref().map(Option::is_some);
        let found = (ops.state.0)(gradient, wanted);
        for (parent, gradient) in ops.parents.iter().zip(found) {
            if let (Some(parent), Some(gradient)) = (parent, gradient) {
                gradients.register::<Flex>(parent.id, gradient);
            }
        }
    }
}
