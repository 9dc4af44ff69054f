//! Feeding a reader.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use fastrand::Rng;

use crate::{Target, mutate};

/// Inputs that are kept as a basis for further ones.
const KEPT: usize = 256;

/// How long a reader is fed.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// Seed of the random changes.
    pub seed: u64,
    /// Most inputs.
    pub inputs: u64,
    /// Longest time.
    pub time: Duration,
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    /// Inputs that were read.
    pub inputs: u64,
    /// Time that the slowest of them took.
    pub slowest: Duration,
    /// The first input on which the reader panicked.
    pub finding: Option<Finding>,
}

/// An input on which the reader panicked.
#[derive(Debug)]
pub struct Finding {
    /// The bytes.
    pub input: Vec<u8>,
    /// What the panic said.
    pub message: String,
}

impl Run {
    /// Feeds the reader with its seeds and with changes of them, until it panics or the run is over.
    pub fn feed(self, target: Target) -> Outcome {
        let began = Instant::now();
        let mut random = Rng::with_seed(self.seed);
        let mut inputs = (target.seeds)();
        let seeds = inputs.clone();
        let mut outcome = Outcome {
            inputs: 0,
            slowest: Duration::ZERO,
            finding: None,
        };
        while outcome.inputs < self.inputs && began.elapsed() < self.time {
            let position = usize::try_from(outcome.inputs).unwrap_or(usize::MAX);
            let input = match seeds.get(position) {
                Some(seed) => seed.clone(),
                None => mutate(&inputs, &mut random),
            };
            let started = Instant::now();
            let read = catch_unwind(AssertUnwindSafe(|| (target.read)(&input)));
            outcome.slowest = outcome.slowest.max(started.elapsed());
            outcome.inputs += 1;
            if let Err(panic) = read {
                let message = panic
                    .downcast_ref::<String>()
                    .cloned()
                    .or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()))
                    .unwrap_or_default();
                outcome.finding = Some(Finding { input, message });
                break;
            }
            // Changes of changes go further away from what is well-formed.
            if random.u8(..) < 16 {
                if inputs.len() < KEPT {
                    inputs.push(input);
                } else {
                    let place = random.usize(seeds.len()..KEPT);
                    inputs[place] = input;
                }
            }
        }
        outcome
    }
}
