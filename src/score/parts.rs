//! The work of several devices: each scores a run of windows, and what it has scored comes back as it is done.

use std::sync::mpsc::{SyncSender, sync_channel};

use super::{
    PlacedScores, ScoreTask, ScoresSoFar, Station, ahead, pass,
    plan::{Chosen, Plan},
};
use crate::{
    error::{Error, Result},
    loader::{BadRecording, BadRecordings, Workers},
    model::Batching,
};

/// What a window gave.
struct Done {
    /// How many trials it had, scored or not.
    trials: usize,
    scores: Vec<PlacedScores>,
    bad: Vec<BadRecording>,
}

/// Scores what has no scores so far; gives the recordings that could not be used, in order of their names.
pub(super) fn score(
    stations: &mut [Station<'_, '_>],
    task: &ScoreTask<'_>,
    so_far: &mut ScoresSoFar,
    progress: &mut dyn FnMut(usize),
) -> Result<BadRecordings> {
    let conditioning = stations[0].detector.conditioning();
    let chosen = Chosen::new(task, conditioning)?;
    let order = chosen.left(so_far);
    let (mut done, mut bad) = (task.trials.len() - order.len(), Vec::new());
    progress(done);
    let mut take = |window: Done| -> Result<()> {
        // A replayed batch that lacks a trial is no batch; it is scored again.
        if task.batching == Batching::PerUtterance || window.scores.len() == window.trials {
            so_far.keep(window.scores)?;
        } else {
            window.scores.into_iter().for_each(|(place, scores)| so_far.put(place, scores));
        }
        bad.extend(window.bad);
        done += window.trials;
        progress(done);
        Ok(())
    };
    if let [station] = stations {
        let plan = Plan::new(&chosen, order, station.store.device());
        work(station, &plan, task.workers, &mut take)?;
    } else {
        side_by_side(stations, &chosen, &order, &mut take)?;
    }
    // By name, which does not depend on shards, devices and stops.
    bad.sort_by(|a: &BadRecording, b| a.file.cmp(&b.file));
    let mut all = BadRecordings::default();
    all.extend(bad);
    Ok(all)
}

/// A thread for each station.
fn side_by_side(
    stations: &mut [Station<'_, '_>],
    chosen: &Chosen<'_>,
    order: &[usize],
    take: &mut dyn FnMut(Done) -> Result<()>,
) -> Result<()> {
    let shares = chosen.shares(order, stations.len());
    let workers = Workers::new((chosen.task.workers.threads() / stations.len()).max(1))?;
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(2 * stations.len());
        let threads: Vec<_> = stations
            .iter_mut()
            .zip(shares)
            .map(|(station, share)| {
                let sender: SyncSender<Done> = sender.clone();
                scope.spawn(move || {
                    let plan = Plan::new(chosen, share.to_vec(), station.store.device());
                    work(station, &plan, workers, &mut |done| sender.send(done).map_err(|_| stopped()))
                })
            })
            .collect();
        drop(sender);
        let taken = receiver.iter().try_for_each(take);
        // Whoever is still at work finds nobody to take it.
        drop(receiver);
        let worked = threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err(stopped())));
        let worked: Vec<Result<()>> = worked.collect();
        taken?;
        worked.into_iter().collect()
    })
}

fn stopped() -> Error {
    Error::data("scoring stopped, since another device or the disk failed", "see the first failure, and score again")
}

/// One station's windows.
fn work(
    station: &mut Station<'_, '_>,
    plan: &Plan<'_>,
    workers: Workers,
    take: &mut dyn FnMut(Done) -> Result<()>,
) -> Result<()> {
    let detector = station.detector;
    ahead::windows(plan, workers, station.store, &mut |store, window| {
        let mut scores = Vec::with_capacity(window.trials.len());
        for group in window.groups(plan) {
            let of_conditions = pass::scores(detector, plan, store, &group)?;
            for (at, member) in group.members.iter().enumerate() {
                scores.push((member.place, of_conditions.iter().map(|scores| scores[at]).collect()));
            }
        }
        take(Done { trials: window.trials.len(), scores, bad: window.bad })
    })
}
