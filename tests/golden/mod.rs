//! Reading the golden tensors.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use rat::{
    model::{Conditioning, Detector},
    ssl::{EncoderConfig, ExtractorNorm, NormOrder},
};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};

/// A file of `tests/fixtures/golden`.
pub fn fixture(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/golden").join(file)
}

/// The sizes that all networks in `golden` share.
pub fn shapes_like() -> EncoderConfig {
    EncoderConfig {
        name: "golden".into(),
        conv_channels: 16,
        conv_bias: true,
        extractor_norm: ExtractorNorm::Layer,
        features: 32,
        layers: 2,
        heads: 4,
        feed_forward: 64,
        norm_order: NormOrder::Pre,
        positional_kernel: 16,
        positional_groups: 4,
        normalise_waveform: true,
        relative_positions: None,
    }
}

/// The same with the real models' positional convolution.
pub fn wide_kernel() -> EncoderConfig {
    EncoderConfig { positional_kernel: 128, positional_groups: 16, ..shapes_like() }
}

/// The golden RAT.
pub fn rat(file: &str, conditioning: Conditioning, device: &Device) -> Detector {
    Detector::load_as(fixture(file), &wide_kernel(), conditioning, device).expect("the fixture fits")
}

/// Named tensors of one file as f32; integers too, which f32 holds exactly where they are small.
pub struct Tensors(Vec<(String, Vec<usize>, Vec<f32>)>);

#[allow(dead_code)] // Each test binary uses its part.
impl Tensors {
    /// A file of `tests/fixtures/golden`.
    pub fn read(file: &str) -> Self {
        Self::open(&fixture(file))
    }

    pub fn open(path: &Path) -> Self {
        let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let tensors = SafeTensors::deserialize(&bytes).expect("valid safetensors");
        Self(tensors.tensors().into_iter().map(|(name, view)| (name, view.shape().to_vec(), f32s(&view))).collect())
    }

    pub fn single(name: &str, dims: Vec<usize>, values: Vec<f32>) -> Self {
        Self(vec![(name.into(), dims, values)])
    }

    pub fn single_of(other: &Self, name: &str) -> Self {
        let (dims, values) = other.get(name);
        Self::single(name, dims.to_vec(), values.to_vec())
    }

    pub fn find(&self, name: &str) -> Option<(&[usize], &[f32])> {
        self.0.iter().find(|entry| entry.0 == name).map(|(_, dims, values)| (dims.as_slice(), values.as_slice()))
    }

    pub fn get(&self, name: &str) -> (&[usize], &[f32]) {
        self.find(name).unwrap_or_else(|| panic!("no tensor {name}"))
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|entry| entry.0.as_str())
    }
}

fn f32s(view: &TensorView<'_>) -> Vec<f32> {
    let data = view.data();
    match view.dtype() {
        Dtype::F32 => data.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect(),
        Dtype::I16 => data.chunks_exact(2).map(|b| f32::from(i16::from_le_bytes([b[0], b[1]]))).collect(),
        Dtype::I64 => {
            let integer = |b: &[u8]| i64::from_le_bytes(b.try_into().expect("eight bytes"));
            data.chunks_exact(8).map(|b| integer(b) as f32).collect()
        }
        other => panic!("no fixture holds {other:?}"),
    }
}
