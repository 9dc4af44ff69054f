//! `cargo xtask package`: one archive with everything.

use std::fs::File;

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::{build, powershell, workspace};

/// Builds for release into `target/package` and packs it there.
///
/// # Errors
/// When there is no PowerShell, the build fails or the archive cannot be written.
pub async fn run() -> Result<bool> {
    let powershell = powershell::find().await.into_result()?;
    let name = format!(
        "licensing-services-{}-{}-{}",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH
    );
    let folder = workspace::target().join("package");
    let content = folder.join(&name);
    if content.exists() {
        std::fs::remove_dir_all(&content)
            .with_context(|| format!("{} cannot be removed", content.display()))?;
    }
    build::everything(&powershell, "Release", &content).await?;
    let path = folder.join(format!("{name}.tar.gz"));
    let file = File::create(&path).with_context(|| format!("{} cannot be written", path.display()))?;
    let mut archive = tar::Builder::new(GzEncoder::new(file, Compression::best()));
    archive
        .append_dir_all(&name, &content)
        .context("the archive cannot be written")?;
    for document in ["README.md", "LICENSE"] {
        archive
            .append_path_with_name(workspace::root().join(document), format!("{name}/{document}"))
            .with_context(|| format!("{document} cannot be packed"))?;
    }
    archive.into_inner()?.finish()?.sync_all()?;
    println!("{}", path.display());
    Ok(true)
}
