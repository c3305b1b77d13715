//! Parameters numbered by their paths: the same network gets the same numbers in every process, so that checkpoints and
//! optimiser states of the same run are the same bytes. (burn numbers parameters at random.)

use burn::{
    module::{Module, ModuleMapper, Param, ParamId},
    tensor::Tensor,
};
use sha2::{Digest, Sha256};

use super::Detector;

/// The number of the parameter at a path, as `head.linear_in.weight`.
pub fn parameter_id(path: &str) -> ParamId {
    let digest = Sha256::digest(path);
    let first: [u8; 8] = digest[..8].try_into().expect("a digest has 32 bytes");
    ParamId::from(u64::from_le_bytes(first))
}

impl Detector {
    /// The same network with every parameter numbered by its path.
    #[must_use]
    pub fn numbered(self) -> Self {
        self.map(&mut Numbering { path: vec![] })
    }
}

struct Numbering {
    path: Vec<String>,
}

impl ModuleMapper for Numbering {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (_, tensor, mapper) = param.consume();
        Param::from_mapped_value(parameter_id(&self.path.join(".")), tensor, mapper)
    }
}
