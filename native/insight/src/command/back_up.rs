//! Saving a data folder.

use std::path::Path;

use anyhow::{Context, bail};
use licensing_files::{make_private_folder, regular};
use licensing_insight::config::InsightConfig;
use licensing_insight::folder::InsightFolder;
use licensing_insight::fulfilment::open_store;
use licensing_insight::init;

use super::{MAX_LIST_BYTES, fulfilment, print, write_new};

/// Saves everything into a new folder, which can be used as a data folder.
pub(crate) fn back_up(folder: &InsightFolder, config: &InsightConfig, output: &Path) -> anyhow::Result<()> {
    if output.exists() {
        bail!("{} exists already; name a new folder", output.display());
    }
    let saved = InsightFolder::new(output);
    for made in saved.folders() {
        make_private_folder(&made).with_context(|| format!("{} cannot be made", made.display()))?;
    }
    let has_file = config.database.is_empty();
    if has_file {
        init::open(folder, config)?.storage().back_up(&saved.database())?;
    }
    let mut files = vec![(folder.key(), saved.key())];
    for entry in std::fs::read_dir(folder.tls())? {
        let name = entry?.file_name();
        files.push((folder.tls().join(&name), saved.tls().join(name)));
    }
    // Beside PostgreSQL there is a file as long as it has not been moved there.
    if has_file || folder.fulfilment().exists() {
        open_store(&folder.fulfilment(), None)?.back_up(&saved.fulfilment())?;
    }
    for file in fulfilment::issuer_files(folder)? {
        let name = file.file_name().unwrap_or_default().to_owned();
        files.push((file, saved.issuers().join(name)));
    }
    // The configuration comes last: where there is one, the rest is complete.
    files.push((folder.config_file(), saved.config_file()));
    for (from, to) in files {
        let content = regular::read(&from, MAX_LIST_BYTES)
            .with_context(|| format!("{} cannot be read", from.display()))?;
        write_new(&to, &content)?;
    }
    let mut lines = vec![format!("saved in {}", output.display())];
    if !has_file {
        lines.push(
            "uploads, orders and allocations in PostgreSQL are not in it: save the database with pg_dump, and keep both together"
                .to_owned(),
        );
    }
    print(lines)
}
