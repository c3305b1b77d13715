//! Names from outside as plain text in Markdown, LaTeX and HTML, and content as data URIs.

/// Marks around the number of a block in the making; they cannot come from outside, since [`markdown`] drops them.
pub(super) const MARKS: [char; 2] = ['\u{E000}', '\u{E001}'];

/// Text that Markdown shows as it is, on one line.
pub(super) fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let number = text.bytes().take_while(u8::is_ascii_digit).count();
    let begins_a_list = |rest: &str| rest.starts_with(['-', '+', '.', ')']) && rest[1..].starts_with([' ', '\t', '\n']);
    let (before, rest) = text.split_at(number);
    if begins_a_list(rest) && (number == 0) == rest.starts_with(['-', '+']) {
        escaped.push_str(before);
        escaped.push('\\');
    }
    let mut letters = if escaped.is_empty() { text } else { rest }.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            // An address that GitHub would make a link of.
            ':' if letters.peek() == Some(&'/') => escaped.push_str("\\:"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\n' | '\r' | '\t' => escaped.push(' '),
            letter if MARKS.contains(&letter) || letter.is_control() => {}
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '#' | '|' | '~' | '!' | '$' | '@' => {
                escaped.extend(['\\', letter]);
            }
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// Text that LaTeX shows as it is, on one line; for pdfLaTeX with T1 fonts.
///
/// Ligatures are kept apart, brackets cannot become an argument of a line break, and letters that the fonts have not are
/// written as their code, as U+4E2D.
pub(super) fn latex(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut before = None;
    for letter in text.chars() {
        match letter {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => escaped.extend(['\\', letter]),
            '[' | '*' if before.is_none() => escaped.extend(['{', letter, '}']),
            '-' | ',' | '\'' if before == Some(letter) => escaped.extend(['{', '}', letter]),
            letter if MARKS.contains(&letter) => {}
            letter if letter.is_control() => escaped.push(' '),
            letter if letter.is_ascii() => match latex_word(letter) {
                Some(word) => escaped.push_str(word),
                None => escaped.push(letter),
            },
            letter if is_in_t1(letter) => escaped.push(letter),
            letter => match latex_word(letter) {
                Some(word) => escaped.push_str(word),
                None => escaped.push_str(&format!("\\texttt{{U+{:04X}}}", u32::from(letter))),
            },
        }
        before = Some(letter);
    }
    escaped
}

/// Letters beyond ASCII that inputenc and the T1 and TS1 fonts have.
fn is_in_t1(letter: char) -> bool {
    let rare =
        ['\u{132}', '\u{133}', '\u{149}', '\u{17F}', '\u{108}', '\u{109}', '\u{110}', '\u{126}', '\u{127}', '\u{138}'];
    match letter {
        '\u{A0}'..='\u{AC}' | '\u{AE}'..='\u{FF}' => true,
        '\u{100}'..='\u{17E}' => !rare.contains(&letter),
        '\u{2013}' | '\u{2014}' | '\u{2018}'..='\u{201A}' | '\u{201C}'..='\u{201E}' => true,
        '\u{2020}'..='\u{2022}' | '\u{2026}' | '\u{2030}' | '\u{20AC}' | '\u{2122}' => true,
        _ => false,
    }
}

/// What stands for a letter that LaTeX takes for something else, or has in its mathematics only.
fn latex_word(letter: char) -> Option<&'static str> {
    Some(match letter {
        '~' => "\\textasciitilde{}",
        '^' => "\\textasciicircum{}",
        '\\' => "\\textbackslash{}",
        '<' => "\\textless{}",
        '>' => "\\textgreater{}",
        '|' => "\\textbar{}",
        '"' => "\\textquotedbl{}",
        '`' => "\\textasciigrave{}",
        '\u{2009}' | '\u{202F}' => "\\,",
        '\u{2010}' | '\u{2011}' => "-",
        '\u{2015}' => "---",
        '\u{2032}' => "\\ensuremath{'}",
        '\u{2190}' => "\\ensuremath{\\leftarrow}",
        '\u{2192}' => "\\ensuremath{\\rightarrow}",
        '\u{2194}' => "\\ensuremath{\\leftrightarrow}",
        '\u{2191}' => "\\ensuremath{\\uparrow}",
        '\u{2193}' => "\\ensuremath{\\downarrow}",
        '\u{2212}' => "\\ensuremath{-}",
        '\u{221A}' => "\\ensuremath{\\surd}",
        '\u{221E}' => "\\ensuremath{\\infty}",
        '\u{2248}' => "\\ensuremath{\\approx}",
        '\u{2260}' => "\\ensuremath{\\neq}",
        '\u{2264}' => "\\ensuremath{\\leq}",
        '\u{2265}' => "\\ensuremath{\\geq}",
        '\u{391}'..='\u{3C9}' => return greek(letter),
        _ => return None,
    })
}

