//! The configuration while the server runs: read again on demand, and changed from afar.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use licensing_api::configuration::{
    ConfigurationChange, MAX_SETTINGS, SettingApplies, SettingRow, SettingSource,
};
use licensing_api::{ErrorCode, Problem};
use licensing_files::{Existing, Readers, durable, regular};
use licensing_settings::file::{self, MAX_CONFIG_BYTES};
use licensing_settings::{Applies, Changes, Description, Section, Setting};
use toml_edit::{Decor, DocumentMut, Item, Table};

use crate::config::{Config, ConfigError, DataFolder, ENVIRONMENT_PREFIX, LiveConfig};
use crate::product_access::ProductAccess;
use crate::shown_text::shown_text;

/// Bytes of a change: the audit keeps 64 KiB of each, however they are escaped, and must have all of it.
const MAX_CHANGE_BYTES: usize = 8 * 1024;

/// Settings that say where the password in a file of the server is sent, after the setting that names the file. Whoever
/// could change them from afar could have the password sent to themselves.
const SENDS_PASSWORD: &[(&str, &[&str])] = &[
    (
        "mail.password_file",
        &["mail.server", "mail.port", "mail.security"],
    ),
    (
        "directory.bind_password_file",
        &["directory.url", "directory.start_tls"],
    ),
];

/// The configuration file, and everything that follows it. Clones are handles on the same.
#[derive(Clone)]
pub struct Configuration {
    live: LiveConfig,
    file: PathBuf,
    data: DataFolder,
    access: Arc<ProductAccess>,
    /// Held from reading the file to having it replaced, so that no change is lost.
    changing: Arc<tokio::sync::Mutex<()>>,
}

/// A change of settings that was checked and only has to be carried out. Nobody else changes them while it lives.
pub struct CheckedSettings {
    configuration: Configuration,
    text: String,
    /// The settings and their new values as TOML writes them; none for the default.
    pub settings: BTreeMap<String, Option<String>>,
    _changing: tokio::sync::OwnedMutexGuard<()>,
}

impl Configuration {
    /// The configuration of this file, which is `live` now.
    pub fn new(live: LiveConfig, file: PathBuf, data: DataFolder, access: Arc<ProductAccess>) -> Self {
        Self {
            live,
            file,
            data,
            access,
            changing: Arc::default(),
        }
    }

    /// The file.
    pub fn file(&self) -> &std::path::Path {
        &self.file
    }

    /// Reads the file again and takes over what can change without a restart.
    ///
    /// # Errors
    /// When the file cannot be used; nothing has changed then.
    pub fn read_again(&self) -> Result<Changes, ConfigError> {
        let reloaded = self.live.now().reload(&self.file)?;
        for setting in &reloaded.changes.applied {
            tracing::info!(setting, "a setting has changed and is in effect");
        }
        for setting in &reloaded.changes.waiting {
            tracing::warn!(
                setting,
                "a setting has changed; it takes effect at the next start"
            );
        }
        self.live.replace(reloaded.config);
        Ok(reloaded.changes)
    }

    /// Lets those who use the licensing ports be judged by the configuration in effect.
    pub fn pass_on(&self) {
        let config = self.live.now();
        self.access.set_anonymous(config.licensing.anonymous);
        let authorities = self.data.client_ca(&config);
        if let Err(error) = self.access.clients().read(authorities.as_deref()) {
            tracing::error!(%error, "the authorities of client certificates are not used; the earlier ones stay");
        }
    }

    /// Every setting, with the values in effect and those that wait.
    ///
    /// # Errors
    /// `StorageUnavailable` when the file cannot be read.
    pub fn rows(&self) -> Result<Vec<SettingRow>, Problem> {
        let text = self.text()?;
        let in_file: toml::Table = text.parse().unwrap_or_default();
        let tables = self.tables(&text)?;
        let [now, next] = &tables;
        let rows = settings().into_iter().map(|(name, setting)| {
            let value = shown(now, &name);
            let waiting = shown(next, &name);
            SettingRow {
                waiting: (waiting != value).then_some(waiting),
                value,
                applies: match setting.applies {
                    Applies::AtOnce => SettingApplies::AtOnce,
                    Applies::AfterRestart => SettingApplies::AfterRestart,
                },
                source: if is_in_environment(&name) {
                    SettingSource::Environment
                } else if find(&in_file, &name).is_some() {
                    SettingSource::File
                } else {
                    SettingSource::Default
                },
                remote: only_here(&name, &setting, &tables).is_none(),
                default: setting.default,
                meaning: setting.meaning.to_owned(),
                allowed: setting.allowed.to_owned(),
                name,
            }
        });
        Ok(rows.collect())
    }

