//! Shards of an evaluation: contiguous, without gaps and repeats, so that tables of all shards in order are the table of the
//! whole. (The Python reference's distributed evaluation repeats trials to make the shards equally long.)

use std::{fmt, ops::Range, str::FromStr};

use crate::error::Error;

/// One of several parts of a list, written `I/N`, from `1/N` to `N/N`.
///
/// ```
/// use rat::loader::Shard;
/// let shards: Vec<Shard> = ["1/3", "2/3", "3/3"].map(|text| text.parse().expect("a shard")).into();
/// assert_eq!(shards.iter().map(|shard| shard.range(10)).collect::<Vec<_>>(), [0..3, 3..6, 6..10]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shard {
    index: usize,
    count: usize,
}

impl Default for Shard {
    /// The whole.
    fn default() -> Self {
        Self { index: 0, count: 1 }
    }
}

impl Shard {
    /// The part `index` of `count`, counted from 0.
    ///
    /// # Errors
    /// Where there is no such part.
    pub fn new(index: usize, count: usize) -> Result<Self, Error> {
        if index < count {
            return Ok(Self { index, count });
        }
        Err(refused(&format!("there is no part {} of {count}", index.saturating_add(1))))
    }

    /// Its number, counted from 0.
    pub fn index(self) -> usize {
        self.index
    }

    /// How many there are.
    pub fn count(self) -> usize {
        self.count
    }

    /// Whether it is all there is.
    pub fn is_whole(self) -> bool {
        self.count == 1
    }

    /// Its places in a list of so many; the parts differ by at most one place.
    pub fn range(self, length: usize) -> Range<usize> {
        // In 128 bits no product overflows.
        let start = |index: usize| (index as u128 * length as u128 / self.count as u128) as usize;
        start(self.index)..start(self.index + 1)
    }

    /// Its part of the list.
    pub fn of<T>(self, list: &[T]) -> &[T] {
        &list[self.range(list.len())]
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index + 1, self.count)
    }
}

impl FromStr for Shard {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let numbers = text.split_once('/').and_then(|(index, count)| Some((index.parse().ok()?, count.parse().ok()?)));
        match numbers {
            Some((index @ 1.., count)) => Self::new(index - 1, count),
            _ => Err(refused(&format!("`{text}` is no shard"))),
        }
    }
}

fn refused(message: &str) -> Error {
    Error::config("shard", message, "write I/N, as 1/4 for the first of four and 4/4 for the last")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn parts_cover_the_list_once_and_evenly(length in 0_usize..2_000, count in 1_usize..50) {
            let list: Vec<usize> = (0..length).collect();
            let parts: Vec<&[usize]> =
                (0..count).map(|index| Shard::new(index, count).expect("is one").of(&list)).collect();
            prop_assert_eq!(&parts.concat(), &list);
            let sizes = parts.iter().map(|part| part.len());
            prop_assert!(sizes.clone().max().unwrap_or(0) - sizes.min().unwrap_or(0) <= 1);
        }
    }

    #[test]
    fn what_is_no_shard_is_refused_with_the_form() {
        for text in ["", "3", "0/4", "5/4", "1/0", "0/0", "-1/4", "1/4/2", "a/b", "1.5/4", "99999999999999999999/4"] {
            let error = text.parse::<Shard>().expect_err(text);
            assert!(error.to_string().contains("shard") && error.remedy().contains("1/4"), "{text}: {error}");
        }
        assert_eq!("4/4".parse::<Shard>().expect("the last").to_string(), "4/4");
        let last = Shard::new(usize::MAX - 1, usize::MAX).expect("the last of many");
        assert_eq!(last.range(usize::MAX).len(), 1);
    }
}
