//! The keys that license files are signed with: `issuers/NAME.key`, which only the owner can read, with its `.pub` file.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use licensing_api::{ErrorCode, Problem};
use licensing_files::{Existing, Readers, durable, make_private_folder, regular};
use licensing_license_file::authority::Authority;
use licensing_license_file::signing::{IssuerKey, MAX_TRUST_FILE_BYTES, TrustedIssuer};
use zeroize::Zeroizing;

/// Largest key file, in bytes.
const MAX_KEY_BYTES: usize = 4096;

/// Longest name of the files of an issuer.
const MAX_STEM: usize = 60;

/// The folder of the issuers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuers(PathBuf);

/// An issuer that was made.
#[derive(Debug, Clone)]
pub struct MadeIssuer {
    /// Its public side.
    pub public: TrustedIssuer,
    /// The file that makes license servers trust it.
    pub trust_file: PathBuf,
}

impl Issuers {
    /// In this folder, which need not exist.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }

    /// Makes the key of an issuer that signs for these vendors.
    ///
    /// # Errors
    /// When a name will not do, an issuer of this name exists, or a file cannot be written.
    pub fn make(&self, name: &str, vendors: &[String]) -> anyhow::Result<MadeIssuer> {
        let stem = stem(name)?;
        let mut random = Zeroizing::new([0; 32]);
        getrandom::fill(&mut random[..])?;
        let key = IssuerKey::from_random(&random);
        let public = key.public(name, vendors)?;
        let (secret, trust) = (key.to_pem()?, public.to_text()?);
        make_private_folder(&self.0).with_context(|| format!("{} cannot be made", self.0.display()))?;
        let (key_file, trust_file) = (
            self.0.join(format!("{stem}.key")),
            self.0.join(format!("{stem}.pub")),
        );
        for (file, text, readers) in [
            (&key_file, secret.as_str(), Readers::Owner),
            (&trust_file, trust.as_str(), Readers::Usual),
        ] {
            durable::write(file, text.as_bytes(), readers, Existing::Refuse)
                .with_context(|| format!("{} cannot be written", file.display()))?;
        }
        Ok(MadeIssuer { public, trust_file })
    }

    /// Files of the issuers, keys included.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn files(&self) -> std::io::Result<Vec<PathBuf>> {
        let entries = match std::fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut files = Vec::new();
        for entry in entries {
            files.push(entry?.path());
        }
        files.sort();
        Ok(files)
    }

    /// All issuers, by file name.
    ///
    /// # Errors
    /// When a file cannot be read or does not hold what it should.
    pub fn all(&self) -> anyhow::Result<Vec<Authority>> {
        self.files()?
            .into_iter()
            .filter(|file| file.extension().is_some_and(|extension| extension == "key"))
            .map(|file| read(&file))
            .collect()
    }

    /// The issuer that signs for a vendor.
    ///
    /// # Errors
    /// `InvalidRequest` when there is none; `StorageUnavailable` when the files cannot be used.
    pub fn of_vendor(&self, vendor: &str) -> Result<Authority, Problem> {
        let all = self.all().map_err(|error| {
            tracing::error!(error = format!("{error:#}"), "the issuers cannot be used");
            Problem::new(
                ErrorCode::StorageUnavailable,
                "The keys of the issuers cannot be used; the log has more.",
            )
        })?;
        all.into_iter()
            .find(|authority| authority.public().may_sign_for(vendor))
            .ok_or_else(|| {
                Problem::new(
                    ErrorCode::InvalidRequest,
                    format!("No issuer signs for '{vendor}'."),
                )
                .about(vendor)
                .advise("Make one with: insightd issuer init --name NAME --vendor VENDOR")
            })
    }
}

fn read(key_file: &Path) -> anyhow::Result<Authority> {
    let shown = key_file.display();
    let pem = Zeroizing::new(
        regular::read_own(key_file, MAX_KEY_BYTES).with_context(|| format!("{shown} cannot be read"))?,
    );
    let pem = std::str::from_utf8(&pem).with_context(|| format!("{shown} is no text"))?;
    let key = IssuerKey::from_pem(pem).with_context(|| format!("{shown} is damaged"))?;
    let trust_file = key_file.with_extension("pub");
    let text = regular::read_text(&trust_file, MAX_TRUST_FILE_BYTES)
        .with_context(|| format!("{} cannot be read", trust_file.display()))?;
    let public =
        TrustedIssuer::from_text(&text).with_context(|| format!("{} is damaged", trust_file.display()))?;
    Ok(Authority::new(key, public)?)
}

/// `Acme Licensing` as `acme-licensing`.
fn stem(name: &str) -> anyhow::Result<String> {
    let lower = name.to_lowercase();
    let words: Vec<&str> = lower
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let stem: String = words.join("-").chars().take(MAX_STEM).collect();
    if stem.is_empty() {
        bail!("the name of the issuer has no letter from a to z and no digit");
    }
    Ok(stem)
}