    /// Checks a change of settings; nothing is changed yet.
    ///
    /// # Errors
    /// `InvalidRequest` that names the setting.
    pub async fn check(&self, wanted: Vec<String>) -> Result<CheckedSettings, Problem> {
        let changing = Arc::clone(&self.changing).lock_owned().await;
        let this = self.clone();
        crate::blocking::blocking(move || this.checked(&wanted, changing)).await?
    }

    fn checked(
        &self,
        wanted: &[String],
        changing: tokio::sync::OwnedMutexGuard<()>,
    ) -> Result<CheckedSettings, Problem> {
        if wanted.is_empty() || wanted.len() > MAX_SETTINGS {
            let detail = format!(
                "A change names 1 to {MAX_SETTINGS} settings, not {}.",
                wanted.len()
            );
            return Err(invalid("settings", detail));
        }
        if wanted.iter().map(String::len).sum::<usize>() > MAX_CHANGE_BYTES {
            let detail = format!("A change has at most {MAX_CHANGE_BYTES} bytes.");
            return Err(invalid("settings", detail).advise("Change fewer settings at a time."));
        }
        let known = settings();
        let defaults = table(&Config::default())?;
        let text = self.text()?;
        let tables = self.tables(&text)?;
        let mut document: DocumentMut = text.parse().map_err(|error| {
            let detail = format!("The configuration file is not valid, and was not changed: {error}");
            invalid("settings", detail)
        })?;
        let mut changed = BTreeMap::new();
        for one in wanted {
            let (name, value) = one
                .split_once('=')
                .ok_or_else(|| invalid(one, "A setting is written as name=value.".to_owned()))?;
            let name = name.trim().to_owned();
            let Some(setting) = known.get(&name) else {
                return Err(invalid(&name, format!("There is no setting {name}."))
                    .advise("List the settings with Get-LicenseServerConfiguration."));
            };
            if let Some(why) = only_here(&name, setting, &tables) {
                let detail = format!("{name} {why} and is only changed there.");
                return Err(invalid(&name, detail).advise("Change it in the configuration file."));
            }
            let value = read_value(&name, value.trim(), find(&defaults, &name))?;
            let written = value.as_ref().map(ToString::to_string);
            if changed.insert(name.clone(), written).is_some() {
                return Err(invalid(&name, format!("{name} is there twice.")));
            }
            put(&mut document, &name, value)?;
        }
        let text = document.to_string();
        file::read::<Config>(&self.file, &text, ENVIRONMENT_PREFIX).map_err(|error| {
            let named = changed.keys().find(|name| error.what().contains(*name));
            let all = changed.keys().cloned().collect::<Vec<_>>().join(", ");
            invalid(named.unwrap_or(&all), format!("{}.", error.what()))
        })?;
        Ok(CheckedSettings {
            configuration: self.clone(),
            text,
            settings: changed,
            _changing: changing,
        })
    }

    /// The settings in effect, and those that wait.
    fn tables(&self, text: &str) -> Result<[toml::Table; 2], Problem> {
        let now = table(&self.live.now())?;
        // A file that is not valid leaves everything as it is.
        let next = match file::read::<Config>(&self.file, text, ENVIRONMENT_PREFIX) {
            Ok(config) => table(&config)?,
            Err(_) => now.clone(),
        };
        Ok([now, next])
    }

    fn text(&self) -> Result<String, Problem> {
        regular::read_text(&self.file, MAX_CONFIG_BYTES).map_err(|error| {
            let detail = format!(
                "The configuration file {} cannot be read: {error}.",
                self.file.display()
            );
            Problem::new(ErrorCode::StorageUnavailable, detail).about(self.file.display().to_string())
        })
    }
}

impl CheckedSettings {
    /// Replaces the file as a whole, and takes over what can change without a restart.
    ///
    /// # Errors
    /// `StorageUnavailable`; the file and everything in effect are then as they were.
    pub async fn carry_out(self) -> Result<ConfigurationChange, Problem> {
        crate::blocking::blocking(move || self.write()).await?
    }

