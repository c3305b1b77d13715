//! Second-order sections, one after the other: the form in which recursive filters stay exact.

/// Samples between two looks at whether the filter's memory has died away.
const BLOCK: usize = 256;

/// A section's transfer function: numerator over denominator in powers of z^-1; the denominator begins with 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Section {
    pub(super) numerator: [f64; 3],
    pub(super) denominator: [f64; 2],
}

impl Section {
    /// The gain at 0 Hz.
    fn gain(&self) -> f64 {
        self.numerator.iter().sum::<f64>() / (1.0 + self.denominator.iter().sum::<f64>())
    }

    /// What the section remembers of an endless past of ones, scaled.
    fn settled(&self, scale: f64) -> [f64; 2] {
        let gain = self.gain();
        let ([first, _, last], [_, far]) = (self.numerator, self.denominator);
        [scale * (gain - first), scale * (last - far * gain)]
    }
}

/// Filters the samples, as if all before the first had been like it.
pub(super) fn apply(sections: &[Section], samples: &mut [f32]) {
    let Some(&first) = samples.first() else { return };
    let mut level = f64::from(first);
    let settled = |section: &Section| {
        let memory = section.settled(level);
        level *= section.gain();
        (*section, memory)
    };
    let cascade: Vec<_> = sections.iter().map(settled).collect();
    // The compiler keeps up to four sections in registers.
    match cascade[..] {
        [a] => run([a], samples),
        [a, b] => run([a, b], samples),
        [a, b, c] => run([a, b, c], samples),
        [a, b, c, d] => run([a, b, c, d], samples),
        _ => cascade.into_iter().for_each(|section| run([section], samples)),
    }
}

fn run<const SECTIONS: usize>(mut cascade: [(Section, [f64; 2]); SECTIONS], samples: &mut [f32]) {
    for block in samples.chunks_mut(BLOCK) {
        for sample in block {
            let mut value = f64::from(*sample);
            for (section, memory) in &mut cascade {
                let ([first, middle, last], [near, far]) = (section.numerator, section.denominator);
                let output = first * value + memory[0];
                memory[0] = middle * value - near * output + memory[1];
                memory[1] = last * value - far * output;
                value = output;
            }
            *sample = value as f32;
        }
        // Numbers near the smallest that there are would slow the processor down.
        for memory in cascade.iter_mut().flat_map(|(_, memory)| memory) {
            if memory.abs() < 1e-100 {
                *memory = 0.0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_stays_settled() {
        let section = Section { numerator: [0.2, 0.3, 0.1], denominator: [-0.5, 0.25] };
        let mut samples = [2.0; 50];
        apply(&[section, section], &mut samples);
        let expected = 2.0 * (0.6 / 0.75) * (0.6 / 0.75);
        assert!(samples.iter().all(|sample| (sample - expected as f32).abs() < 1e-6), "{samples:?}");
        apply(&[section], &mut []);
    }
}
