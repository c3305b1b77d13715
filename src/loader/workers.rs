//! Work done ahead by threads of its own: in order, with bounded memory, whatever the number of threads.
//!
//! Items are begun in order and taken in order; between the two each worker goes its own pace, so that a slow item delays
//! nobody but who waits for it. The threads stand beside rayon's, on which the CPU backend computes: neither starves the other.

use std::{
    any::Any,
    collections::BTreeMap,
    fmt,
    num::NonZeroUsize,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

use crate::error::{Error, Result};

/// How many threads decode and augment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workers(NonZeroUsize);

impl Default for Workers {
    /// One for each core.
    fn default() -> Self {
        Self(thread::available_parallelism().unwrap_or(NonZeroUsize::MIN))
    }
}

impl fmt::Display for Workers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How far the workers may run ahead of whoever takes the items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ahead {
    /// Items begun and not yet taken.
    pub items: usize,
    /// Bytes finished and not yet taken; at this bound no further item is begun but the one that is waited for. Items
    /// in the making, at most one a worker, come on top.
    pub bytes: usize,
}

impl Ahead {
    /// So many items of any size.
    pub const fn items(items: usize) -> Self {
        Self { items, bytes: usize::MAX }
    }
}

impl Workers {
    /// So many threads.
    ///
    /// # Errors
    /// Where there is none.
    pub fn new(threads: usize) -> Result<Self> {
        let none =
            || Error::config("workers", "0 threads do no work", "give at least 1, or leave it out for all cores");
        NonZeroUsize::new(threads).map(Self).ok_or_else(none)
    }

    /// How many threads.
    pub fn threads(self) -> usize {
        self.0.get()
    }

    /// Makes the items `0..count` ahead of `take`, which gets them in order as an iterator. What it leaves is not made:
    /// the workers stop when it returns.
    ///
    /// `make` must be a function of its argument; `bytes` says how much memory an item holds. An item whose making panics
    /// is an error in its place.
    ///
    /// ```
    /// use rat::loader::{Ahead, Workers};
    /// let squares = |items: &mut rat::loader::Items<'_, usize>| items.collect::<rat::Result<Vec<_>>>();
    /// let made = Workers::new(2)?.in_order(4, Ahead::items(2), |index| Ok(index * index), |_| 8, squares)?;
    /// assert_eq!(made, [0, 1, 4, 9]);
    /// # Ok::<(), rat::Error>(())
    /// ```
    pub fn in_order<T: Send, R>(
        self,
        count: usize,
        ahead: Ahead,
        make: impl Fn(usize) -> Result<T> + Sync,
        bytes: impl Fn(&T) -> usize + Sync,
        take: impl FnOnce(&mut Items<'_, T>) -> R,
    ) -> R {
        let belt = Belt { count, ahead, state: Mutex::new(State::new()), room: Condvar::new(), made: Condvar::new() };
        thread::scope(|scope| {
            // Dropped before the scope waits for its threads, also when `take` panics.
            let mut items = Items { belt: &belt };
            for _ in 0..self.threads().min(count) {
                scope.spawn(|| belt.work(&make, &bytes));
            }
            take(&mut items)
        })
    }
}

/// Items in the order of their numbers; an error stands in the place of the item that could not be made.
pub struct Items<'a, T> {
    belt: &'a Belt<T>,
}

impl<T> fmt::Debug for Items<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Items({} of {})", self.belt.lock().taken, self.belt.count)
    }
}

impl<T> Iterator for Items<'_, T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        self.belt.take()
    }
}

impl<T> Drop for Items<'_, T> {
    fn drop(&mut self) {
        self.belt.lock().stopped = true;
        self.belt.room.notify_all();
    }
}

/// What lies between the workers and the taker.
struct Belt<T> {
    count: usize,
    ahead: Ahead,
    state: Mutex<State<T>>,
    /// Something was taken.
    room: Condvar,
    /// Something was finished.
    made: Condvar,
}

struct State<T> {
    begun: usize,
    taken: usize,
    /// Finished, with their bytes.
    waiting: BTreeMap<usize, (usize, Result<T>)>,
    bytes: usize,
    stopped: bool,
}

impl<T> State<T> {
    fn new() -> Self {
        Self { begun: 0, taken: 0, waiting: BTreeMap::new(), bytes: 0, stopped: false }
    }
}

impl<T> Belt<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // Nothing panics under the lock; if it did, the state would still be whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self, make: impl Fn(usize) -> Result<T>, bytes: impl Fn(&T) -> usize) {
        while let Some(index) = self.begin() {
            let item =
                catch_unwind(AssertUnwindSafe(|| make(index))).unwrap_or_else(|panic| Err(panicked(index, &*panic)));
            let bytes = item.as_ref().map_or(0, &bytes);
            let mut state = self.lock();
            state.bytes += bytes;
            state.waiting.insert(index, (bytes, item));
            drop(state);
            self.made.notify_all();
        }
    }

    /// The next item to make, when there is room for it.
    fn begin(&self) -> Option<usize> {
        let mut state = self.lock();
        loop {
            if state.stopped || state.begun == self.count {
                return None;
            }
            let room = state.begun - state.taken < self.ahead.items && state.bytes < self.ahead.bytes;
            if room || state.begun == state.taken {
                state.begun += 1;
                return Some(state.begun - 1);
            }
            state = self.room.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn take(&self) -> Option<Result<T>> {
        let mut state = self.lock();
        if state.taken == self.count {
            return None;
        }
        loop {
            let next = state.taken;
            if let Some((bytes, item)) = state.waiting.remove(&next) {
                state.taken += 1;
                state.bytes -= bytes;
                drop(state);
                self.room.notify_all();
                return Some(item);
            }
            state = self.made.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

fn panicked(index: usize, panic: &(dyn Any + Send)) -> Error {
    let words = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let message = format!("preparing item {index} ended in a panic: {}", words.unwrap_or("without a message"));
    Error::data(message, "report it, with the recording if you can")
}
