//! What of a checkpoint goes where in a module, found by names and shapes alone: nothing is read, nothing drawn.

use std::{collections::BTreeMap, fmt::Write, path::Path};

use burn::module::Module;

use super::{
    names::{KeyMap, bare, is_unneeded},
    open::{Checkpoint, Form},
    stored::StoredTensor,
    targets::{Target, in_pytorch, targets},
    transpose::read_transposed,
};
use crate::error::{Error, Result};

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
        let index: BTreeMap<&str, &Target> = targets.iter().map(|target| (target.name.as_str(), target)).collect();
        let mut found = BTreeMap::<&str, Match>::new();
        let (mut unfit, mut unused, mut ignored) = (vec![], vec![], vec![]);
        for stored in checkpoint.tensors() {
            let renamed = renamed(checkpoint.form, &stored.name, keys).into_iter();
            let fits = renamed.filter_map(|renamed| Some((*index.get(renamed.name.as_str())?, renamed.third)));
            let fits: Vec<_> = fits.collect();
            if fits.is_empty() || fits.iter().any(|(target, _)| found.contains_key(target.name.as_str())) {
                let list = if is_unneeded(&stored.name) { &mut ignored } else { &mut unused };
                list.push(stored.clone());
                continue;
            }
            for (target, third) in fits {
                let matched = Match { target: target.clone(), stored: stored.clone(), third, form: checkpoint.form };
                unfit.extend(matched.unfit());
                found.insert(&target.name, matched);
            }
        }
        // The three thirds of a fused tensor say the same of it.
        unfit.dedup();
        let missing = targets.iter().filter(|target| !found.contains_key(target.name.as_str())).cloned().collect();
        let matched = targets.iter().filter_map(|target| found.remove(target.name.as_str())).collect();
        Self { path: checkpoint.path().into(), matched, missing, unfit, unused, ignored }
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
        let unfit = self
            .unfit
            .iter()
            .map(|Unfit { name, expected, found }| format!("{name}: expected {expected}, found {found}"));
        let missing = self
            .missing
            .iter()
            .map(|target| format!("{}: expected shape {:?}, found nothing", target.name, target.shape));
        let unused = self
            .unused
            .iter()
            .map(|tensor| format!("{}: expected no such tensor, found shape {:?}", tensor.name(), tensor.shape()));
        let mut message = format!(
            "checkpoint {} does not fit the network: {} tensors fit, {} are missing, {} have another shape or type, {} are left over",
            self.path.display(),
            self.matched.len() - self.unfit.len().min(self.matched.len()),
            self.missing.len(),
            self.unfit.len(),
            self.unused.len()
        );
        list(&mut message, unfit);
        list(&mut message, missing);
        list(&mut message, unused);
        Err(Error::data(message, self.remedy(remedy)))
    }

    /// A few faults are the file's, many are the choice's.
    fn remedy(&self, choose: impl FnOnce() -> String) -> String {
        let faults = self.missing.len() + self.unfit.len();
        if faults == 0 {
            return "leave them out: `rat-report convert IN OUT.safetensors --allow-missing`".into();
        }
        if 10 * faults < self.matched.len() {
            return "the file is damaged or incomplete; fetch or write it again".into();
        }
        choose()
    }

    /// The checkpoint's file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// The first of many, and how many more there are.
fn list(message: &mut String, tensors: impl ExactSizeIterator<Item = String>) {
    const SHOWN: usize = 24;
    let more = tensors.len().saturating_sub(SHOWN);
    for tensor in tensors.take(SHOWN) {
        write!(message, "\n  tensor {tensor}").expect("a string takes all");
    }
    if more > 0 {
        write!(message, "\n  and {more} more; `rat-report inspect` lists them").expect("a string takes all");
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
