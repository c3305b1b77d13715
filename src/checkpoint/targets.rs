//! The parameters of a module, by PyTorch's names and shapes.
//!
//! burn calls a norm's scale and shift `gamma` and `beta`, and keeps a linear map as `[in, out]`; PyTorch says `weight` and
//! `bias`, and `[out, in]`.

use burn::{
    module::{Module, ModuleVisitor, Param},
    tensor::Tensor,
};

/// A parameter of a module, or a running statistic, in PyTorch's spelling and shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its path; scale and shift of a norm are `weight` and `bias`.
    pub name: String,
    /// Its sizes in PyTorch: a linear map is `[out, in]`.
    pub shape: Vec<usize>,
    /// Whether it is a linear map, which burn keeps as `[in, out]`.
    pub linear: bool,
    /// Whether it is trained; running statistics are not.
    pub trained: bool,
}

/// burn's names of a norm's scale and shift as PyTorch's.
pub(super) fn in_pytorch(name: &str) -> String {
    let renamed = name.strip_suffix(".gamma").map(|norm| format!("{norm}.weight"));
    renamed.or_else(|| name.strip_suffix(".beta").map(|norm| format!("{norm}.bias"))).unwrap_or_else(|| name.into())
}

/// The path of a visited parameter.
#[derive(Default)]
pub(super) struct ModulePath {
    names: Vec<String>,
    containers: Vec<String>,
}

impl ModulePath {
    pub(super) fn enter(&mut self, name: &str, container: &str) {
        self.names.push(name.into());
        self.containers.push(container.into());
    }

    pub(super) fn exit(&mut self) {
        self.names.pop();
        self.containers.pop();
    }

    fn container(&self) -> &str {
        self.containers.last().map_or("", String::as_str)
    }

    pub(super) fn name(&self) -> String {
        let name = self.names.join(".");
        if self.container().ends_with("Norm") { in_pytorch(&name) } else { name }
    }

    /// What stands here, of that shape in the module.
    pub(super) fn target(&self, mut shape: Vec<usize>) -> Target {
        let linear = self.container().ends_with(":Linear") && shape.len() == 2;
        if linear {
            shape.reverse();
        }
        let name = self.name();
        let trained = !(name.ends_with("running_mean") || name.ends_with("running_var"));
        Target { name, shape, linear, trained }
    }
}

#[derive(Default)]
struct Targets {
    path: ModulePath,
    found: Vec<Target>,
}

impl ModuleVisitor for Targets {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.path.enter(name, container_type);
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.exit();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let shape = param.lazy_shape().to_vec();
        self.found.push(self.path.target(shape));
    }
}

/// All parameters of a module, none of which is drawn for it.
pub fn targets<M: Module>(module: &M) -> Vec<Target> {
    let mut targets = Targets::default();
    module.visit(&mut targets);
    targets.found
}
