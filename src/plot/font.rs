//! The typeface of the figures: Inter (SIL Open Font License 1.1, see templates/fonts), carried in the binary.
//!
//! plotters finds no font by itself here; without registration it fails half-way through a picture.

use std::sync::LazyLock;

use plotters::style::{FontStyle, register_font};

/// The family's name.
pub(super) const FAMILY: &str = "Inter";

static REGULAR: &[u8] = include_bytes!("../../templates/fonts/Inter-Regular.otf");
static SEMIBOLD: &[u8] = include_bytes!("../../templates/fonts/Inter-SemiBold.otf");

static REGISTERED: LazyLock<bool> = LazyLock::new(|| {
    register_font(FAMILY, FontStyle::Normal, REGULAR).is_ok()
        && register_font(FAMILY, FontStyle::Bold, SEMIBOLD).is_ok()
});

/// Makes the typeface known to plotters, once.
pub(super) fn register() {
    assert!(*REGISTERED, "the embedded fonts are well formed");
}
