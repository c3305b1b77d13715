//! A module filled by a plan: tensors are read by all cores, each into the buffer that becomes its parameter.

use std::collections::HashMap;

use burn::{
    module::{Module, ModuleMapper, Param, ParamId},
    tensor::{Tensor, TensorData},
};
use rayon::prelude::*;

use super::{
    plan::{Missing, Plan},
    targets::ModulePath,
};
use crate::error::{Error, Result};

impl Plan {
    /// The module with the checkpoint's values; what has none keeps its own.
    ///
    /// # Errors
    /// Where the file cannot be read, a shape is wrong, or a value is no finite number.
    pub fn fill<M: Module>(&self, module: M) -> Result<M> {
        self.check(Missing::Allow, || "choose the network that the checkpoint was made for".into())?;
        let read = |matched: &super::Match| {
            let values = matched.read(true)?;
            if !values.par_iter().all(|value| value.is_finite()) {
                let remedy = "the file is damaged, or its training diverged; fetch it again, or take an earlier epoch";
                return Err(Error::tensor(matched.stored.name(), "finite numbers", "NaN or infinity", remedy));
            }
            Ok((matched.target.name.clone(), (matched.stored.id, values)))
        };
        let values = self.matched.par_iter().map(read).collect::<Result<_>>()?;
        Ok(module.map(&mut Filler { path: ModulePath::default(), values }))
    }
}

struct Filler {
    path: ModulePath,
    values: HashMap<String, (Option<u64>, Vec<f32>)>,
}

impl ModuleMapper for Filler {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.path.enter(name, container_type);
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.exit();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some((id, values)) = self.values.remove(&self.path.name()) else { return param };
        let tensor = Tensor::from_data(TensorData::new(values, param.lazy_shape()), &param.lazy_device());
        // An optimiser's state belongs to the parameter of its number.
        let id = id.map_or(param.id, ParamId::from);
        param.transform_for_load(tensor, id)
    }
}
