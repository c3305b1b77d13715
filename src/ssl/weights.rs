//! Fresh weights as a function of (seed, parameter name): the same on every device, whatever is drawn before or beside.

use burn::{
    module::{Module, ModuleMapper, Param},
    tensor::{Tensor, TensorData},
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

/// Draws every weight matrix and kernel from U(-1/sqrt(fan in), 1/sqrt(fan in)), as PyTorch's Linear and Conv1d do; scales of
/// norms stay 1, vectors of other layers become 0.
///
/// `room` keeps parameters of the same path in different modules apart.
pub fn draw_weights<M: Module>(module: M, seed: u64, room: &str) -> M {
    module.map(&mut WeightDraw { seed, path: vec![room.to_owned()], containers: vec![] })
}

struct WeightDraw {
    seed: u64,
    path: Vec<String>,
    containers: Vec<String>,
}

impl WeightDraw {
    fn generator(&self) -> ChaCha8Rng {
        let mut hash = Sha256::new();
        hash.update(self.seed.to_le_bytes());
        hash.update(self.path.join("."));
        ChaCha8Rng::from_seed(hash.finalize().into())
    }

    fn in_norm(&self) -> bool {
        self.containers.last().is_some_and(|container| container.ends_with("Norm"))
    }
}

impl ModuleMapper for WeightDraw {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.path.push(name.into());
        self.containers.push(container_type.into());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
        self.containers.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let value = param.val();
        let dims = value.dims();
        let device = value.device();
        // The weight norm's g, [1, 1, kernel], is a scale too, and so is WavLM's gate, [1, heads, 1, 1].
        if self.in_norm() || (D >= 3 && dims[0] == 1) {
            return param;
        }
        let count: usize = dims.iter().product();
        let values: Vec<f32> = if D < 2 {
            vec![0.0; count]
        } else {
            let bound = 1.0 / (fan_in(&dims, &self.containers) as f32).sqrt();
            let mut generator = self.generator();
            (0..count).map(|_| generator.random_range(-bound..bound)).collect()
        };
        param.map(|_| Tensor::from_data(TensorData::new(values, dims), &device))
    }
}

/// Inputs of one output: burn's Linear is `[in, out]`, kernels are `[out, in, width]`, a packed projection `[3 F, F]`.
fn fan_in(dims: &[usize], containers: &[String]) -> usize {
    match dims {
        [inputs, _] if containers.last().is_some_and(|name| name.ends_with(":Linear")) => *inputs,
        [_, inputs] => *inputs,
        [_, inputs, width] => inputs * width,
        _ => dims.iter().product(),
    }
}