/// Greek letters as mathematics; capitals that look Latin are Latin.
fn greek(letter: char) -> Option<&'static str> {
    Some(match letter {
        '\u{391}' => "A",
        '\u{392}' => "B",
        '\u{393}' => "\\ensuremath{\\Gamma}",
        '\u{394}' => "\\ensuremath{\\Delta}",
        '\u{395}' => "E",
        '\u{396}' => "Z",
        '\u{397}' => "H",
        '\u{398}' => "\\ensuremath{\\Theta}",
        '\u{399}' => "I",
        '\u{39A}' => "K",
        '\u{39B}' => "\\ensuremath{\\Lambda}",
        '\u{39C}' => "M",
        '\u{39D}' => "N",
        '\u{39E}' => "\\ensuremath{\\Xi}",
        '\u{39F}' => "O",
        '\u{3A0}' => "\\ensuremath{\\Pi}",
        '\u{3A1}' => "P",
        '\u{3A3}' => "\\ensuremath{\\Sigma}",
        '\u{3A4}' => "T",
        '\u{3A5}' => "\\ensuremath{\\Upsilon}",
        '\u{3A6}' => "\\ensuremath{\\Phi}",
        '\u{3A7}' => "X",
        '\u{3A8}' => "\\ensuremath{\\Psi}",
        '\u{3A9}' => "\\ensuremath{\\Omega}",
        '\u{3B1}' => "\\ensuremath{\\alpha}",
        '\u{3B2}' => "\\ensuremath{\\beta}",
        '\u{3B3}' => "\\ensuremath{\\gamma}",
        '\u{3B4}' => "\\ensuremath{\\delta}",
        '\u{3B5}' => "\\ensuremath{\\epsilon}",
        '\u{3B6}' => "\\ensuremath{\\zeta}",
        '\u{3B7}' => "\\ensuremath{\\eta}",
        '\u{3B8}' => "\\ensuremath{\\theta}",
        '\u{3B9}' => "\\ensuremath{\\iota}",
        '\u{3BA}' => "\\ensuremath{\\kappa}",
        '\u{3BB}' => "\\ensuremath{\\lambda}",
        '\u{3BC}' => "\\ensuremath{\\mu}",
        '\u{3BD}' => "\\ensuremath{\\nu}",
        '\u{3BE}' => "\\ensuremath{\\xi}",
        '\u{3C0}' => "\\ensuremath{\\pi}",
        '\u{3C1}' => "\\ensuremath{\\rho}",
        '\u{3C2}' => "\\ensuremath{\\varsigma}",
        '\u{3C3}' => "\\ensuremath{\\sigma}",
        '\u{3C4}' => "\\ensuremath{\\tau}",
        '\u{3C5}' => "\\ensuremath{\\upsilon}",
        '\u{3C6}' => "\\ensuremath{\\phi}",
        '\u{3C7}' => "\\ensuremath{\\chi}",
        '\u{3C8}' => "\\ensuremath{\\psi}",
        '\u{3C9}' => "\\ensuremath{\\omega}",
        _ => return None,
    })
}

/// Text in HTML, in content and in attributes.
pub(crate) fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// Content as a data URI, in base64.
pub(super) fn data_uri(media_type: &str, content: &[u8]) -> String {
    format!("data:{media_type};base64,{}", base64(content))
}

/// Bytes in base64 (RFC 4648).
pub(crate) fn base64(content: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut coded = String::with_capacity(content.len().div_ceil(3) * 4);
    for group in content.chunks(3) {
        let bits =
            group.iter().enumerate().fold(0_u32, |bits, (index, &byte)| bits | u32::from(byte) << (16 - 8 * index));
        for index in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * index) & 63) as usize] as char;
            coded.push(if index <= group.len() { letter } else { '=' });
        }
    }
    coded
}

/// Text as a part of an address within an attribute (RFC 3986): only what can stay stays.
pub(super) fn percent(text: &str) -> String {
    let mut coded = String::with_capacity(text.len() + text.len() / 8);
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => coded.push(byte as char),
            b'-' | b'_' | b'.' | b'~' | b',' | b';' | b':' | b'/' | b'(' | b')' | b'=' | b'*' | b'+' => {
                coded.push(byte as char);
            }
            byte => coded.push_str(&format!("%{byte:02X}")),
        }
    }
    coded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_pads() {
        for (plain, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(data_uri("x/y", plain.as_bytes()), format!("data:x/y;base64,{coded}"));
        }
    }

    #[test]
    fn names_stay_text() {
        assert_eq!(markdown("RAT_a <b>\n[x](y)"), "RAT\\_a &lt;b&gt; \\[x\\](y)");
        assert_eq!(markdown("\u{E000}1\u{E001}"), "1");
        assert_eq!(["- a", "1. a", "-1 a", "12"].map(markdown), ["\\- a", "1\\. a", "-1 a", "12"]);
        assert_eq!(latex("a_b 5 %"), "a\\_b 5 \\%");
        assert_eq!(
            latex("[1] --x \u{2212}2 \u{394}\u{4E2D}"),
            "{[}1] -{}-x \\ensuremath{-}2 \\ensuremath{\\Delta}\\texttt{U+4E2D}"
        );
    }
}
