//! The official archive of the newest PowerShell 7.6, from its GitHub release.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use reqwest::Client;
use semver::Version;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::archive;

/// Where the releases are listed.
const RELEASES: &str = "https://api.github.com/repos/PowerShell/PowerShell/releases?per_page=100";

/// The list, and the file of hashes: more is not read.
const MAXIMUM_TEXT: u64 = 16 << 20;

/// The archive has about 75 MB.
const MAXIMUM_ARCHIVE: u64 = 400 << 20;

/// The line of versions that is fetched.
const MAJOR_MINOR: (u64, u64) = (7, 6);

/// From where to fetch, and how long to wait.
#[derive(Debug, Clone)]
pub struct Source {
    /// List of releases in the form of GitHub's interface.
    pub releases: String,
    /// Longest time for a connection.
    pub connect: Duration,
    /// Longest time without a further byte.
    pub silence: Duration,
}

impl Source {
    /// GitHub, or what `$LICENSING_PWSH_RELEASES` names.
    pub fn from_environment() -> Self {
        let named = std::env::var("LICENSING_PWSH_RELEASES")
            .ok()
            .filter(|url| !url.is_empty());
        Self {
            releases: named.unwrap_or_else(|| RELEASES.to_owned()),
            connect: Duration::from_secs(5),
            silence: Duration::from_secs(20),
        }
    }
}

#[derive(Debug, Deserialize)]
struct Release {
    tag_name: String,
    #[serde(default)]
    draft: bool,
    #[serde(default)]
    prerelease: bool,
    assets: Vec<Asset>,
}

#[derive(Debug, Deserialize)]
struct Asset {
    name: String,
    browser_download_url: String,
}

/// Fetches, checks and unpacks the newest 7.6 below `folder` and returns the program. One that was unpacked before is
/// taken without asking anybody.
///
/// # Errors
/// When nobody answers, the release lacks a file, the hash does not fit, or the archive cannot be unpacked. Nothing
/// is left behind then.
pub async fn fetch(folder: &Path, source: &Source) -> Result<PathBuf> {
    if let Some(program) = fetched_before(folder)? {
        return Ok(program);
    }
    let suffix = archive_suffix()?;
    let client = client(source)?;
    let list = text(&client, &source.releases)
        .await
        .context("the releases of PowerShell cannot be listed")?;
    let releases: Vec<Release> =
        serde_json::from_str(&list).with_context(|| format!("{} is no list of releases", source.releases))?;
    let (version, release) = newest(&releases)?;
    let name = format!("powershell-{version}-{suffix}");
    let hashes = text(&client, asset(release, "hashes.sha256")?)
        .await
        .context("the hashes cannot be fetched")?;
    let expected = hash_of(&hashes, &name)?;

    println!("Fetching {name} …");
    std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let file = download(&client, asset(release, &name)?, folder, expected).await?;
    let parts = tempfile::Builder::new()
        .prefix(".unpacking-")
        .tempdir_in(folder)
        .with_context(|| format!("{} cannot be written", folder.display()))?;
    archive::unpack(file.path(), &name, parts.path())
        .with_context(|| format!("{name} cannot be unpacked"))?;
    let unpacked = program_in(parts.path());
    if !unpacked.is_file() {
        bail!("{name} holds no pwsh");
    }
    make_executable(&unpacked)?;
    let place = folder.join(version.to_string());
    std::fs::rename(parts.path(), &place).with_context(|| format!("{} cannot be made", place.display()))?;
    Ok(program_in(&place))
}

fn client(source: &Source) -> Result<Client> {
    // A second task in the same process finds it set already, which is as good.
    rustls::crypto::ring::default_provider().install_default().ok();
    Client::builder()
        .connect_timeout(source.connect)
        .read_timeout(source.silence)
        // A list from https never leads to anything less.
        .https_only(source.releases.starts_with("https://"))
        .user_agent("licensing-services-xtask")
        .build()
        .context("no HTTP client can be made")
}

fn fetched_before(folder: &Path) -> Result<Option<PathBuf>> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Ok(None);
    };
    let mut newest: Option<(Version, PathBuf)> = None;
    for entry in entries {
        let path = entry
            .with_context(|| format!("{} cannot be read", folder.display()))?
            .path();
        let version = path
            .file_name()
            .and_then(|name| name.to_str())
            .and_then(|name| Version::parse(name).ok());
        let Some(version) = version else { continue };
        let program = program_in(&path);
        if program.is_file() && newest.as_ref().is_none_or(|(best, _)| version > *best) {
            newest = Some((version, program));
        }
    }
    Ok(newest.map(|(_, program)| program))
}

