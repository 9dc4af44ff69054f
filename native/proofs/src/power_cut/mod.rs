//! Power cuts, full disks and broken ones, played with the library `power_cut/power_cut.c`.

mod disk;
mod journal;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

pub use disk::{Fate, cut, image_after_failed_syncs};
pub use journal::{Entry, read as read_journal};

use crate::preload::library;

/// The disk below a folder.
#[derive(Debug)]
pub struct Disk {
    library: PathBuf,
    folder: PathBuf,
    journals: PathBuf,
    faults: PathBuf,
    number: u32,
    keep: bool,
}

impl Disk {
    /// Below `folder`, with its journals in `scratch`. `keep` has the journals keep what was synced, too.
    ///
    /// # Errors
    /// If the library cannot be compiled or the folders not be made.
    pub fn new(folder: &Path, scratch: &Path, keep: bool) -> anyhow::Result<Self> {
        fs::create_dir_all(folder)?;
        let journals = scratch.join("journals");
        fs::create_dir_all(&journals)?;
        let mut disk = Self {
            library: library("power_cut")?,
            folder: folder.canonicalize()?,
            journals: journals.canonicalize()?,
            faults: scratch.canonicalize()?.join("faults"),
            number: 0,
            keep,
        };
        disk.heal()?;
        Ok(disk)
    }

    /// Variables for a program that uses it.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let text = |path: &Path| path.display().to_string();
        let mut variables = vec![
            ("LD_PRELOAD", text(&self.library)),
            ("POWER_CUT_FOLDER", text(&self.folder)),
            ("POWER_CUT_JOURNALS", text(&self.journals)),
            ("POWER_CUT_FAULTS", text(&self.faults)),
        ];
        if self.keep {
            variables.push(("POWER_CUT_KEEP", "1".to_owned()));
        }
        variables
    }

    /// The journal of a file, in the order in which things happened.
    ///
    /// # Errors
    /// If it cannot be read or is none.
    pub fn journal(&self, file: &str) -> anyhow::Result<Vec<Entry>> {
        read_journal(&self.journals.join(file))
    }

    /// Bytes that the journal of a file has now.
    pub fn journal_bytes(&self, file: &str) -> u64 {
        fs::metadata(self.journals.join(file)).map_or(0, |journal| journal.len())
    }

    /// From now on, in every process for itself, so many writes succeed, then the disk is full; so many syncs, then
    /// they fail. None for all.
    ///
    /// # Errors
    /// If it cannot be written down.
    pub fn fail_after(&mut self, writes: Option<u32>, syncs: Option<u32>) -> anyhow::Result<()> {
        self.number += 1;
        let of = |left: Option<u32>| left.map_or(-1, i64::from);
        // One write of always as many bytes: a reader sees the old or the new numbers.
        let text = format!("{:<20} {:<20} {:<20}\n", self.number, of(writes), of(syncs));
        let mut file = fs::File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&self.faults)?;
        Ok(std::io::Write::write_all(&mut file, text.as_bytes())?)
    }

    /// Everything succeeds again.
    ///
    /// # Errors
    /// If it cannot be written down.
    pub fn heal(&mut self) -> anyhow::Result<()> {
        self.fail_after(None, None)
    }

    /// Cuts the power. Nobody may have a file open. Gives the number of writes that were not synced.
    ///
    /// # Errors
    /// If a file or a journal cannot be read or written.
    pub fn cut(&self, fate: Fate, dice: &mut crate::Dice) -> anyhow::Result<usize> {
        let mut unsynced = 0;
        for entry in fs::read_dir(&self.journals)? {
            let journal = entry?.path();
            let name = journal.file_name().context("a journal has a name")?;
            let file = self.folder.join(name);
            let entries = read_journal(&journal)?;
            unsynced += entries.len();
            if file.exists() {
                cut(&file, &entries, fate, dice)?;
            }
            fs::remove_file(journal)?;
        }
        self.forget_shared_memory()?;
        Ok(unsynced)
    }

    /// Removes what a restart of the machine removes: the shared-memory index of SQLite lives in memory alone.
    ///
    /// # Errors
    /// If one cannot be removed.
    pub fn forget_shared_memory(&self) -> anyhow::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path.to_string_lossy().ends_with("-shm") {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}
