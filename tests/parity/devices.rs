//! One body a test, run on every device: those that every machine has at once, CUDA where it is asked for.

use burn::tensor::Device;

/// The device of a backend that this build has; one that this machine lacks fails.
pub fn open(backend: &str) -> Device {
    rat::device::open(backend).unwrap_or_else(|error| panic!("{backend}: {error}")).device
}

/// All backends compiled in but CUDA.
pub fn always() -> impl Iterator<Item = Device> {
    rat::device::backends().into_iter().filter(|&backend| backend != "cuda").map(open)
}

/// Makes a test of each body, `name: |device| ...`, and its twin on CUDA, which is ignored by default.
macro_rules! on_every_device {
    ($($name:ident: $body:expr;)*) => {
        $(
            #[test]
            fn $name() {
                $crate::devices::always().for_each(|device| $body(&device));
            }
        )*
        #[cfg(feature = "cuda")]
        mod cuda {
            #[allow(unused_imports)]
            use super::*;
            $(
                #[test]
                #[ignore = "needs a CUDA device: cargo test --release --features cuda --test parity -- --ignored"]
                fn $name() {
                    $body(&$crate::devices::open("cuda"));
                }
            )*
        }
    };
}
pub(crate) use on_every_device;
