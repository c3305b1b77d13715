//! How precise the network computes: in f32, or in bf16 with f32 where it matters (Micikevicius et al. 2018, mixed precision).

use std::{fmt, str::FromStr};

use burn::tensor::DType;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// What encoder and reference block compute in. Norms, softmax, pooling, head, loss, logits and scores are f32 in either, and so
/// are the weights that training keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// 24 bits of precision.
    #[default]
    F32,
    /// 8 bits of precision and the range of f32: half the memory, and fast on GPUs; slower than f32 on a CPU.
    Bf16,
}

impl Precision {
    /// The type of weights and activations.
    pub fn dtype(self) -> DType {
        match self {
            Self::F32 => DType::F32,
            Self::Bf16 => DType::BF16,
        }
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::F32 => "f32",
            Self::Bf16 => "bf16",
        })
    }
}

impl FromStr for Precision {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "f32" => Ok(Self::F32),
            "bf16" => Ok(Self::Bf16),
            _ => Err(Error::config("precision", format!("`{text}` is not known"), "use f32 or bf16")),
        }
    }
}
