//! From plotters' bitmap to a PNG: four device pixels become one, which smooths edges; the encoder is plotters' own.

use plotters::backend::{BitMapBackend, DrawingBackend};

use super::canvas::SCALE;
use crate::error::{Error, Result};

/// Halves a picture of `size` display pixels drawn at [`SCALE`], and encodes it.
pub(super) fn encode(pixels: &[u8], size: (u32, u32)) -> Result<Vec<u8>> {
    let factor = SCALE as u32 / 2;
    let (width, height) = (size.0 * 2, size.1 * 2);
    let halved = halved(pixels, width as usize, height as usize, factor as usize);
    let file = tempfile::Builder::new()
        .suffix(".png")
        .tempfile()
        .map_err(|source| Error::io("drawing a figure in", std::env::temp_dir(), source))?;
    let failed = |message: String| Error::io("drawing a figure in", file.path(), std::io::Error::other(message));
    let mut backend = BitMapBackend::new(file.path(), (width, height));
    backend.blit_bitmap((0, 0), (width, height), &halved).map_err(|error| failed(error.to_string()))?;
    backend.present().map_err(|error| failed(error.to_string()))?;
    drop(backend);
    std::fs::read(file.path()).map_err(|source| Error::io("drawing a figure in", file.path(), source))
}

/// The mean of every square of `factor` pixels; `width` and `height` are the result's.
fn halved(pixels: &[u8], width: usize, height: usize, factor: usize) -> Vec<u8> {
    let across = width * factor;
    let mut small = Vec::with_capacity(3 * width * height);
    for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
        for channel in 0..3 {
            let square = (0..factor).flat_map(|dy| (0..factor).map(move |dx| (dy, dx)));
            let sum: usize = square
                .map(|(dy, dx)| usize::from(pixels[3 * ((y * factor + dy) * across + x * factor + dx) + channel]))
                .sum();
            small.push((sum / (factor * factor)) as u8);
        }
    }
    small
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_become_their_mean() {
        let pixels = [[0, 0, 0], [100, 100, 100], [0, 0, 0], [100, 100, 100]].concat();
        assert_eq!(halved(&pixels, 1, 1, 2), [50, 50, 50]);
    }

    #[test]
    fn the_result_is_a_png() {
        let png = encode(&vec![0xFF; 3 * 8 * 12], (2, 3)).expect("encodes");
        assert_eq!(&png[1..4], b"PNG");
    }
}