    fn write(self) -> Result<ConfigurationChange, Problem> {
        let configuration = &self.configuration;
        let failed = |detail: String| Problem::new(ErrorCode::StorageUnavailable, detail);
        durable::write(
            &configuration.file,
            self.text.as_bytes(),
            Readers::Usual,
            Existing::Replace,
        )
        .map_err(|error| failed(format!("The configuration file cannot be written: {error}.")))?;
        let changes = configuration
            .read_again()
            .map_err(|error| failed(format!("The configuration file cannot be read again: {error}.")))?;
        configuration.pass_on();
        let overridden: BTreeSet<&String> = self
            .settings
            .keys()
            .filter(|name| is_in_environment(name))
            .collect();
        Ok(ConfigurationChange {
            applied: changes.applied,
            waiting: changes.waiting,
            overridden: overridden.into_iter().cloned().collect(),
        })
    }
}

fn invalid(target: &str, detail: String) -> Problem {
    Problem::new(ErrorCode::InvalidRequest, detail).about(shown_text(target))
}

/// Every setting by its full name.
fn settings() -> BTreeMap<String, Setting> {
    let mut all = BTreeMap::new();
    collect("", Config::describe(), &mut all);
    all
}

fn collect(section: &str, description: Description, all: &mut BTreeMap<String, Setting>) {
    let full = |name: &str| match section {
        "" => name.to_owned(),
        section => format!("{section}.{name}"),
    };
    for setting in description.settings {
        all.insert(full(setting.name), setting);
    }
    for (name, nested) in description.sections {
        collect(&full(name), nested, all);
    }
}

/// Why a setting is only changed on the server itself; none when it may be changed from afar.
fn only_here(name: &str, setting: &Setting, tables: &[toml::Table; 2]) -> Option<&'static str> {
    // Whoever could change it from afar could have any file read.
    if setting.names_file {
        return Some("names a file of the server");
    }
    let is_set = |file: &str| {
        let mut values = tables.iter().filter_map(|table| find(table, file)?.as_str());
        values.any(|path| !path.is_empty())
    };
    SENDS_PASSWORD
        .iter()
        .any(|&(file, settings)| settings.contains(&name) && is_set(file))
        .then_some("says where the password in a file of the server is sent")
}

/// The first setting that is only changed on the server itself, and that `next` sets otherwise than `now`.
///
/// # Errors
/// When the settings cannot be shown.
pub(crate) fn changed_from_afar(now: &Config, next: &Config) -> Result<Option<String>, Problem> {
    let tables = [table(now)?, table(next)?];
    let [before, after] = &tables;
    let mut changed = settings().into_iter().filter(|(name, setting)| {
        only_here(name, setting, &tables).is_some() && find(before, name) != find(after, name)
    });
    Ok(changed.next().map(|(name, _)| name))
}

fn table(config: &Config) -> Result<toml::Table, Problem> {
    toml::Table::try_from(config).map_err(|error| {
        Problem::new(
            ErrorCode::UnknownError,
            format!("The settings cannot be shown: {error}."),
        )
    })
}

fn find<'a>(table: &'a toml::Table, name: &str) -> Option<&'a toml::Value> {
    match name.split_once('.') {
        Some((section, rest)) => find(table.get(section)?.as_table()?, rest),
        None => table.get(name),
    }
}

fn shown(table: &toml::Table, name: &str) -> String {
    find(table, name).map(ToString::to_string).unwrap_or_default()
}

fn is_in_environment(name: &str) -> bool {
    let variable = format!("{ENVIRONMENT_PREFIX}{}", name.replace('.', "__"));
    std::env::vars_os().any(|(name, _)| name.to_string_lossy().eq_ignore_ascii_case(&variable))
}

/// A value as JSON or TOML writes it; a text also bare. None where nothing stands.
fn read_value(
    name: &str,
    text: &str,
    default: Option<&toml::Value>,
) -> Result<Option<toml_edit::Value>, Problem> {
    let quoted = text.starts_with(['"', '\'']);
    if text.is_empty() {
        return Ok(None);
    }
    if matches!(default, Some(toml::Value::String(_))) && !quoted {
        return Ok(Some(text.into()));
    }
    if let Some(value) = serde_json::from_str(text).ok().as_ref().and_then(of_json) {
        return Ok(Some(value));
    }
    let value = text.parse().map_err(|_| {
        invalid(
            name,
            format!("The value of {name} is not written as TOML or JSON writes values."),
        )
    })?;
    Ok(Some(value))
}

