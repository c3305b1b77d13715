//! The pipeline itself, on items that sleep, fail and panic.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread::sleep,
    time::{Duration, Instant},
};

use rat::{Error, Result, loader::Ahead};

use crate::workers as threads;

fn collect(items: &mut rat::loader::Items<'_, usize>) -> Result<Vec<usize>> {
    items.collect()
}

fn millis(count: u64) {
    sleep(Duration::from_millis(count));
}

#[test]
fn items_come_in_order_however_long_each_takes() {
    for count in [1, 2, 8] {
        let make = |index: usize| {
            millis([5, 0, 2, 1][index % 4]);
            Ok(index)
        };
        let made = threads(count).in_order(60, Ahead::items(7), make, |_| 1, collect).expect("nothing fails");
        assert_eq!(made, (0..60).collect::<Vec<_>>());
    }
    assert!(threads(3).in_order(0, Ahead::items(7), Ok, |_| 1, collect).expect("nothing to do").is_empty());
}

#[test]
fn a_slow_item_does_not_stall_the_others() {
    let made = AtomicUsize::new(0);
    let make = |index: usize| {
        // The first one waits until all that there is room for are made by the other worker.
        let start = Instant::now();
        while index == 0 && made.load(SeqCst) < 19 && start.elapsed() < Duration::from_secs(30) {
            millis(1);
        }
        made.fetch_add(1, SeqCst);
        Ok(index)
    };
    threads(2).in_order(
        100,
        Ahead::items(20),
        make,
        |_| 1,
        |items| {
            assert_eq!(items.next().expect("100 items").expect("the first"), 0);
            assert!(made.load(SeqCst) >= 20);
        },
    );
}

#[test]
fn a_stalled_consumer_holds_the_workers_at_the_bound() {
    let begun = AtomicUsize::new(0);
    let make = |index: usize| {
        begun.fetch_add(1, SeqCst);
        Ok(index)
    };
    threads(8).in_order(
        1_000,
        Ahead::items(10),
        make,
        |_| 1,
        |items| {
            for taken in 1..=30 {
                items.next().expect("1,000 items").expect("made");
                if taken % 10 == 0 {
                    millis(30);
                }
                assert!(begun.load(SeqCst) <= taken + 10, "{} begun, {taken} taken", begun.load(SeqCst));
            }
            millis(50);
            assert_eq!(begun.load(SeqCst), 40, "they worked up to the bound");
        },
    );
    // What was left was not made.
    assert_eq!(begun.load(SeqCst), 40);
}

#[test]
fn bytes_are_bounded_too_and_an_item_above_the_bound_still_comes() {
    let held = Mutex::new((0_usize, 0_usize));
    let make = |index: usize| {
        let mut held = held.lock().expect("no panic");
        held.0 += 1_000;
        held.1 = held.1.max(held.0);
        Ok(index)
    };
    for bytes in [4_000, 10] {
        let ahead = Ahead { items: 500, bytes };
        *held.lock().expect("no panic") = (0, 0);
        let taken = threads(3).in_order(
            200,
            ahead,
            make,
            |_| 1_000,
            |items| {
                for item in items.by_ref() {
                    item.expect("made");
                    millis(1);
                    held.lock().expect("no panic").0 -= 1_000;
                }
                held.lock().expect("no panic").1
            },
        );
        // What waits, what is in the making, and what the consumer holds.
        assert!(taken <= bytes.max(1_000) + 3_000 + 1_000, "{taken}");
    }
}

#[test]
fn the_first_error_in_order_is_the_one_that_is_told() {
    for count in [1, 8] {
        let taken = AtomicUsize::new(0);
        let make = |index: usize| match index {
            5 => {
                millis(40);
                Err(Error::data("five", "mend five"))
            }
            7 => Err(Error::data("seven", "mend seven")),
            _ => Ok(index),
        };
        let outcome: Result<()> = threads(count).in_order(
            50,
            Ahead::items(20),
            make,
            |_| 1,
            |items| {
                items.try_for_each(|item| {
                    item?;
                    taken.fetch_add(1, SeqCst);
                    Ok(())
                })
            },
        );
        assert_eq!(outcome.expect_err("two fail").to_string(), "five");
        assert_eq!(taken.load(SeqCst), 5);
    }
}

#[test]
fn a_panic_is_an_error_in_its_place_and_ends_nothing_else() {
    let make = |index: usize| {
        assert!(index != 3, "recording {index} broke the decoder");
        Ok(index)
    };
    let made: Vec<Result<usize>> = threads(4).in_order(10, Ahead::items(4), make, |_| 1, |items| items.collect());
    let error = made[3].as_ref().expect_err("it panics").to_string();
    assert!(error.contains("item 3") && error.contains("broke the decoder"), "{error}");
    assert_eq!(made.iter().filter(|item| item.is_ok()).count(), 9);
}

#[test]
fn a_panic_of_the_consumer_stops_the_workers() {
    let outcome = std::panic::catch_unwind(|| {
        threads(4).in_order(
            1_000_000,
            Ahead::items(4),
            Ok,
            |_| 1,
            |items| {
                items.next();
                panic!("the device is gone");
            },
        )
    });
    let outcome: std::thread::Result<()> = outcome;
    assert!(outcome.is_err());
}

#[test]
fn no_threads_are_refused() {
    assert!(rat::loader::Workers::new(0).expect_err("none").remedy().contains("all cores"));
}
