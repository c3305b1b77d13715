//! Work done ahead on a thread of its own, in order, with bounded memory.

use std::sync::mpsc::sync_channel;

use crate::error::Result;

/// Makes `count` items on another thread, at most `ahead` of them waiting, and takes them in order.
///
/// # Errors
/// The first error of `make` or `take`; nothing is made after it.
pub fn prefetch<T: Send>(
    count: usize,
    ahead: usize,
    make: impl Fn(usize) -> Result<T> + Send + Sync,
    mut take: impl FnMut(T) -> Result<()>,
) -> Result<()> {
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(ahead);
        scope.spawn(move || {
            for index in 0..count {
                // The receiver is gone when an item could not be taken.
                if sender.send(make(index)).is_err() {
                    break;
                }
            }
        });
        for item in receiver {
            take(item?)?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[test]
    fn items_come_in_order_and_the_first_error_ends_it() {
        let mut taken = vec![];
        prefetch(50, 3, Ok, |item| {
            taken.push(item);
            Ok(())
        })
        .expect("nothing fails");
        assert_eq!(taken, (0..50).collect::<Vec<_>>());

        let mut taken = 0;
        let make = |index| if index == 7 { Err(Error::data("seven", "skip it")) } else { Ok(index) };
        let outcome = prefetch(50, 3, make, |_| {
            taken += 1;
            Ok(())
        });
        assert!(outcome.is_err());
        assert_eq!(taken, 7);
    }
}
