//! A FLAC writer (RFC 9639) that can be as odd as the format allows, and odder: its files are what the tests read.
//!
//! It compresses nothing: subframes are verbatim, constant, or fixed predictors with Rice-coded residuals.

/// How a subframe is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subframe {
    /// Samples as they are.
    Verbatim,
    /// One value for all.
    Constant,
    /// Predicted from the sample before, residuals in one Rice partition.
    Fixed,
}

/// How two channels are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stereo {
    Independent,
    LeftSide,
    RightSide,
    MidSide,
}

/// A file in the making.
#[derive(Clone, Debug)]
pub struct PlainFlac {
    pub rate_hz: u32,
    pub bits: u32,
    /// One list of samples a channel.
    pub channels: Vec<Vec<i32>>,
    /// Sizes of the blocks in turn; the last is repeated.
    pub blocks: Vec<usize>,
    /// Whether frames say that blocks vary, and are numbered by samples.
    pub variable: bool,
    /// What STREAMINFO says of the length: 0 for not known.
    pub promised: u64,
    /// What STREAMINFO says of the blocks.
    pub bounds: (u16, u16),
    pub md5: [u8; 16],
    pub subframe: Subframe,
    pub stereo: Stereo,
    /// Lowest bits left out of every sample; they must be zero.
    pub wasted: u32,
    /// Metadata blocks behind STREAMINFO: type and content.
    pub metadata: Vec<(u8, Vec<u8>)>,
    /// The number of the first frame.
    pub first_number: u64,
}

impl PlainFlac {
    /// A regular mono file.
    pub fn mono(rate_hz: u32, bits: u32, samples: Vec<i32>) -> Self {
        Self::of(rate_hz, bits, vec![samples])
    }

    /// A regular file.
    pub fn of(rate_hz: u32, bits: u32, channels: Vec<Vec<i32>>) -> Self {
        Self {
            rate_hz,
            bits,
            promised: channels[0].len() as u64,
            channels,
            blocks: vec![4_096],
            variable: false,
            bounds: (4_096, 4_096),
            md5: [0; 16],
            subframe: Subframe::Verbatim,
            stereo: Stereo::Independent,
            wasted: 0,
            metadata: Vec::new(),
            first_number: 0,
        }
    }

    /// As `self`, with blocks of these sizes.
    pub fn blocks(self, blocks: &[usize], variable: bool) -> Self {
        let (least, most) = (blocks.iter().min().expect("one"), blocks.iter().max().expect("one"));
        let bounds = ((*least).max(16) as u16, (*most).max(16) as u16);
        Self { blocks: blocks.to_vec(), variable, bounds, ..self }
    }

    /// The whole file.
    pub fn bytes(&self) -> Vec<u8> {
        let mut file = self.head();
        self.frames().into_iter().for_each(|frame| file.extend(frame));
        file
    }

    /// The marker and all metadata.
    pub fn head(&self) -> Vec<u8> {
        let mut info = Bits::default();
        info.put(self.bounds.0.into(), 16);
        info.put(self.bounds.1.into(), 16);
        info.put(0, 48);
        info.put(self.rate_hz.into(), 20);
        info.put(self.channels.len() as u64 - 1, 3);
        info.put(u64::from(self.bits) - 1, 5);
        info.put(self.promised, 36);
        let mut head = b"fLaC".to_vec();
        let streaminfo = [info.bytes.as_slice(), &self.md5].concat();
        let blocks: Vec<(u8, &[u8])> = std::iter::once((0, streaminfo.as_slice()))
            .chain(self.metadata.iter().map(|(kind, content)| (*kind, content.as_slice())))
            .collect();
        for (index, (kind, content)) in blocks.iter().enumerate() {
            let last = if index + 1 == blocks.len() { 0x80 } else { 0 };
            head.push(last | kind);
            head.extend(&(content.len() as u32).to_be_bytes()[1..]);
            head.extend(*content);
        }
        head
    }

    /// The frames, each by itself.
    pub fn frames(&self) -> Vec<Vec<u8>> {
        let (mut start, mut frames) = (0, Vec::new());
        while start < self.channels[0].len() {
            let size = *self.blocks.get(frames.len()).or(self.blocks.last()).expect("one");
            let end = (start + size).min(self.channels[0].len());
            let number = if self.variable { start } else { frames.len() } as u64;
            frames.push(self.frame(start, end, self.first_number + number));
            start = end;
        }
        frames
    }

