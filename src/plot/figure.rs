//! A figure: a picture in two forms, the data it shows, and the words that go with it.

use plotters::{
    backend::{BitMapBackend, DrawingBackend, SVGBackend},
    drawing::IntoDrawingArea,
};

use super::{
    canvas::{Canvas, Drawn, SCALE},
    font, palette,
    palette::Ink,
    raster,
};
use crate::error::{Error, Result};

/// What a figure draws, on whatever backend.
pub(super) trait Drawing {
    /// Width and height in display pixels.
    fn size(&self) -> (u32, u32);

    /// Draws it.
    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Drawn<DB>;
}

/// A picture with its data and words.
///
/// ```
/// use rat::plot::{Histogram, histogram};
/// let figure = histogram(&Histogram {
///     title: "RAT, matched".into(),
///     quantity: "score".into(),
///     bonafide: vec![0.7, 0.8, 0.9],
///     spoof: vec![0.1, 0.2, 0.75],
///     threshold: 0.72,
///     ..Histogram::default()
/// })?;
/// assert!(figure.svg().starts_with("<svg"));
/// assert!(figure.csv.starts_with("class,"));
/// # Ok::<(), rat::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// File name without ending, and anchor in the page.
    pub name: String,
    /// What it shows, in one sentence.
    pub caption: String,
    /// What one sees in it, for those who do not.
    pub alt: String,
    /// The data, a header and unrounded numbers.
    pub csv: String,
    /// Where its axes lie and what is drawn on them, for a page's script; in the picture's own units.
    pub interaction: Option<serde_json::Value>,
    width: u32,
    height: u32,
    svg: String,
    png: Vec<u8>,
}

impl Figure {
    /// Draws a picture in both forms.
    pub(super) fn draw(name: &str, caption: String, alt: String, csv: String, drawing: &impl Drawing) -> Result<Self> {
        font::register();
        let failed = |message: String| {
            Error::data(
                format!("cannot draw the figure {name}: {message}"),
                "report this with the tables it was drawn from",
            )
        };
        let (width, height) = drawing.size();
        let svg = framed(&draw_svg(drawing).map_err(failed)?, width, height, &alt);
        let png = raster::encode(&draw_bitmap(drawing).map_err(failed)?, (width, height))?;
        Ok(Self { name: name.into(), caption, alt, csv, interaction: None, width, height, svg, png })
    }

    /// Gives it what a page's script needs.
    pub(super) fn with_interaction(self, interaction: serde_json::Value) -> Self {
        Self { interaction: Some(interaction), ..self }
    }

    /// The picture on white paper, complete in itself.
    pub fn svg(&self) -> &str {
        &self.svg
    }

    /// The picture for a page that may be dark: colours are the page's variables, see [`Figure::style`].
    pub fn svg_adaptive(&self) -> String {
        palette::adaptive(&self.svg)
    }

    /// The variables for [`Figure::svg_adaptive`], for a light or a dark page.
    pub fn style(dark: bool) -> String {
        palette::variables(dark)
    }

    /// The picture as PNG on white paper, two pixels for a display pixel.
    pub fn png(&self) -> &[u8] {
        &self.png
    }

    /// Width and height in display pixels.
    pub fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }
}

fn device((width, height): (u32, u32)) -> (u32, u32) {
    (width * SCALE as u32, height * SCALE as u32)
}

fn draw_svg(drawing: &impl Drawing) -> Result<String, String> {
    let mut text = String::new();
    let canvas = Canvas::new(SVGBackend::with_string(&mut text, device(drawing.size())).into_drawing_area(), 0.76);
    paint(drawing, &canvas)?;
    drop(canvas);
    Ok(text)
}

fn draw_bitmap(drawing: &impl Drawing) -> Result<Vec<u8>, String> {
    let (width, height) = device(drawing.size());
    let mut pixels = vec![0xFF; 3 * (width * height) as usize];
    let canvas = Canvas::new(BitMapBackend::with_buffer(&mut pixels, (width, height)).into_drawing_area(), 0.62);
    paint(drawing, &canvas)?;
    drop(canvas);
    Ok(pixels)
}

fn paint<DB: DrawingBackend>(drawing: &impl Drawing, canvas: &Canvas<DB>) -> Result<(), String> {
    let words = |error: &dyn std::error::Error| error.to_string();
    canvas.fill(Ink::Paper).map_err(|error| words(&error))?;
    drawing.draw(canvas).map_err(|error| words(&error))?;
    canvas.present().map_err(|error| words(&error))
}

/// Gives plotters' picture its display size, a description, rounded joints and fonts to fall back on.
fn framed(svg: &str, width: u32, height: u32, alt: &str) -> String {
    let (across, down) = device((width, height));
    let body = svg.split_once('>').map_or(svg, |(_, body)| body);
    let body = body.replace(" font-family=\"Inter\"", "");
    let body = body.replace(" opacity=\"1\"", "");
    let alt = alt.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {across} {down}\" \
         role=\"img\" stroke-linejoin=\"round\" font-family=\"Inter,system-ui,Helvetica,Arial,sans-serif\" aria-label=\"{alt}\">{body}"
    )
}

/// A name as a CSV field: quoted where it must be.
pub(super) fn csv_field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.into() }
}

/// File systems allow 255 bytes; an ending or a number comes behind.
const LONGEST: usize = 80;

/// A name as part of a file name: letters and digits, the rest as single hyphens; no more than 80 of them.
pub(super) fn slug(text: &str) -> String {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut slug = words.collect::<Vec<_>>().join("-").to_ascii_lowercase();
    slug.truncate(LONGEST);
    slug
}
