//! The types of numbers that checkpoints hold.

use std::fmt;

/// What a checkpoint's numbers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoredType {
    /// 64 bits, rounded when read.
    F64,
    /// 32 bits.
    F32,
    /// IEEE half precision.
    F16,
    /// The upper half of an f32.
    Bf16,
    /// A type that no weight has, as the int64 of BatchNorm's step counter.
    Other(&'static str, usize),
}

/// Types that are known and not read as f32, with their bytes.
const OTHERS: [(&str, usize); 12] = [
    ("i64", 8),
    ("i32", 4),
    ("i16", 2),
    ("i8", 1),
    ("u64", 8),
    ("u32", 4),
    ("u16", 2),
    ("u8", 1),
    ("bool", 1),
    ("c64", 8),
    ("f8_e4m3", 1),
    ("f8_e5m2", 1),
];

impl StoredType {
    /// The type of that name, in any case.
    pub fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "f64" => Some(Self::F64),
            "f32" => Some(Self::F32),
            "f16" => Some(Self::F16),
            "bf16" => Some(Self::Bf16),
            other => OTHERS.iter().find(|row| row.0 == other).map(|&(name, bytes)| Self::Other(name, bytes)),
        }
    }

    /// Bytes of one number.
    pub fn bytes(self) -> usize {
        match self {
            Self::F64 => 8,
            Self::F32 => 4,
            Self::F16 | Self::Bf16 => 2,
            Self::Other(_, bytes) => bytes,
        }
    }

    /// Whether it is read as f32.
    pub fn is_float(self) -> bool {
        !matches!(self, Self::Other(..))
    }
}

impl fmt::Display for StoredType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::F64 => "f64",
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::Bf16 => "bf16",
            Self::Other(name, _) => name,
        })
    }
}
