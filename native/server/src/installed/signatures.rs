//! Verifying the signatures of a file on all cores: ten thousand lines take a core half a second.

use std::num::NonZero;
use std::thread;

use licensing_api::inventory::SignatureState;
use licensing_license_file::license_file::{LicenseFile, Line};
use licensing_license_file::signing::{FileBinding, TrustStore};

/// Fewest lines for which another thread is worth its start: about 10 ms of work.
const LINES_OF_A_THREAD: usize = 256;

/// Signature state of each line of a file, by its position in `file.lines`; as [`TrustStore::verify`], but faster.
pub(super) fn signatures(file: &LicenseFile, trust: &TrustStore) -> Vec<Option<SignatureState>> {
    let binding = &FileBinding::of(file);
    let verify = move |lines: &[Line]| -> Vec<_> {
        let state = |line: &Line| {
            let report = trust.examine_line(&line.kind, binding)?;
            Some(report.state)
        };
        lines.iter().map(state).collect()
    };
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let share = file.lines.len().div_ceil(cores).max(LINES_OF_A_THREAD);
    let mut shares = file.lines.chunks(share);
    let own = shares.next().unwrap_or_default();
    thread::scope(|scope| {
        let begin = |lines| {
            let thread = thread::Builder::new().spawn_scoped(scope, move || verify(lines));
            (lines, thread)
        };
        let others: Vec<_> = shares.map(begin).collect();
        let mut states = verify(own);
        for (lines, thread) in others {
            // Where no thread can be started, or one ended early, this one does its work.
            let finished = thread.ok().and_then(|thread| thread.join().ok());
            states.extend(finished.unwrap_or_else(|| verify(lines)));
        }
        states
    })
}