    fn frame(&self, start: usize, end: usize, number: u64) -> Vec<u8> {
        let mut bits = Bits::default();
        bits.put(0xFFF8 | u64::from(self.variable), 16);
        bits.put(0b0111, 4);
        bits.put(if self.rate_hz < 65_536 { 0b1101 } else { 0 }, 4);
        bits.put(
            match self.stereo {
                Stereo::Independent => self.channels.len() as u64 - 1,
                Stereo::LeftSide => 8,
                Stereo::RightSide => 9,
                Stereo::MidSide => 10,
            },
            4,
        );
        let code = [(8, 1), (12, 2), (16, 4), (20, 5), (24, 6), (32, 7)].iter().find(|(size, _)| *size == self.bits);
        bits.put(code.map_or(0, |(_, code)| *code), 3);
        bits.put(0, 1);
        bits.put_number(number);
        bits.put((end - start) as u64 - 1, 16);
        if self.rate_hz < 65_536 {
            bits.put(self.rate_hz.into(), 16);
        }
        bits.put(crc(&bits.bytes, 8, 0x07), 8);
        let cut: Vec<&[i32]> = self.channels.iter().map(|channel| &channel[start..end]).collect();
        for (samples, wide) in self.decorrelated(&cut) {
            self.subframe(&mut bits, &samples, self.bits + u32::from(wide));
        }
        bits.align();
        bits.put(crc(&bits.bytes, 16, 0x8005), 16);
        bits.bytes
    }

    /// What is written for each channel, and whether it takes a bit more.
    fn decorrelated(&self, cut: &[&[i32]]) -> Vec<(Vec<i64>, bool)> {
        let wide = |channel: usize| -> Vec<i64> { cut[channel].iter().map(|&sample| sample.into()).collect() };
        let side = || -> Vec<i64> { wide(0).iter().zip(wide(1)).map(|(left, right)| left - right).collect() };
        match self.stereo {
            Stereo::Independent => (0..cut.len()).map(|channel| (wide(channel), false)).collect(),
            Stereo::LeftSide => vec![(wide(0), false), (side(), true)],
            Stereo::RightSide => vec![(side(), true), (wide(1), false)],
            Stereo::MidSide => {
                let middle = wide(0).iter().zip(wide(1)).map(|(left, right)| (left + right) >> 1).collect();
                vec![(middle, false), (side(), true)]
            }
        }
    }

    fn subframe(&self, bits: &mut Bits, samples: &[i64], width: u32) {
        let kind = match self.subframe {
            Subframe::Constant => 0,
            Subframe::Verbatim => 1,
            Subframe::Fixed => 9,
        };
        bits.put(kind, 7);
        bits.put(u64::from(self.wasted > 0), 1);
        if self.wasted > 0 {
            bits.put(1, self.wasted);
        }
        let samples: Vec<i64> = samples.iter().map(|sample| sample >> self.wasted).collect();
        let width = width - self.wasted;
        match self.subframe {
            Subframe::Constant => bits.put_signed(samples[0], width),
            Subframe::Verbatim => samples.iter().for_each(|&sample| bits.put_signed(sample, width)),
            Subframe::Fixed => {
                bits.put_signed(samples[0], width);
                bits.put(1, 2);
                bits.put(0, 4);
                let residuals: Vec<i64> = samples.windows(2).map(|pair| pair[1] - pair[0]).collect();
                let largest = residuals.iter().map(|residual| residual.unsigned_abs()).max().unwrap_or(0);
                let rice = (64 - largest.leading_zeros()).min(30);
                bits.put(rice.into(), 5);
                for residual in residuals {
                    let folded = if residual < 0 { (-residual as u64) * 2 - 1 } else { residual as u64 * 2 };
                    bits.put(1, (folded >> rice) as u32 + 1);
                    bits.put(folded & ((1 << rice) - 1), rice);
                }
            }
        }
    }
}

/// Bits, the highest first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    free: u32,
}

impl Bits {
    fn put(&mut self, value: u64, width: u32) {
        for place in (0..width).rev() {
            if self.free == 0 {
                self.bytes.push(0);
                self.free = 8;
            }
            self.free -= 1;
            let bit = if place < 64 { (value >> place & 1) as u8 } else { 0 };
            *self.bytes.last_mut().expect("one was pushed") |= bit << self.free;
        }
    }

    fn put_signed(&mut self, value: i64, width: u32) {
        self.put(value as u64 & (u64::MAX >> (64 - width)), width);
    }

    /// A number in the way of UTF-8, up to 36 bits.
    fn put_number(&mut self, number: u64) {
        if number < 0x80 {
            return self.put(number, 8);
        }
        let more = (1..7).find(|&more| number < 1 << (6 * more + (6 - more))).expect("36 bits at most");
        let lead = !(0xFF_u64 >> (more + 1)) & 0xFF;
        self.put(lead | number >> (6 * more), 8);
        (0..more).rev().for_each(|place| self.put(0x80 | (number >> (6 * place) & 0x3F), 8));
    }

    fn align(&mut self) {
        self.free = 0;
    }
}

fn crc(bytes: &[u8], width: u32, polynomial: u64) -> u64 {
    let mask = (1_u64 << width) - 1;
    bytes.iter().fold(0, |sum, &byte| {
        (0..8).fold(sum ^ u64::from(byte) << (width - 8), |sum, _| {
            let shifted = sum << 1;
            (if sum >> (width - 1) & 1 == 1 { shifted ^ polynomial } else { shifted }) & mask
        })
    })
}
