//! What of a checkpoint goes where in a module, found by names and shapes alone: nothing is read, nothing drawn.

use std::{collections::BTreeMap, fmt::Write, path::Path};

use burn::{
    module::{Module, ModuleVisitor, Param},
    tensor::Tensor,
};

use super::{
    names::{KeyMap, bare, is_unneeded},
    open::{Checkpoint, Form},
    stored::StoredTensor,
    transpose::read_transposed,
};
use crate::error::{Error, Result};

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

/// A target with the tensor that fills it.
#[derive(Clone, Debug)]
pub struct Match {
    /// What is filled.
    pub target: Target,
    /// By which tensor.
    pub stored: StoredTensor,
    /// By which third of it, where projections are fused.
    pub third: Option<usize>,
    form: Form,
}

/// A tensor that has a target and does not fit it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// Its name in the file.
    pub name: String,
    /// What would fit.
    pub expected: String,
    /// What is there.
    pub found: String,
}

/// What to do about parameters that the file lacks, and tensors that the module lacks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Missing {
    /// An error that lists them.
    #[default]
    Refuse,
    /// Parameters keep the values they have, tensors stay unread.
    Allow,
}

/// What fits and what does not.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(super) path: std::path::PathBuf,
    /// What fits.
    pub matched: Vec<Match>,
    /// Parameters that the file lacks.
    pub missing: Vec<Target>,
    /// Tensors of another shape or type.
    pub unfit: Vec<Unfit>,
    /// Tensors that the module lacks.
    pub unused: Vec<StoredTensor>,
    /// Tensors that no inference needs.
    pub ignored: Vec<StoredTensor>,
}

impl Plan {
    /// Finds a tensor for each parameter of a module, whose names are [`KeyMap::ours`].
    pub fn new<M: Module>(checkpoint: &Checkpoint, module: &M, keys: &KeyMap) -> Self {
        let targets = targets(module);
        let mut by_name: BTreeMap<&str, Option<Match>> =
            targets.iter().map(|target| (target.name.as_str(), None)).collect();
        let mut plan = Self {
            path: checkpoint.path().into(),
            matched: vec![],
            missing: vec![],
            unfit: vec![],
            unused: vec![],
            ignored: vec![],
        };
        let index: BTreeMap<&str, &Target> = targets.iter().map(|target| (target.name.as_str(), target)).collect();
        for stored in checkpoint.tensors() {
            let found: Vec<_> = renamed(checkpoint.form(), stored.name(), keys)
                .into_iter()
                .filter_map(|renamed| Some((index.get(renamed.name.as_str())?, renamed.third)))
                .collect();
            let taken = found.iter().any(|(target, _)| by_name[target.name.as_str()].is_some());
            if found.is_empty() || taken {
                let list = if is_unneeded(stored.name()) { &mut plan.ignored } else { &mut plan.unused };
                list.push(stored.clone());
                continue;
            }
            for (target, third) in found {
                let matched =
                    Match { target: (*target).clone(), stored: stored.clone(), third, form: checkpoint.form() };
                plan.unfit.extend(matched.unfit().filter(|unfit| plan.unfit.last() != Some(unfit)));
                by_name.insert(&target.name, Some(matched));
            }
        }
        for target in &targets {
            match by_name.remove(target.name.as_str()).flatten() {
                Some(matched) => plan.matched.push(matched),
                None => plan.missing.push(target.clone()),
            }
        }
        plan
    }

    /// Whether each has its other, ignored tensors aside.
    pub fn is_whole(&self) -> bool {
        self.missing.is_empty() && self.unfit.is_empty() && self.unused.is_empty()
    }

    /// Refuses what does not fit, with all names and shapes.
    ///
    /// # Errors
    /// Where a shape is wrong, or, unless that is allowed, something is missing or unused; `remedy` is asked then.
    pub fn check(&self, missing: Missing, remedy: impl FnOnce() -> String) -> Result<()> {
        if self.unfit.is_empty() && (missing == Missing::Allow && !self.matched.is_empty() || self.is_whole()) {
            return Ok(());
        }
        let mut message = format!("checkpoint {} does not fit the network", self.path.display());
        for Unfit { name, expected, found } in &self.unfit {
            write!(message, "\n  tensor {name}: expected {expected}, found {found}").expect("a string takes all");
        }
        for Target { name, shape, .. } in &self.missing {
            write!(message, "\n  tensor {name}: expected shape {shape:?}, found nothing").expect("a string takes all");
        }
        for tensor in &self.unused {
            let shape = tensor.shape();
            write!(message, "\n  tensor {}: expected no such tensor, found shape {shape:?}", tensor.name())
                .expect("a string takes all");
        }
        Err(Error::data(message, remedy()))
    }

    /// The checkpoint's file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Match {
    /// The target's values in PyTorch's order, or, for the module, in burn's.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn read(&self, for_module: bool) -> Result<Vec<f32>> {
        let count = self.target.shape.iter().product::<usize>();
        let start = self.third.unwrap_or(0) * count;
        let values = self.stored.open()?;
        let stored_transposed = self.target.linear && self.form == Form::Burnpack;
        match self.target.shape.as_slice() {
            &[outputs, inputs] if self.target.linear && for_module != stored_transposed => {
                let [rows, columns] = if stored_transposed { [inputs, outputs] } else { [outputs, inputs] };
                read_transposed(&values, start, rows, columns)
            }
            _ => values.read(start, count),
        }
    }

    fn unfit(&self) -> Option<Unfit> {
        let mut shape = self.target.shape.clone();
        if self.target.linear && self.form == Form::Burnpack {
            shape.reverse();
        }
        if let (Some(_), Some(rows)) = (self.third, shape.first_mut()) {
            *rows *= 3;
        }
        let (name, dtype) = (self.stored.name().to_owned(), self.stored.dtype());
        if self.stored.shape() != shape {
            let found = format!("shape {:?}", self.stored.shape());
            return Some(Unfit { name, expected: format!("shape {shape:?}"), found });
        }
        (!dtype.is_float()).then(|| Unfit {
            name,
            expected: "floating-point numbers".into(),
            found: format!("type {dtype}"),
        })
    }
}

/// Our names of a tensor, in PyTorch's spelling.
pub(super) fn renamed(form: Form, name: &str, keys: &KeyMap) -> Vec<super::Renamed> {
    let mut name = bare(name).to_owned();
    if form == Form::Burnpack {
        name = in_pytorch(&name);
    }
    keys.ours(&name)
}

impl Checkpoint {
    /// Shapes under our names, of thirds where projections are fused: what an encoder is told by. Linear maps of our own
    /// files are `[in, out]`.
    pub fn shapes(&self, keys: &KeyMap) -> BTreeMap<String, Vec<usize>> {
        let mut shapes = BTreeMap::new();
        for stored in &self.tensors {
            for renamed in renamed(self.form, &stored.name, keys) {
                let mut shape = stored.shape.clone();
                if let (Some(_), Some(rows)) = (renamed.third, shape.first_mut()) {
                    *rows /= 3;
                }
                shapes.insert(renamed.name, shape);
            }
        }
        shapes
    }
}

/// burn's names of a norm's scale and shift as PyTorch's.
fn in_pytorch(name: &str) -> String {
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
