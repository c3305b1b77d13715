//! The colours of every figure, on paper and on a dark page.
//!
//! Series colours are the colour-blind safe set of Okabe and Ito, *Color universal design* (2008), less their yellow, which is
//! too faint for a line; the dark twins keep hue and order.

use plotters::style::RGBColor;

use super::heat_scale;

/// What something is drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    /// Titles and what must be read.
    Text,
    /// Axis labels and notes.
    Muted,
    /// Axes.
    Axis,
    /// Grid lines.
    Grid,
    /// What the figure lies on.
    Paper,
    /// The data, by number; repeats after [`SERIES`] colours.
    Series(usize),
    /// A step of the heat map's scale, the same on every page.
    Heat(u8),
    /// What is written on pale heat.
    OnPale,
    /// What is written on deep heat.
    OnDeep,
}

/// How many colours the data have.
pub(super) const SERIES: usize = 7;

/// Name in the page's style, on paper, on a dark page.
const COLOURS: [(&str, u32, u32); 5 + SERIES] = [
    ("text", 0x1B_1F_24, 0xE8_EA_ED),
    ("muted", 0x57_60_6A, 0xA3_AC_B6),
    ("axis", 0x8C_95_9F, 0x6B_74_7E),
    ("grid", 0xE4_E7_EB, 0x2C_32_39),
    ("paper", 0xFF_FF_FF, 0x15_18_1C),
    ("series-1", 0x00_72_B2, 0x56_A9_E0),
    ("series-2", 0xD5_5E_00, 0xF0_86_3E),
    ("series-3", 0x00_9E_73, 0x2F_C2_9A),
    ("series-4", 0xB3_5A_8C, 0xE0_95_C0),
    ("series-5", 0xC9_86_00, 0xF0_B8_40),
    ("series-6", 0x2E_9A_D0, 0x86_D0_F7),
    ("series-7", 0x1C_1E_21, 0xD6_D9_DD),
];

impl Ink {
    /// The colour on paper.
    pub(super) fn colour(self) -> RGBColor {
        let index = match self {
            Self::Text => 0,
            Self::Muted => 1,
            Self::Axis => 2,
            Self::Grid => 3,
            Self::Paper => 4,
            Self::Series(number) => 5 + number % SERIES,
            Self::Heat(step) => return heat_scale::colour(step),
            // Black and white but for a shade, so that a dark page does not change them with its text and paper.
            Self::OnPale => return RGBColor(0, 0, 1),
            Self::OnDeep => return RGBColor(0xFF, 0xFF, 0xFE),
        };
        let [_, red, green, blue] = COLOURS[index].1.to_be_bytes();
        RGBColor(red, green, blue)
    }
}

/// The same picture for a page that may be dark: each colour becomes a variable of the page, and what a page need not
/// be told is left out: ten figures of two hundred texts each add up.
pub(super) fn adaptive(svg: &str) -> String {
    let svg = COLOURS.iter().fold(svg.to_owned(), |svg, (name, paper, _)| {
        svg.replace(&format!("\"#{paper:06X}\""), &format!("\"var(--figure-{name})\""))
    });
    svg.replace("\">\n", "\">").replace("\n</text>", "</text>").replace(" \"/>", "\"/>").replace(" stroke=\"none\"", "")
}

/// The variables that [`adaptive`] pictures look up, for the page's style: light or dark.
pub(super) fn variables(dark: bool) -> String {
    let of = |&(name, paper, night): &(&str, u32, u32)| {
        format!("--figure-{name}:#{:06X};", if dark { night } else { paper })
    };
    COLOURS.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dark_page_leaves_heat_as_it_is() {
        let fixed = (0..=heat_scale::STEPS).map(Ink::Heat).chain([Ink::OnPale, Ink::OnDeep]);
        for RGBColor(red, green, blue) in fixed.map(Ink::colour) {
            let mark = format!("\"#{red:02X}{green:02X}{blue:02X}\"");
            assert_eq!(adaptive(&mark), mark);
        }
        assert_eq!(adaptive("\"#FFFFFF\""), "\"var(--figure-paper)\"");
    }
}
