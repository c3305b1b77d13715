//! Draws units with replacement, as often as there are: trials in file order, or clusters.
//!
//! From NumPy's generator, or page by page: how many of the draws fall on a page of units is binomial given those before (Devroye,
//! *Non-Uniform Random Variate Generation*, 1986, XI.1.4), and on a page they stay in the processor's first cache.

use super::{
    super::mt19937::Mt19937,
    binomial::binomial,
    settings::{Resampling, Settings},
    stream::{Key, Stream},
};

/// The binary logarithm of the units of a page.
const PAGE_BITS: u32 = 12;
const PAGE: usize = 1 << PAGE_BITS;
/// Draws from NumPy's stream are made so many at a time.
const BATCH: usize = 2_048;

/// How often each unit is drawn in the replicate; a unit is drawn once on average, 256 times with a chance below 1e-500.
pub(super) fn draw(settings: &Settings, replicate: u64, weights: &mut [u8]) {
    weights.fill(0);
    match settings.resampling {
        Resampling::Numpy => draw_as_numpy(Mt19937::new(settings.seed.wrapping_add(replicate) as u32), weights),
        Resampling::Exact | Resampling::Speaker | Resampling::SpeakerAttack => {
            draw_by_pages(Key::new(settings.seed, replicate), weights);
        }
    }
}

fn draw_as_numpy(mut generator: Mt19937, weights: &mut [u8]) {
    let count = weights.len();
    let mut batch = [0; BATCH];
    for start in (0..count).step_by(BATCH) {
        let batch = &mut batch[..BATCH.min(count - start)];
        generator.fill_below(count as u32, batch);
        batch.iter().for_each(|&unit| add(weights, unit as usize));
    }
}

fn draw_by_pages(key: Key, weights: &mut [u8]) {
    let (mut draws, mut units) = (weights.len() as u32, weights.len() as u32);
    for (place, page) in (0..).zip(weights.chunks_mut(PAGE)) {
        let mut stream = key.stream(place);
        let size = page.len() as u32;
        let drawn = binomial(&mut stream, draws, size, units);
        (draws, units) = (draws - drawn, units - size);
        fill_page(&mut stream, drawn, page);
    }
}

/// A full page takes as many draws from each random word as its bits give.
fn fill_page(stream: &mut Stream, drawn: u32, page: &mut [u8]) {
    const TOGETHER: u32 = u64::BITS / PAGE_BITS;
    let size = page.len();
    let mut left = drawn;
    if let Ok(page) = <&mut [u8; PAGE]>::try_from(&mut *page) {
        while left >= TOGETHER {
            let bits = stream.bits();
            (0..TOGETHER).for_each(|part| add(page, (bits >> (part * PAGE_BITS)) as usize % PAGE));
            left -= TOGETHER;
        }
    }
    (0..left).for_each(|_| add(page, stream.below(size as u32) as usize));
}

fn add(weights: &mut [u8], unit: usize) {
    weights[unit] = weights[unit].saturating_add(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_are_drawn_as_there_are_and_replicates_differ() {
        for resampling in Resampling::ALL {
            let settings = Settings { resampling, ..Settings::default() };
            let mut weights = [vec![0; 5_000], vec![0; 5_000]];
            (0..).zip(&mut weights).for_each(|(replicate, weights)| draw(&settings, replicate, weights));
            assert!(
                weights.iter().all(|weights| weights.iter().map(|&drawn| usize::from(drawn)).sum::<usize>() == 5_000)
            );
            assert_ne!(weights[0], weights[1]);
        }
    }

    /// Over two pages and a part, counts of single units and of halves have the multinomial's mean and variance.
    #[test]
    fn pages_are_drawn_multinomially() {
        const REPLICATES: u64 = 2_000;
        let mut weights = vec![0; 10_000];
        let mut sums = [[0.0; 2]; 4];
        let parts = [0..5_000, 4_090..4_100, 8_000..10_000, 9_999..10_000];
        for replicate in 0..REPLICATES {
            draw(&Settings::default(), replicate, &mut weights);
            for (sums, part) in sums.iter_mut().zip(parts.clone()) {
                let size = part.len() as f64;
                let found = weights[part].iter().map(|&drawn| f64::from(drawn)).sum::<f64>() - size;
                sums[0] += found / (size * (1.0 - size / 10_000.0)).sqrt();
                sums[1] += found * found / (size * (1.0 - size / 10_000.0));
            }
        }
        for [mean, square] in sums.map(|sums| sums.map(|sum| sum / REPLICATES as f64)) {
            assert!(mean.abs() < 0.11 && (square - 1.0).abs() < 0.25, "{mean} {square}");
        }
    }
}
