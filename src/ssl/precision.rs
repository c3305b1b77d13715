//! A module's products in another precision: the matrices and kernels of its maps are cast, and with them its activations.
//!
//! Scales and shifts of norms, the positional convolution's weight norm and WavLM's position biases stay f32. A cast is a step of
//! the graph under autodiff: gradients come back in f32 to the parameters that it was made of.

use burn::{
    module::{Module, ModuleMapper, Param},
    tensor::{DType, Tensor},
};

/// The module with its products in `dtype`.
pub fn products_in<M: Module>(module: M, dtype: DType) -> M {
    module.map(&mut Cast { dtype, path: vec![] })
}

struct Cast {
    dtype: DType,
    /// Names and containers.
    path: Vec<(String, String)>,
}

impl Cast {
    fn is_product(&self) -> bool {
        let Some((name, container)) = self.path.last() else { return false };
        let map = container.ends_with(":Linear") || container.ends_with(":Conv1d") || name.starts_with("in_proj");
        map && !self.path.iter().any(|(name, _)| name == "gru_rel_pos_linear")
    }
}

impl ModuleMapper for Cast {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.path.push((name.into(), container_type.into()));
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if self.is_product() { param.map(|tensor| tensor.cast(self.dtype)) } else { param }
    }
}
