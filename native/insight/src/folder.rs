//! Where everything is that Insight Services keep.

use std::path::{Path, PathBuf};

use licensing_net::tls::CertificateFiles;

/// The data folder and the names of what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InsightFolder {
    root: PathBuf,
}

impl InsightFolder {
    /// The data folder at this path; nothing is touched.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Configuration file.
    pub fn config_file(&self) -> PathBuf {
        self.root.join("insightd.toml")
    }

    /// Certificate and key of the port.
    pub fn certificate_files(&self) -> CertificateFiles {
        CertificateFiles::in_folder(&self.tls())
    }

    /// Folder of certificate and key.
    pub fn tls(&self) -> PathBuf {
        self.root.join("tls")
    }

    /// Folder of the database and the key.
    pub fn state(&self) -> PathBuf {
        self.root.join("state")
    }

    /// The database, unless the configuration names another.
    pub fn database(&self) -> PathBuf {
        self.state().join("insight.db")
    }

    /// Database of orders and allocations, unless the configuration names another.
    pub fn fulfilment(&self) -> PathBuf {
        self.state().join("fulfilment.db")
    }

    /// Folder of the keys that license files are signed with.
    pub fn issuers(&self) -> PathBuf {
        self.root.join("issuers")
    }

    /// Key that receipts are signed with: 32 secret bytes.
    pub fn key(&self) -> PathBuf {
        self.state().join("receiver.key")
    }

    /// Folder of what only a running service has.
    pub fn run(&self) -> PathBuf {
        self.root.join("run")
    }

    /// Held by the process that serves from this folder.
    pub fn lock(&self) -> PathBuf {
        self.run().join("insightd.lock")
    }

    /// Where the service listens, while it runs.
    pub fn endpoints(&self) -> PathBuf {
        self.run().join("endpoints.json")
    }

    /// The first token, if `init` could not show it.
    pub fn initial_token(&self) -> PathBuf {
        self.root.join("initial-token")
    }

    /// All folders, each after the one it is in.
    pub fn folders(&self) -> Vec<PathBuf> {
        vec![
            self.root.clone(),
            self.tls(),
            self.issuers(),
            self.state(),
            self.run(),
        ]
    }
}
