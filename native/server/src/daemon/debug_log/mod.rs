//! The debug log of this daemon, in the shape that log readers know: `21:00:50 (ACME) OUT: "cad" anna@host1`.
//!
//! Lines are written by a thread of its own. What it cannot keep up with is left out, counted and reported in the log of
//! the server: seats never wait for this file.

mod file;
mod place;
mod plan;
mod said;
mod writer;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread::JoinHandle;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use licensing_seats::seat::Change;
use licensing_store::ChangeObserver;
use licensing_texts::debug_log::{Event, LogLine};
use parking_lot::Mutex;

pub(super) use place::finding;
pub(super) use plan::Plan;
pub(super) use said::{ServedSeats, reread, started, stopped, today};

use writer::Writer;

/// Changes and texts that may wait for the file.
const WAITING: usize = 65_536;

/// Name that lines of the license manager carry.
const MANAGER: &str = "lmgrd";

/// Commands for the thread.
enum Entry {
    /// Changes that are durable.
    Changes(Timestamp, Vec<Change>),
    /// Lines as they are, each with its end.
    Lines(String),
    /// Where to write from now on.
    Plan(Plan),
    /// Write what is there, and end.
    End,
}

/// How much waits, and what was left out.
#[derive(Debug, Default)]
struct Pressure {
    on: AtomicBool,
    waiting: AtomicUsize,
    lost: AtomicU64,
}

/// The debug log of one daemon.
pub(super) struct DebugLog {
    daemon: String,
    zone: TimeZone,
    entries: Sender<Entry>,
    pressure: Arc<Pressure>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl DebugLog {
    /// Starts the thread; nothing is written before the first plan.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub(super) fn start(daemon: &str) -> std::io::Result<Arc<Self>> {
        let (entries, receiver) = mpsc::channel();
        let pressure = Arc::new(Pressure::default());
        let zone = TimeZone::system();
        let writer = Writer::new(daemon.to_owned(), zone.clone(), receiver, Arc::clone(&pressure));
        let thread = std::thread::Builder::new()
            .name("debug-log".to_owned())
            .spawn(move || writer.run())?;
        Ok(Arc::new(Self {
            daemon: daemon.to_owned(),
            zone,
            entries,
            pressure,
            thread: Mutex::new(Some(thread)),
        }))
    }

    /// Writes as planned from now on.
    pub(super) fn follow(&self, plan: Plan) {
        self.pressure.on.store(plan.is_on(), Ordering::SeqCst);
        self.send(1, Entry::Plan(plan));
    }

    /// Says what happened now, in the name of the daemon or of the license manager.
    fn say<'a>(&self, events: impl IntoIterator<Item = Said<'a>>) {
        if !self.pressure.on.load(Ordering::SeqCst) {
            return;
        }
        let time = self.zone.to_datetime(Timestamp::now()).time();
        let mut text = String::new();
        for said in events {
            let (daemon, event) = match said {
                Said::Daemon(event) => (self.daemon.as_str(), event),
                Said::Manager(event) => (MANAGER, event),
            };
            text.push_str(&LogLine { time, daemon, event }.to_string());
            text.push('\n');
        }
        self.send(1, Entry::Lines(text));
    }

    /// Waits until everything is written. Nothing is written any more.
    pub(super) fn end(&self) {
        self.send(0, Entry::End);
        let thread = self.thread.lock().take();
        // A panic in there is reported by its own message.
        let _ = thread.map(JoinHandle::join);
    }

    fn send(&self, weight: usize, entry: Entry) {
        self.pressure.waiting.fetch_add(weight, Ordering::SeqCst);
        // The thread only goes away at the end.
        let _ = self.entries.send(entry);
    }
}

/// An event, and in whose name it is written.
enum Said<'a> {
    /// Of the vendor daemon.
    Daemon(Event<'a>),
    /// Of the license manager.
    Manager(Event<'a>),
}

impl ChangeObserver for DebugLog {
    fn durable(&self, at: Timestamp, changes: Vec<Change>) {
        let pressure = &self.pressure;
        if changes.is_empty() || !pressure.on.load(Ordering::SeqCst) {
            return;
        }
        if pressure.waiting.load(Ordering::SeqCst) + changes.len() > WAITING {
            pressure.lost.fetch_add(changes.len() as u64, Ordering::SeqCst);
            return;
        }
        self.send(changes.len(), Entry::Changes(at, changes));
    }
}