fn of_json(value: &serde_json::Value) -> Option<toml_edit::Value> {
    match value {
        serde_json::Value::Bool(flag) => Some((*flag).into()),
        serde_json::Value::Number(number) => number.as_i64().map(Into::into),
        serde_json::Value::String(text) => Some(text.as_str().into()),
        serde_json::Value::Array(items) => {
            let items: Option<Vec<_>> = items.iter().map(of_json).collect();
            Some(toml_edit::Array::from_iter(items?).into())
        }
        serde_json::Value::Object(fields) => {
            let fields: Option<Vec<_>> = fields
                .iter()
                .map(|(name, value)| Some((name.as_str(), of_json(value)?)))
                .collect();
            Some(toml_edit::InlineTable::from_iter(fields?).into())
        }
        serde_json::Value::Null => None,
    }
}

/// Sets or removes a value; everything else of the file stays as it is, comments included.
fn put(document: &mut DocumentMut, name: &str, value: Option<toml_edit::Value>) -> Result<(), Problem> {
    let mut table = document.as_table_mut();
    let mut rest = name;
    while let Some((section, inner)) = rest.split_once('.') {
        let entry = table.entry(section).or_insert_with(|| Item::Table(Table::new()));
        table = entry.as_table_mut().ok_or_else(|| {
            invalid(
                name,
                format!("{section} is no section of the configuration file."),
            )
        })?;
        rest = inner;
    }
    match (value, table.get_mut(rest)) {
        // The key stays, with the comments above it.
        (Some(value), Some(item)) => *item = Item::Value(value),
        (Some(value), None) => drop(table.insert(rest, Item::Value(value))),
        (None, _) => remove(table, rest),
    }
    Ok(())
}

