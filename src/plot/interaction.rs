//! What a page's script needs to move about in a figure: where the axes lie, and the data in few enough points.
//!
//! Places are the picture's own units (its `viewBox`). An infinite threshold becomes `null`.

use serde_json::{Value, json};

use super::{canvas::SCALE, panel::Frame};

/// The frame of a panel.
pub(super) fn frame(frame: Frame) -> Value {
    let [left, top, width, height] = [frame.left, frame.top, frame.width, frame.height].map(|length| length * SCALE);
    json!({ "left": left, "top": top, "width": width, "height": height })
}

/// Indices of at most `limit` points, ends included, at about equal steps along a line; `lengths` are those between neighbours.
pub(super) fn spread(lengths: &[f64], limit: usize) -> Vec<usize> {
    let last = lengths.len();
    if last < limit {
        return (0..=last).collect();
    }
    let step = lengths.iter().sum::<f64>() / limit.saturating_sub(2).max(1) as f64;
    let (mut kept, mut since) = (vec![0], 0.0);
    for (index, length) in lengths.iter().enumerate() {
        since += length;
        if since >= step && step > 0.0 && index + 1 < last {
            kept.push(index + 1);
            since = 0.0;
        }
    }
    kept.push(last);
    kept
}

/// The number to so many significant digits.
pub(super) fn rounded(value: f64, digits: usize) -> f64 {
    format!("{value:.*e}", digits.saturating_sub(1)).parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_spread_along_the_line() {
        assert_eq!(spread(&[1.0; 3], 4), [0, 1, 2, 3]);
        // A long stretch of points in one place is passed over.
        let lengths: Vec<f64> = [1.0; 50].into_iter().chain([0.0; 1_000]).chain([1.0; 50]).collect();
        let kept = spread(&lengths, 52);
        assert!(kept.len() <= 52 && kept[0] == 0 && *kept.last().unwrap() == 1_100, "{kept:?}");
        assert_eq!(kept.iter().filter(|&&index| (51..1_050).contains(&index)).count(), 0);
        assert_eq!(spread(&[0.0; 100], 10), [0, 100]);
    }

    #[test]
    fn digits_are_significant() {
        assert_eq!(rounded(0.001_234_567_8, 6), 0.001_234_57);
        assert_eq!(rounded(f64::INFINITY, 6), f64::INFINITY);
        assert_eq!(json!(f64::INFINITY), Value::Null);
    }
}
