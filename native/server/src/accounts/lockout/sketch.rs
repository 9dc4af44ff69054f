//! Failures by key in a table of fixed size that never forgets one in favour of another.
//!
//! A count-min sketch: each key has one cell in each row, and the cell that delays least counts. Whoever invents keys to
//! push others out only makes cells fuller, which delays more, never less.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;
use std::time::{Duration, Instant};

use super::{Failures, LONGEST};

/// Rows. Two keys share a cell of each of them once in 68,000 million pairs of keys.
const ROWS: usize = 2;

/// Cells of a row. An hour of wrong passwords, as fast as they are checked, fills less than one cell in 500 so far that
/// it delays, and both cells of one key in 300,000.
const CELLS: usize = 262_144;

/// Resolution of the times in the cells.
const TICK: Duration = Duration::from_millis(100);

#[derive(Debug)]
pub(super) struct Sketch<K> {
    start: Instant,
    rows: [Row; ROWS],
    keys: PhantomData<fn(&K)>,
}

/// The cells of a key before a failure was added.
pub(super) type Previous = [Failures; ROWS];

#[derive(Debug)]
struct Row {
    /// Random, so that nobody can choose keys that share a cell.
    hash: RandomState,
    /// Count and time of the last failure, packed so that a fresh table is zeroes that take no memory.
    cells: Box<[u64]>,
}

impl<K> Default for Sketch<K> {
    fn default() -> Self {
        let row = |_| Row {
            hash: RandomState::new(),
            cells: vec![0; CELLS].into_boxed_slice(),
        };
        Self {
            start: Instant::now(),
            rows: std::array::from_fn(row),
            keys: PhantomData,
        }
    }
}

impl Row {
    fn cell(&mut self, key: &impl Hash) -> Option<&mut u64> {
        let index = self.hash.hash_one(key) % CELLS as u64;
        self.cells.get_mut(usize::try_from(index).ok()?)
    }
}

impl<K: Hash> Sketch<K> {
    /// Adds a failure and gives what was there before.
    pub(super) fn add(&mut self, key: &K, now: Instant) -> Previous {
        let start = self.start;
        let mut previous = Previous::default();
        for (row, previous) in self.rows.iter_mut().zip(&mut previous) {
            if let Some(cell) = row.cell(key) {
                *previous = unpacked(*cell, start);
                let mut failures = *previous;
                failures.add(now);
                *cell = packed(&failures, start);
            }
        }
        previous
    }

    /// Undoes an [`Self::add`].
    pub(super) fn take_back(&mut self, key: &K, previous: &Previous) {
        let start = self.start;
        for (row, previous) in self.rows.iter_mut().zip(previous) {
            if let Some(cell) = row.cell(key) {
                let mut failures = unpacked(*cell, start);
                failures.take_back(previous);
                *cell = packed(&failures, start);
            }
        }
    }

    /// Forgets the failures of the key. A key that shares one of its cells begins anew as well.
    pub(super) fn forget(&mut self, key: &K) {
        for row in &mut self.rows {
            if let Some(cell) = row.cell(key) {
                *cell = 0;
            }
        }
    }

    /// How long the key has to wait.
    pub(super) fn remaining(&mut self, key: &K, free: u32, now: Instant) -> Option<Duration> {
        let start = self.start;
        let mut least = None;
        for row in &mut self.rows {
            let left = unpacked(*row.cell(key)?, start).remaining(free, LONGEST, now)?;
            least = Some(least.map_or(left, |least: Duration| least.min(left)));
        }
        least
    }
}

/// The time is rounded up, so that no delay becomes shorter.
fn packed(failures: &Failures, start: Instant) -> u64 {
    let Some(last) = failures.last else {
        return 0;
    };
    let ticks = last
        .saturating_duration_since(start)
        .as_nanos()
        .div_ceil(TICK.as_nanos());
    let ticks = u32::try_from(ticks).unwrap_or(u32::MAX);
    u64::from(failures.count) << 32 | u64::from(ticks)
}

fn unpacked(cell: u64, start: Instant) -> Failures {
    if cell == 0 {
        return Failures::default();
    }
    let ticks = u32::try_from(cell & u64::from(u32::MAX)).unwrap_or(u32::MAX);
    Failures {
        count: u32::try_from(cell >> 32).unwrap_or(u32::MAX),
        last: Some(start + TICK * ticks),
    }
}
