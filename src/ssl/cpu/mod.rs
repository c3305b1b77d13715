//! Kernels for burn's CPU backend: one pass over memory, on all cores, where its own operations take several on one.
//!
//! They serve inference: plain f32 tensors. Under autodiff, in other precisions and on GPUs the callers, which all stand in
//! [`fused`](super::fused), go on with burn's operations. Matrix products stay burn's. Loops are plain Rust that pulp
//! compiles for the widest vectors the processor has.

mod attention;
mod conv;
mod math;
mod positional;
mod rows;

pub(super) use attention::{attend, merge, rows_at_once, split, weigh};
pub(super) use conv::{ConvKernel, EPSILON as CONV_EPSILON, Norm, channel_moments, convolve};
pub(super) use math::{gelu, gelu_slope, sum, sum3, vectorised};
pub(super) use positional::{Windows, add_positions, group_weights, tap_norms};
pub(super) use rows::{Finish, column_sums, finish, layer_norm, map, moments, task_rows, total};

use burn::tensor::{DType, Device, Tensor, TensorData};
use burn_flex::{Flex, FlexTensor, Layout};

/// Whether kernels may work on the tensor: f32, on the CPU backend, outside any autodiff graph.
pub(super) fn serves<const D: usize>(tensor: &Tensor<D>) -> bool {
    let device = tensor.device();
    // Devices compare equal with and without autodiff.
    tensor.dtype() == DType::F32 && device == Device::flex() && !device.is_autodiff()
}

/// The values of a tensor that [`serves`], contiguous; shared with the tensor where it is so already.
pub(super) fn host<const D: usize>(tensor: Tensor<D>) -> FlexTensor {
    contiguous(tensor.try_into_primitive::<Flex>().expect("the caller asked `serves` first"))
}

/// The values in one run of memory; a copy where they are not so already.
pub(super) fn contiguous(primitive: FlexTensor) -> FlexTensor {
    if primitive.as_slice::<f32>().is_some() { primitive } else { primitive.to_contiguous() }
}

/// A slice of contiguous values.
pub(super) fn values(tensor: &FlexTensor) -> &[f32] {
    tensor.as_slice().expect("`host` makes tensors contiguous")
}

/// Values as a tensor, without a copy.
pub(super) fn tensor<const D: usize>(values: Vec<f32>, dims: [usize; D]) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, dims), &Device::flex())
}

/// What [`host`] gave, as a tensor again.
pub(super) fn tensor_of<const D: usize>(primitive: FlexTensor) -> Tensor<D> {
    Tensor::from_primitive::<Flex>(primitive)
}

/// A view of contiguous values by strides that may overlap, as the windows of a convolution do.
pub(super) fn strided<const D: usize>(
    tensor: &FlexTensor,
    start: usize,
    dims: [usize; D],
    strides: [usize; D],
) -> Tensor<D> {
    let reach: usize = dims.iter().zip(strides).map(|(&dim, stride)| (dim.max(1) - 1) * stride).sum();
    let offset = tensor.layout().start_offset() + start;
    assert!(offset + reach < tensor.storage::<f32>().len(), "a view must stay within its tensor");
    let strides = strides.iter().map(|&stride| isize::try_from(stride).expect("memory is smaller")).collect();
    let layout = Layout::new(dims.to_vec().into(), strides, offset);
    tensor_of(FlexTensor::from_arc(tensor.data_arc(), layout, DType::F32))
}

/// Changes the values of a tensor in place, or of a copy where others share it.
pub(super) fn change<const D: usize>(tensor: Tensor<D>, work: impl FnOnce(&mut [f32])) -> Tensor<D> {
    tensor_of(changed(host(tensor), work))
}

/// The same for what [`host`] gave.
pub(super) fn changed(mut tensor: FlexTensor, work: impl FnOnce(&mut [f32])) -> FlexTensor {
    let (start, end) = tensor.layout().contiguous_offsets().expect("`host` makes tensors contiguous");
    work(&mut tensor.storage_mut::<f32>()[start..end]);
    tensor
}
