//! A figure shows its picture, on white paper; as text, what it is and how to keep it.

use super::{Form, Rich, grid::wrapped, shows_itself};
use crate::{
    plot::Figure,
    report::escape::{base64, html as escaped},
};

shows_itself!(Figure);

impl Rich for Figure {
    fn to_text(&self) -> String {
        let (width, height) = self.size();
        let words = wrapped(&format!("figure {}, {width} x {height}: {}", self.name, self.alt));
        format!("{words}\nkeep it with .save(\"{}.svg\")?, .png or .csv (its data)", self.name)
    }

    /// The picture and its caption.
    fn to_html(&self) -> String {
        format!("<figure>{}<figcaption>{}</figcaption></figure>", self.svg(), escaped(&self.caption))
    }

    fn forms(&self) -> Vec<Form> {
        vec![
            ("image/svg+xml", self.svg().to_owned()),
            ("image/png", base64(self.png())),
            ("text/plain", self.to_text()),
        ]
    }
}