fn program_in(folder: &Path) -> PathBuf {
    folder.join(format!("pwsh{}", std::env::consts::EXE_SUFFIX))
}

/// How the archive for this system is called behind the version.
///
/// # Errors
/// When there is none.
pub fn archive_suffix() -> Result<&'static str> {
    let musl = cfg!(target_env = "musl");
    match (std::env::consts::OS, std::env::consts::ARCH, musl) {
        ("linux", "x86_64", false) => Ok("linux-x64.tar.gz"),
        ("linux", "x86_64", true) => Ok("linux-musl-x64.tar.gz"),
        ("linux", "aarch64", false) => Ok("linux-arm64.tar.gz"),
        ("linux", "arm", false) => Ok("linux-arm32.tar.gz"),
        ("macos", "x86_64", _) => Ok("osx-x64.tar.gz"),
        ("macos", "aarch64", _) => Ok("osx-arm64.tar.gz"),
        ("windows", "x86_64", _) => Ok("win-x64.zip"),
        ("windows", "aarch64", _) => Ok("win-arm64.zip"),
        (system, processor, _) => bail!("there is no official archive for {system} on {processor}"),
    }
}

fn newest(releases: &[Release]) -> Result<(Version, &Release)> {
    releases
        .iter()
        .filter(|release| !release.draft && !release.prerelease)
        .filter_map(|release| Some((Version::parse(release.tag_name.strip_prefix('v')?).ok()?, release)))
        .filter(|(version, _)| (version.major, version.minor) == MAJOR_MINOR && version.pre.is_empty())
        .max_by(|(one, _), (other, _)| one.cmp(other))
        .with_context(|| format!("no release {}.{} is listed", MAJOR_MINOR.0, MAJOR_MINOR.1))
}

fn asset<'a>(release: &'a Release, name: &str) -> Result<&'a str> {
    release
        .assets
        .iter()
        .find(|asset| asset.name == name)
        .map(|asset| asset.browser_download_url.as_str())
        .with_context(|| format!("the release {} has no file {name}", release.tag_name))
}

/// Lines of `hash *name`, in either case and with either kind of line end.
fn hash_of(hashes: &str, name: &str) -> Result<[u8; 32]> {
    let line = hashes
        .trim_start_matches('\u{feff}')
        .lines()
        .filter_map(|line| line.trim().split_once(char::is_whitespace))
        .find(|(_, file)| file.trim().trim_start_matches('*') == name);
    let (digits, _) = line.with_context(|| format!("the hashes of the release do not name {name}"))?;
    let mut hash = [0; 32];
    hex::decode_to_slice(digits, &mut hash)
        .with_context(|| format!("the hash of {name} is none: {digits:?}"))?;
    Ok(hash)
}

async fn text(client: &Client, url: &str) -> Result<String> {
    let mut bytes = Vec::new();
    receive(client, url, MAXIMUM_TEXT, |piece| {
        bytes.extend_from_slice(piece);
        Ok(())
    })
    .await?;
    String::from_utf8(bytes).with_context(|| format!("{url} is no text"))
}

/// The archive in a file that vanishes with the value; its hash is right.
async fn download(
    client: &Client,
    url: &str,
    folder: &Path,
    expected: [u8; 32],
) -> Result<tempfile::NamedTempFile> {
    let mut file = tempfile::Builder::new()
        .prefix(".fetching-")
        .tempfile_in(folder)
        .with_context(|| format!("{} cannot be written", folder.display()))?;
    let mut hash = Sha256::new();
    receive(client, url, MAXIMUM_ARCHIVE, |piece| {
        hash.update(piece);
        file.write_all(piece).context("the archive cannot be written")
    })
    .await?;
    file.flush().context("the archive cannot be written")?;
    let found: [u8; 32] = hash.finalize().into();
    if found != expected {
        bail!(
            "{url} has the SHA-256 hash {}, and the release says {}",
            hex::encode(found),
            hex::encode(expected)
        );
    }
    Ok(file)
}

async fn receive(
    client: &Client,
    url: &str,
    limit: u64,
    mut take: impl FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let mut response = client
        .get(url)
        .send()
        .await
        .with_context(|| format!("{url} cannot be reached"))?;
    if !response.status().is_success() {
        bail!("{url} answers {}", response.status());
    }
    let mut received = 0_u64;
    while let Some(piece) = response
        .chunk()
        .await
        .with_context(|| format!("{url} broke off"))?
    {
        received += piece.len() as u64;
        if received > limit {
            bail!("{url} has more than {limit} bytes");
        }
        take(&piece)?;
    }
    Ok(())
}

#[cfg(unix)]
fn make_executable(program: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755))
        .with_context(|| format!("{} cannot be made executable", program.display()))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> Result<()> {
    Ok(())
}
