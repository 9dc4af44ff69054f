//! Who serves a data folder, where the lock of the folder does not say so.
//!
//! The lock is the system's. On a network file system without a lock service it holds on each machine by itself, and a
//! second server would give the same seats out again. So the server writes who it is into the folder, again and again: one
//! that finds a record which somebody keeps writing does not start, and one whose record was replaced ends.

use std::io;
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::bail;
use licensing_files::regular;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::config::DataFolder;

/// How often the record is written.
const BEAT: Duration = Duration::from_secs(1);

/// How long the record of somebody else has to stand still.
const STANDS_STILL: Duration = Duration::from_secs(4);

/// Largest record that is read.
const MAX_BYTES: usize = 4096;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Record {
    /// Random, of one start.
    id: String,
    /// Name of the machine, for people.
    host: String,
    /// The start of the machine's system; empty where there is no such name.
    boot: String,
    process: u32,
    /// How often it was written.
    beat: u64,
}

/// The record of this server.
#[derive(Debug)]
pub(super) struct FolderOwner {
    file: PathBuf,
    record: Record,
}

/// The record, as long as this lives.
#[derive(Debug)]
pub(super) struct Kept {
    ending: Option<mpsc::Sender<()>>,
    taken_over: oneshot::Receiver<TakenOver>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Kept {
    /// Ends when another server took the folder over.
    pub(super) async fn taken_over(&mut self) -> TakenOver {
        match (&mut self.taken_over).await {
            Ok(why) => why,
            // The thread has ended without saying so, which only the end of this makes it do.
            Err(_) => std::future::pending().await,
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        drop(self.ending.take());
        if let Some(thread) = self.thread.take() {
            // It has nothing to say any more.
            let _ = thread.join();
        }
    }
}

/// Another server has written its record.
#[derive(Debug, thiserror::Error)]
#[error(
    "another license server, process {process} on {host}, took over the data folder; this one ends, so that no seat is given out twice"
)]
pub(super) struct TakenOver {
    process: u32,
    host: String,
}

impl FolderOwner {
    /// Writes the record of this server, after watching one that is there already.
    ///
    /// # Errors
    /// When somebody keeps writing another one, or the file cannot be written.
    pub(super) async fn claim(data: &DataFolder) -> anyhow::Result<Self> {
        let file = data.owner_file();
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(|error| io::Error::other(error.to_string()))?;
        let owner = Self {
            record: Record {
                id: hex::encode(id),
                host: gethostname::gethostname().to_string_lossy().into_owned(),
                boot: boot(),
                process: std::process::id(),
                beat: 0,
            },
            file,
        };
        if let Some(found) = owner.read()?
            && !owner.has_surely_ended(&found)
        {
            owner.watch(&found).await?;
        }
        owner.write()?;
        Ok(owner)
    }

    /// Writes the record again and again, on a thread of its own, as a network file system may let it wait. Ends when another
    /// server has written its own, and when the other end of the channel is gone: then the record is removed.
    pub(super) fn keep(mut self) -> io::Result<Kept> {
        let (ending, ended) = mpsc::channel::<()>();
        let (tell, taken_over) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("folder owner".to_owned())
            .spawn(move || {
                while ended.recv_timeout(BEAT) == Err(mpsc::RecvTimeoutError::Timeout) {
                    if let Err(why) = self.beat() {
                        // Nobody hears it only when the server ends anyway.
                        let _ = tell.send(why);
                        return;
                    }
                }
                if let Err(error) = std::fs::remove_file(&self.file) {
                    tracing::debug!(%error, "the record of who serves the data folder cannot be removed");
                }
            })?;
        Ok(Kept {
            ending: Some(ending),
            taken_over,
            thread: Some(thread),
        })
    }

    /// Writes the record once more. That it cannot be written is no reason to end.
    fn beat(&mut self) -> Result<(), TakenOver> {
        match self.read() {
            Ok(Some(found)) if found.id != self.record.id => {
                return Err(TakenOver {
                    process: found.process,
                    host: found.host,
                });
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "the record of who serves the data folder cannot be read"),
        }
        self.record.beat += 1;
        if let Err(error) = self.write() {
            tracing::warn!(%error, "the record of who serves the data folder cannot be written");
        }
        Ok(())
    }

