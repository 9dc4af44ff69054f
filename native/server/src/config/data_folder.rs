//! Where everything is that the server keeps.

use std::path::{Path, PathBuf};

use licensing_net::tls::CertificateFiles;

use super::Config;

/// The data folder and the names of what is in it; `docs/architecture.md` has the map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFolder {
    root: PathBuf,
}

impl DataFolder {
    /// The data folder at this path; nothing is touched.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Configuration file, unless another is named on the command line.
    pub fn config_file(&self) -> PathBuf {
        self.root.join("licensingd.toml")
    }

    /// Folder of certificate and key.
    pub fn tls(&self) -> PathBuf {
        self.root.join("tls")
    }

    /// Certificate and key of the server.
    pub fn certificate_files(&self) -> CertificateFiles {
        CertificateFiles::in_folder(&self.tls())
    }

    /// Authorities of client certificates, where there are any.
    pub fn client_ca(&self, config: &Config) -> Option<PathBuf> {
        let file = &config.licensing.client_ca;
        (!file.as_os_str().is_empty()).then(|| self.root.join(file))
    }

    /// Keys for tickets of Kerberos, where they are accepted.
    pub fn keytab(&self, config: &Config) -> Option<PathBuf> {
        let file = &config.wsman.keytab;
        (!file.as_os_str().is_empty()).then(|| self.root.join(file))
    }

    /// Folder of the license files and options files.
    pub fn licenses(&self) -> PathBuf {
        self.root.join("licenses")
    }

    /// Options file of a vendor.
    pub fn options_file(&self, vendor: &str) -> PathBuf {
        self.licenses().join(format!("{vendor}.opt"))
    }

    /// Copy of the options file of a vendor that was in force last: its rules hold on when the file is gone or cannot be
    /// read any more.
    pub fn options_copy(&self, vendor: &str) -> PathBuf {
        self.state()
            .join(format!("{}.options", vendor.to_ascii_uppercase()))
    }

    /// Folder of the public keys of trusted issuers.
    pub fn trust(&self) -> PathBuf {
        self.root.join("trust")
    }

    /// Folder of the databases.
    pub fn state(&self) -> PathBuf {
        self.root.join("state")
    }

    /// Database of accounts and tokens.
    pub fn server_database(&self) -> PathBuf {
        self.state().join("server.db")
    }

    /// Ports that vendor daemons were given, by vendor.
    pub fn vendor_ports(&self) -> PathBuf {
        self.state().join("vendor-ports.json")
    }

    /// Folder of the license management service.
    pub fn management(&self) -> PathBuf {
        self.root.join("management")
    }

    /// Alerts that last, where they are sent, and the messages that wait.
    pub fn alerts(&self) -> PathBuf {
        self.management().join("alerts.json")
    }

    /// Archives that the server keeps.
    pub fn backups(&self) -> PathBuf {
        self.root.join("backups")
    }

    /// What is restored at the next start, unpacked and checked.
    pub fn restore(&self) -> PathBuf {
        self.root.join("restore")
    }

    /// Note about the restore that waits; it is there only when all of it is.
    pub fn restore_note(&self) -> PathBuf {
        self.root.join("restore.json")
    }

    /// What is kept of allocations.
    pub fn allocations(&self) -> PathBuf {
        self.management().join("allocations.json")
    }

    /// Register of the databases that must exist, and of how far each went.
    pub fn register(&self) -> PathBuf {
        self.root.join("register.json")
    }

    /// Key that tickets are signed with: 32 secret bytes.
    pub fn ticket_key(&self) -> PathBuf {
        self.state().join("ticket.key")
    }

    /// Key that the NT hashes of passwords are encrypted with: 32 secret bytes.
    pub fn ntlm_key(&self) -> PathBuf {
        self.state().join("ntlm.key")
    }

    /// Database of the leases and the audit of a vendor. Names that differ in case alone are one vendor.
    pub fn vendor_database(&self, vendor: &str) -> PathBuf {
        self.state().join(format!("{}.db", vendor.to_ascii_uppercase()))
    }

    /// Folder of the debug logs.
    pub fn log(&self) -> PathBuf {
        self.root.join("log")
    }

    /// Debug log of a vendor, unless the options file names another file of the folder.
    pub fn vendor_log(&self, vendor: &str) -> PathBuf {
        self.log().join(format!("{}.log", vendor.to_ascii_uppercase()))
    }

    /// The record of who serves the folder.
    pub fn owner_file(&self) -> PathBuf {
        self.run().join("owner.json")
    }

    /// Held by the manager that serves from this folder.
    pub fn manager_lock(&self) -> PathBuf {
        self.run().join("manager.lock")
    }

    /// Folder of what only a running server has.
    pub fn run(&self) -> PathBuf {
        self.root.join("run")
    }

    /// Addresses actually bound, while the server runs.
    pub fn endpoints_file(&self) -> PathBuf {
        self.run().join("endpoints.json")
    }

    /// The first administrator's password, if `init` had to make one and could not show it.
    pub fn initial_password_file(&self) -> PathBuf {
        self.root.join("initial-password")
    }

    /// All folders, each after the one it is in.
    pub fn folders(&self) -> Vec<PathBuf> {
        vec![
            self.root.clone(),
            self.tls(),
            self.licenses(),
            self.trust(),
            self.state(),
            self.log(),
            self.management(),
            self.run(),
        ]
    }
}
