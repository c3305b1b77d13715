//! How replicas bring their gradients together: by burn's transfers between any devices, or by its collective operation, which
//! in burn 0.22 is NCCL's and serves CUDA devices alone.

use std::{fmt, str::FromStr};

use burn::{
    module::{Module, ModuleVisitor, Param},
    optim::{GradientsAccumulator, GradientsParams},
    tensor::{
        Device, Tensor,
        distributed::{ReduceOperation, all_reduce},
    },
};

use crate::{
    error::{Error, Result},
    model::Detector,
};

/// The way that gradients take between devices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Exchange {
    /// Each replica's are sent to the first device and added there, in order.
    #[default]
    Transfers,
    /// NCCL adds them on all devices at once. It needs `libnccl.so` on the loader's path.
    Nccl,
}

impl fmt::Display for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Transfers => "transfers",
            Self::Nccl => "nccl",
        })
    }
}

impl FromStr for Exchange {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "transfers" => Ok(Self::Transfers),
            "nccl" => Ok(Self::Nccl),
            _ => Err(Error::config("exchange", format!("`{text}` is not known"), "use transfers or nccl")),
        }
    }
}

impl Exchange {
    /// Refuses devices that it cannot serve; they are named as on the command line.
    ///
    /// # Errors
    /// Where NCCL is asked for and there are not several CUDA devices.
    pub fn check(self, devices: &[&str]) -> Result<()> {
        let served = devices.len() > 1 && devices.iter().all(|name| name.starts_with("cuda"));
        if self == Self::Transfers || served {
            return Ok(());
        }
        let message = format!("burn's NCCL serves several CUDA devices alone, not {}", devices.join(","));
        Err(Error::config("exchange", message, "leave it out: gradients then go by plain transfers"))
    }

    /// The sum of the replicas' gradients, on the first device; the first replica's come first.
    pub(super) fn sum(self, network: &Detector, parts: Vec<GradientsParams>, devices: &[&Device]) -> GradientsParams {
        let mut parts = parts;
        if self == Self::Nccl && parts.len() == devices.len() && devices.len() > 1 {
            let devices = devices.iter().map(|device| (*device).clone()).collect();
            let mut collective = Collective { parts: &mut parts, devices };
            network.visit(&mut collective);
            return parts.swap_remove(0);
        }
        let mut sum = GradientsAccumulator::default();
        for part in parts {
            let part = if devices.len() > 1 { part.to_device(devices[0], network) } else { part };
            sum.accumulate(network, part);
        }
        sum.grads()
    }
}

/// Replaces the first part's gradients by the sums over all.
struct Collective<'a> {
    parts: &'a mut [GradientsParams],
    devices: Vec<Device>,
}

impl ModuleVisitor for Collective<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let gradients: Option<Vec<Tensor<D>>> = self.parts.iter_mut().map(|part| part.remove(param.id)).collect();
        let Some(gradients) = gradients else { return };
        let reduce = |gradient| all_reduce(gradient, ReduceOperation::Sum, self.devices.clone());
        // All devices join before one waits.
        let joined: Vec<_> = gradients.into_iter().map(reduce).collect();
        let mut sums = joined.into_iter().map(|sum| sum.resolve());
        if let Some(sum) = sums.next() {
            self.parts[0].register(param.id, sum);
        }
        sums.for_each(drop);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nccl_is_for_several_cuda_devices() {
        for names in [&["cpu", "cpu"][..], &["cuda:0"], &["wgpu:0", "wgpu:1"]] {
            assert!(Exchange::Nccl.check(names).is_err(), "{names:?}");
            assert!(Exchange::Transfers.check(names).is_ok(), "{names:?}");
        }
        assert!(Exchange::Nccl.check(&["cuda:0", "cuda:1"]).is_ok());
        assert_eq!("nccl".parse::<Exchange>().expect("known").to_string(), "nccl");
    }
}