    async fn watch(&self, found: &Record) -> anyhow::Result<()> {
        let until = Instant::now() + STANDS_STILL;
        tracing::info!(
            host = found.host,
            process = found.process,
            "looking whether the last server of the folder still runs"
        );
        while Instant::now() < until {
            tokio::time::sleep(BEAT / 2).await;
            // One that cannot be understood says nothing.
            if let Some(now) = self.read()?
                && now != *found
            {
                bail!(
                    "{} is served by process {} on {}, although the file system let this server lock it as well. Stop that \
                     server first. On a network file system, mount it with a lock service.",
                    self.file.parent().unwrap_or(&self.file).display(),
                    now.process,
                    now.host
                );
            }
        }
        Ok(())
    }

    /// Whether the record is of a process that ran on this machine and does not any more.
    fn has_surely_ended(&self, found: &Record) -> bool {
        let same_system = !found.boot.is_empty() && found.boot == self.record.boot;
        same_system && (found.process == self.record.process || !runs(found.process))
    }

    /// The record that is there; none when it is empty or cannot be understood.
    fn read(&self) -> io::Result<Option<Record>> {
        match regular::read(&self.file, MAX_BYTES) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Puts the record in place at once: whoever found half of one would take the folder for free. Not synced: it says something
    /// only as long as somebody goes on writing it.
    fn write(&self) -> io::Result<()> {
        let new = self.file.with_extension(&self.record.id);
        std::fs::write(&new, serde_json::to_vec(&self.record)?)?;
        std::fs::rename(&new, &self.file)
    }
}

/// The start of the system; empty where it has no name.
fn boot() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .map(|text| text.trim().to_owned())
        .unwrap_or_default()
}

#[cfg(unix)]
fn runs(process: u32) -> bool {
    let process = i32::try_from(process)
        .ok()
        .and_then(rustix::process::Pid::from_raw);
    // A process of another user may not be asked, but is there.
    process.is_some_and(|process| rustix::process::test_kill_process(process) != Err(rustix::io::Errno::SRCH))
}

#[cfg(not(unix))]
fn runs(_: u32) -> bool {
    true
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn folder() -> (tempfile::TempDir, DataFolder) {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::new(folder.path());
        std::fs::create_dir(data.run()).unwrap();
        (folder, data)
    }

    /// The same record, as a server on another machine writes it.
    fn elsewhere(owner: &FolderOwner) -> FolderOwner {
        FolderOwner {
            file: owner.file.clone(),
            record: Record {
                id: "other".to_owned(),
                boot: "another".to_owned(),
                ..owner.record.clone()
            },
        }
    }

    #[tokio::test]
    async fn a_record_that_somebody_keeps_writing_is_respected() {
        let (_folder, data) = folder();
        let mut here = FolderOwner::claim(&data).await.unwrap();
        let there = elsewhere(&here);
        there.write().unwrap();
        let there = there.keep().unwrap();
        let refused = FolderOwner::claim(&data).await.unwrap_err().to_string();
        assert!(refused.contains("is served by process"), "{refused}");
        here.beat().expect_err("its record was replaced");
        let mut here = here.keep().unwrap();
        here.taken_over().await;
        drop(there);
        assert!(!data.owner_file().exists(), "it is removed at the end");
    }

    #[tokio::test(start_paused = true)]
    async fn a_record_of_a_process_that_has_ended_holds_nobody_up() {
        let (_folder, data) = folder();
        let mut here = FolderOwner::claim(&data).await.unwrap();
        here.beat().unwrap();
        let begun = Instant::now();
        FolderOwner::claim(&data).await.unwrap();
        assert!(begun.elapsed() < BEAT, "it is of this process");
    }

    #[tokio::test(start_paused = true)]
    async fn a_record_that_stands_still_is_replaced() {
        let (_folder, data) = folder();
        let here = FolderOwner::claim(&data).await.unwrap();
        elsewhere(&here).write().unwrap();
        FolderOwner::claim(&data).await.unwrap();
    }
}
