//! The folder of the service: state, key, salt, and the uploads that wait or were delivered.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use jiff::Timestamp;
use licensing_files::{Existing, Readers, durable, make_private_folder};
use licensing_management::id::ServerGuid;
use licensing_management::key::ManagementKey;
use licensing_management::upload::SealedUpload;
use zeroize::Zeroizing;

use super::state::State;

/// Most uploads that wait.
pub const MAX_WAITING: usize = 60;
/// Most bytes that they may take.
pub(super) const MAX_WAITING_BYTES: usize = 16 * 1024 * 1024;
/// Key that uploads are signed with.
const KEY: &str = "server.key";
/// Salt of the hashes of names.
const SALT: &str = "names.salt";
/// Delivered uploads that are kept to be looked at.
const KEPT: usize = 30;
/// Most bytes that they may take, but for the latest: all of them are one answer.
const KEPT_BYTES: u64 = 16 * 1024 * 1024;

/// Paths of the service. Everything here blocks.
#[derive(Debug, Clone)]
pub struct ManagementFolder(PathBuf);

/// What the folder holds.
#[derive(Debug)]
pub struct Opened {
    /// What survived.
    pub state: State,
    /// Key that uploads are signed with.
    pub key: ManagementKey,
    /// Salt of the hashes of names; it never leaves the server.
    pub salt: Zeroizing<[u8; 32]>,
    /// Uploads that wait, in order.
    pub waiting: Vec<SealedUpload>,
}

impl ManagementFolder {
    /// The folder at this path; nothing is touched.
    pub fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// File of the state.
    pub fn state_file(&self) -> PathBuf {
        self.0.join("state.json")
    }

    /// Files of the key and of the salt.
    pub fn secret_files(&self) -> [PathBuf; 2] {
        [KEY, SALT].map(|name| self.0.join(name))
    }

    /// Folder of the uploads that wait.
    pub fn waiting(&self) -> PathBuf {
        self.0.join("waiting")
    }

    fn delivered(&self) -> PathBuf {
        self.0.join("delivered")
    }

    fn set_aside_folder(&self) -> PathBuf {
        self.0.join("refused")
    }

    /// Makes what is missing, with a new GUID for a folder that has none, and reads everything.
    ///
    /// # Errors
    /// When a file cannot be read or written, or does not hold what it should.
    pub fn open(&self, now: Timestamp) -> anyhow::Result<Opened> {
        for folder in [
            self.0.clone(),
            self.waiting(),
            self.delivered(),
            self.set_aside_folder(),
        ] {
            make_private_folder(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        }
        let file = self.state_file();
        let mut state: State = match std::fs::read(&file) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .with_context(|| format!("{} cannot be understood", file.display()))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let state = State::new(ServerGuid::from_random(random()?), now);
                self.save(&state)?;
                state
            }
            Err(error) => return Err(error).with_context(|| format!("{} cannot be read", file.display())),
        };
        let waiting = read_uploads(&self.waiting())?;
        // An upload is on the disk before the state tells of it.
        if let Some(last) = waiting
            .last()
            .filter(|last| last.body().sequence > state.sequence)
        {
            state.sequence = last.body().sequence;
            state.previous = Some(last.integrity().to_owned());
            state.window_stop = Some(last.body().window_stop);
        }
        Ok(Opened {
            state,
            key: ManagementKey::from_seed(&self.secret(KEY)?),
            salt: self.secret(SALT)?,
            waiting,
        })
    }

    /// Replaces the state.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn save(&self, state: &State) -> anyhow::Result<()> {
        let file = self.state_file();
        let bytes = serde_json::to_vec_pretty(state)?;
        durable::write(&file, &bytes, Readers::Owner, Existing::Replace)
            .with_context(|| format!("{} cannot be written", file.display()))
    }

    /// Reads 32 secret bytes, or makes them.
    fn secret(&self, name: &str) -> anyhow::Result<Zeroizing<[u8; 32]>> {
        let file = self.0.join(name);
        let mut secret = Zeroizing::new([0; 32]);
        match std::fs::read(&file) {
            Ok(bytes) if bytes.len() == secret.len() => secret.copy_from_slice(&bytes),
            Ok(_) => bail!("{} is damaged: it does not have 32 bytes", file.display()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                getrandom::fill(&mut secret[..])?;
                durable::write(&file, &secret[..], Readers::Owner, Existing::Refuse)
                    .with_context(|| format!("{} cannot be written", file.display()))?;
            }
            Err(error) => return Err(error).with_context(|| format!("{} cannot be read", file.display())),
        }
        Ok(secret)
    }

    /// Puts an upload among those that wait.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add(&self, upload: &SealedUpload) -> anyhow::Result<()> {
        let file = self.waiting().join(name_of(upload));
        durable::write(&file, upload.bytes(), Readers::Owner, Existing::Replace)
            .with_context(|| format!("{} cannot be written", file.display()))
    }

    /// Moves an upload to those that were delivered, and removes the oldest of these.
    ///
    /// # Errors
    /// When it cannot be moved.
    pub fn settle(&self, upload: &SealedUpload) -> anyhow::Result<()> {
        let name = name_of(upload);
        durable::rename(&self.waiting().join(&name), &self.delivered().join(&name))
            .with_context(|| format!("upload {} cannot be moved", upload.body().upload_id))?;
        let mut bytes = 0;
        for (newer, name) in names_in(&self.delivered())?.iter().rev().enumerate() {
            let file = self.delivered().join(name);
            bytes += file.metadata()?.len();
            if newer >= KEPT || newer > 0 && bytes > KEPT_BYTES {
                std::fs::remove_file(file)?;
            }
        }
        Ok(())
    }

    /// Moves an upload to those that the receiver has refused for what they are. They stay until an administrator removes them.
    ///
    /// # Errors
    /// When it cannot be moved.
    pub fn set_aside(&self, upload: &SealedUpload) -> anyhow::Result<()> {
        let name = name_of(upload);
        durable::rename(&self.waiting().join(&name), &self.set_aside_folder().join(&name))
            .with_context(|| format!("upload {} cannot be moved", upload.body().upload_id))
    }

    /// How many uploads lie among those that were set aside.
    ///
    /// # Errors
    /// When they cannot be listed.
    pub fn count_set_aside(&self) -> io::Result<usize> {
        Ok(names_in(&self.set_aside_folder())?.len())
    }

    /// Uploads that were delivered, in order.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn read_delivered(&self) -> anyhow::Result<Vec<SealedUpload>> {
        read_uploads(&self.delivered())
    }
}

/// Random bytes.
///
/// # Errors
/// When the system gives none.
pub(super) fn random<const N: usize>() -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// Sorts by the number of the upload.
fn name_of(upload: &SealedUpload) -> String {
    format!("{:012}-{}.json", upload.body().sequence, upload.body().upload_id)
}

fn names_in(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        // What a crash leaves of a file that was being written has another name.
        if name.ends_with(".json") && !name.starts_with('.') {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

fn read_uploads(folder: &Path) -> anyhow::Result<Vec<SealedUpload>> {
    let mut uploads = Vec::new();
    for name in names_in(folder)? {
        let file = folder.join(&name);
        let bytes = std::fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        match SealedUpload::read(&bytes) {
            Ok(upload) => uploads.push(upload),
            // It would be refused by every receiver; the window it covered is in the audit of the vendors.
            Err(error) => {
                tracing::error!(file = %file.display(), %error, "an upload is damaged and is not sent")
            }
        }
    }
    Ok(uploads)
}
