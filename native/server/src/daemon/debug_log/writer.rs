//! The thread that writes the debug log.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use licensing_files::make_private_folder;
use licensing_seats::seat::Change;
use licensing_texts::debug_log::{Event, LogLine, ProcessEvent};

use super::file::{LogFile, MAX_BYTES};
use super::{Entry, Plan, Pressure};

/// How often the date is written; the lines have none.
const TIMESTAMPS: Duration = Duration::from_secs((6 * 60 + 5) * 60);
/// After a failure the file is left alone for so long.
const PAUSE: Duration = Duration::from_secs(10);

pub(super) struct Writer {
    daemon: String,
    zone: TimeZone,
    entries: Receiver<Entry>,
    pressure: Arc<Pressure>,
    plan: Plan,
    file: Option<LogFile>,
    /// When the file failed last, until it takes text again.
    failed: Option<Instant>,
    next_timestamp: Instant,
}

impl Writer {
    pub(super) fn new(
        daemon: String,
        zone: TimeZone,
        entries: Receiver<Entry>,
        pressure: Arc<Pressure>,
    ) -> Self {
        Self {
            daemon,
            zone,
            entries,
            pressure,
            plan: Plan::default(),
            file: None,
            failed: None,
            next_timestamp: Instant::now() + TIMESTAMPS,
        }
    }

    pub(super) fn run(mut self) {
        loop {
            let left = self.next_timestamp.saturating_duration_since(Instant::now());
            match self.entries.recv_timeout(left) {
                Ok(Entry::End) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(entry) => self.take(entry),
                Err(RecvTimeoutError::Timeout) => {
                    let date = self.timestamp();
                    self.write(&date);
                }
            }
            let lost = self.pressure.lost.swap(0, Ordering::SeqCst);
            if lost > 0 {
                tracing::warn!(lost, "the debug log could not keep up; lines are missing in it");
            }
        }
    }

    fn take(&mut self, entry: Entry) {
        let weight = match entry {
            Entry::Changes(at, changes) => {
                let text = self.lines(at, &changes);
                self.write(&text);
                changes.len()
            }
            Entry::Lines(text) => {
                self.write(&text);
                1
            }
            Entry::Plan(plan) => {
                self.follow(plan);
                1
            }
            Entry::End => 0,
        };
        self.pressure.waiting.fetch_sub(weight, Ordering::SeqCst);
    }

    fn lines(&self, at: Timestamp, changes: &[Change]) -> String {
        let time = self.zone.to_datetime(at).time();
        let mut text = String::new();
        for event in changes.iter().filter_map(Change::logged).map(Event::from) {
            if self.plan.logs(&event) {
                let daemon = self.daemon.as_str();
                text.push_str(&LogLine { time, daemon, event }.to_string());
                text.push('\n');
            }
        }
        text
    }

    /// `TIMESTAMP` with today's date; the next one is due in its time.
    fn timestamp(&mut self) -> String {
        self.next_timestamp = Instant::now() + TIMESTAMPS;
        let now = self.zone.to_datetime(Timestamp::now());
        let line = LogLine {
            time: now.time(),
            daemon: &self.daemon,
            event: ProcessEvent::Timestamp(now.date()).into(),
        };
        format!("{line}\n")
    }

    fn follow(&mut self, plan: Plan) {
        if plan.target != self.plan.target {
            self.file = None;
            self.failed = None;
        }
        self.plan = plan;
    }

    /// Writes text. A file that fails is not waited for: what it does not take is lost and counted.
    fn write(&mut self, text: &str) {
        if text.is_empty() || !self.plan.is_on() || self.failed.is_some_and(|at| at.elapsed() < PAUSE) {
            return;
        }
        match self.try_write(text) {
            Ok(()) => {
                if self.failed.take().is_some() {
                    tracing::info!("the debug log is written again");
                }
            }
            Err(error) => {
                tracing::warn!(%error, "the debug log cannot be written; lines are missing in it");
                self.failed = Some(Instant::now());
                self.file = None;
            }
        }
    }

    fn try_write(&mut self, text: &str) -> io::Result<()> {
        if self.file.is_none() {
            self.file = self.open()?;
        }
        let full = self.file.as_ref().is_some_and(LogFile::is_full);
        // A file that begins in the middle of a day must say which.
        let date = if full { self.timestamp() } else { String::new() };
        let Some(file) = &mut self.file else { return Ok(()) };
        if full {
            file.turn()?;
            file.write(&date)?;
        }
        file.write(text)
    }

    fn open(&self) -> io::Result<Option<LogFile>> {
        let Some(target) = &self.plan.target else {
            return Ok(None);
        };
        if let Some(folder) = target.otherwise.parent() {
            make_private_folder(folder)?;
        }
        // After a failure what was written since the start stays where it is.
        let append = target.append || self.failed.is_some();
        let opened = match LogFile::open(&target.path, append, MAX_BYTES) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && target.path != target.otherwise => {
                let path = target.path.display();
                tracing::warn!(%path, "another vendor daemon writes its debug log there; this one goes elsewhere");
                LogFile::open(&target.otherwise, true, MAX_BYTES)
            }
            outcome => outcome,
        };
        let file = opened?;
        tracing::info!(path = %file.path().display(), "the debug log is written");
        Ok(Some(file))
    }
}