/// Removes a value; the comments above it go to the next one, which they may be about as well.
fn remove(table: &mut Table, name: &str) {
    let next = table
        .iter()
        .map(|(key, _)| key.to_owned())
        .skip_while(|key| key != name)
        .nth(1);
    let Some((key, _)) = table.remove_entry(name) else {
        return;
    };
    let above = |decor: &Decor| {
        let prefix = decor.prefix().and_then(|prefix| prefix.as_str());
        prefix.unwrap_or_default().to_owned()
    };
    let comments = above(key.leaf_decor());
    if let Some(mut next) = next.and_then(|next| table.key_mut(&next)) {
        let both = comments + &above(next.leaf_decor());
        next.leaf_decor_mut().set_prefix(both);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use licensing_net::tls::ClientTrust;

    fn configuration(text: &str) -> (tempfile::TempDir, Configuration) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("licensingd.toml");
        std::fs::write(&file, text).unwrap();
        let config = Config::load(&file).unwrap();
        let access = ProductAccess::new(config.licensing.anonymous, &[], ClientTrust::nobody());
        let data = DataFolder::new(folder.path());
        let configuration = Configuration::new(LiveConfig::new(config), file, data, access);
        (folder, configuration)
    }

    async fn set(configuration: &Configuration, settings: &[&str]) -> Result<ConfigurationChange, Problem> {
        let settings = settings.iter().map(|&one| one.to_owned()).collect();
        configuration.check(settings).await?.carry_out().await
    }

    #[tokio::test]
    async fn settings_are_changed_and_comments_stay() {
        let text =
            "# ours\nhost_name = \"lic01\"\n\n[licensing]\n# a comment\n#burst_days = 15\nport = 27001\n";
        let (folder, configuration) = configuration(text);
        let wanted = [
            "licensing.burst_days=20",
            "licensing.burst=[\"ACME\"]",
            "licensing.vendor_ports={\"ACME\": 7280}",
            "licensing.anonymous=never",
            "licensing.port=27002",
            "web.port=8084",
        ];
        let change = set(&configuration, &wanted).await.unwrap();
        assert_eq!(
            change.applied,
            [
                "licensing.vendor_ports",
                "licensing.anonymous",
                "licensing.burst",
                "licensing.burst_days"
            ]
        );
        assert_eq!(change.waiting, ["licensing.port", "web.port"]);
        let written = std::fs::read_to_string(folder.path().join("licensingd.toml")).unwrap();
        assert!(
            written.starts_with("# ours\n") && written.contains("# a comment"),
            "{written}"
        );
        let rows = configuration.rows().unwrap();
        let row = |name: &str| rows.iter().find(|row| row.name == name).unwrap();
        assert_eq!(row("licensing.burst_days").value, "20");
        assert_eq!(row("licensing.port").value, "27001");
        assert_eq!(row("licensing.port").waiting.as_deref(), Some("27002"));
        assert_eq!(row("licensing.port").source, SettingSource::File);
        assert_eq!(row("licensing.fold_domains").source, SettingSource::Default);
        set(&configuration, &["licensing.port="]).await.unwrap();
        let written = std::fs::read_to_string(folder.path().join("licensingd.toml")).unwrap();
        assert!(
            written.contains("# a comment") && !written.contains("27002"),
            "{written}"
        );
        let change = set(&configuration, &["licensing.burst_days="]).await.unwrap();
        assert_eq!(change.applied, ["licensing.burst_days"]);
        assert_eq!(
            configuration.live.now().licensing.burst_days,
            Config::default().licensing.burst_days
        );
    }

    #[tokio::test]
    async fn where_the_password_in_a_file_is_sent_is_not_changed_from_afar() {
        let (_folder, without) = configuration("[mail]\nserver = \"mail.example.net\"\n");
        set(&without, &["mail.server=other.example.net"]).await.unwrap();
        let (_folder, with) = configuration(
            "[mail]\npassword_file = \"mail.password\"\n[directory]\nbind_password_file = \"bind.password\"\n",
        );
        for wanted in [
            "mail.server=other.example.net",
            "mail.port=25",
            "mail.security=tls",
            "directory.url=ldaps://other.example.net",
            "directory.start_tls=true",
        ] {
            let problem = set(&with, &[wanted]).await.unwrap_err();
            let (name, _) = wanted.split_once('=').unwrap();
            assert_eq!(
                (problem.code, problem.target.as_str()),
                (ErrorCode::InvalidRequest, name)
            );
            let rows = with.rows().unwrap();
            assert!(!rows.iter().find(|row| row.name == name).unwrap().remote);
        }
        set(&with, &["mail.sender=licensing@example.net"]).await.unwrap();
    }

    #[test]
    fn a_setting_that_names_a_file_is_known_as_one() {
        for (name, setting) in settings() {
            let names_a_file = setting.meaning.contains("PEM file")
                || setting.meaning.starts_with("File ")
                || setting.meaning.starts_with("Keytab ");
            assert_eq!(setting.names_file, names_a_file, "{name}");
        }
    }

    #[tokio::test]
    async fn a_change_that_is_refused_changes_nothing() {
        let text = "[licensing]\nport = 27001\n";
        let (folder, configuration) = configuration(text);
        for (wanted, target) in [
            ("licensing.no_such=1", "licensing.no_such"),
            ("licensing.burst_days=0", "licensing.burst_days"),
            ("licensing.burst_days=many", "licensing.burst_days"),
            ("licensing.port=70000", "licensing.port"),
            ("licensing.client_ca=/etc/passwd", "licensing.client_ca"),
            ("licensing=1", "licensing"),
            ("nothing", "nothing"),
            ("licensing.burst_days=1\nport=2", "licensing.burst_days"),
        ] {
            let problem = set(&configuration, &["licensing.fold_domains=false", wanted])
                .await
                .unwrap_err();
            assert_eq!(
                (problem.code, problem.target.as_str()),
                (ErrorCode::InvalidRequest, target),
                "{wanted}"
            );
        }
        for (wanted, said) in [
            (
                "licensing.burst_days=\"many\"",
                "expected a whole number from 1 to 3650.",
            ),
            ("licensing.port=70000", "expected a whole number from 0 to 65535."),
            ("licensing.fold_domains=1", "expected true or false."),
        ] {
            let problem = set(&configuration, &[wanted]).await.unwrap_err();
            assert!(problem.detail.ends_with(said), "{wanted}: {problem}");
        }
        let long = format!("mail.sender={}", "x".repeat(MAX_CHANGE_BYTES));
        let problem = set(&configuration, &[long.as_str()]).await.unwrap_err();
        assert_eq!(problem.target, "settings");
        assert_eq!(
            std::fs::read_to_string(folder.path().join("licensingd.toml")).unwrap(),
            text
        );
        assert!(configuration.live.now().licensing.fold_domains);
    }
}
