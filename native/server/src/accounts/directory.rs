//! The directory: users and groups of a domain, asked over LDAP.
//!
//! Nothing of it is kept. A user signs in by a bind with their own password; a group account counts for whoever is a member
//! at that time, also through groups within groups.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, Scope, SearchEntry, SearchOptions, ldap_escape};
use licensing_api::{ErrorCode, Problem, Secret};
use licensing_client::Trust;
use licensing_files::regular;
use zeroize::Zeroizing;

use crate::blocking::blocking;
use crate::config::DirectoryConfig;

/// Largest file of the password that is bound with.
const MAX_PASSWORD_BYTES: usize = 4096;
/// Most groups that one user is looked up in.
const MAX_GROUPS: usize = 2000;
/// Most entries of one answer.
const MAX_ENTRIES: i32 = 5000;
/// How deep groups within groups are followed.
const MAX_DEPTH: usize = 16;
/// Result code of LDAP for a wrong name or password.
const INVALID_CREDENTIALS: u32 = 49;

/// The directory that the configuration names.
#[derive(Debug)]
pub(super) struct Directory<'a> {
    config: &'a DirectoryConfig,
    data: &'a Path,
}

/// A user who has proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DirectoryUser {
    /// Distinguished names of all groups they are in, in lower case.
    groups: BTreeSet<String>,
}

impl DirectoryUser {
    /// Whether they are a member of the group with one of these distinguished names.
    fn is_in(&self, group: &[String]) -> bool {
        group.iter().any(|dn| self.groups.contains(&dn.to_lowercase()))
    }
}

impl<'a> Directory<'a> {
    /// The directory that serves a domain; none when no directory does.
    pub(super) fn of(config: &'a DirectoryConfig, data: &'a Path, domain: Option<&str>) -> Option<Self> {
        let domain = domain?;
        let serves = config.domains.iter().any(|own| own.eq_ignore_ascii_case(domain));
        (!config.url.is_empty() && serves).then_some(Self { config, data })
    }

    /// Checks the password of a user; none when user or password is wrong.
    ///
    /// # Errors
    /// `DirectoryUnavailable`.
    pub(super) async fn sign_in(
        &self,
        name: &str,
        password: &Secret,
    ) -> Result<Option<DirectoryUser>, Problem> {
        // A bind without a password is one of nobody, and succeeds.
        if password.expose().is_empty() {
            return Ok(None);
        }
        let mut ldap = self.bound().await?;
        let outcome = self.check(&mut ldap, name, password).await;
        ldap.unbind().await.ok();
        outcome
    }

    async fn check(
        &self,
        ldap: &mut Ldap,
        name: &str,
        password: &Secret,
    ) -> Result<Option<DirectoryUser>, Problem> {
        let found = self.find(ldap, &self.config.user_filter, name).await?;
        let [user] = found.as_slice() else {
            return Ok(None);
        };
        let mut own = self.connect().await?;
        let bind = own
            .with_timeout(self.limit())
            .simple_bind(user, password.expose())
            .await;
        let result = bind.map_err(unavailable)?;
        own.unbind().await.ok();
        if result.rc == INVALID_CREDENTIALS {
            return Ok(None);
        }
        result.success().map_err(unavailable)?;
        let groups = self.groups_of(ldap, user, name).await?;
        Ok(Some(DirectoryUser { groups }))
    }

    /// Distinguished names of the groups of this name: one, unless the directory is ambiguous.
    ///
    /// # Errors
    /// `DirectoryUnavailable`.
    pub(super) async fn group(&self, name: &str) -> Result<Vec<String>, Problem> {
        self.look_up(&self.config.group_filter, name).await
    }

    /// The first of the groups of these names that a user is in, as its place among them; all are asked for by one connection.
    ///
    /// # Errors
    /// `DirectoryUnavailable`.
    pub(super) async fn first_group_of(
        &self,
        user: &DirectoryUser,
        names: &[&str],
    ) -> Result<Option<usize>, Problem> {
        if names.is_empty() {
            return Ok(None);
        }
        let mut ldap = self.bound().await?;
        let found = self.first_found(&mut ldap, user, names).await;
        ldap.unbind().await.ok();
        found
    }

    async fn first_found(
        &self,
        ldap: &mut Ldap,
        user: &DirectoryUser,
        names: &[&str],
    ) -> Result<Option<usize>, Problem> {
        for (at, name) in names.iter().enumerate() {
            if user.is_in(&self.find(ldap, &self.config.group_filter, name).await?) {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }

    /// Distinguished names of the users of this name.
    ///
    /// # Errors
    /// `DirectoryUnavailable`.
    pub(super) async fn user(&self, name: &str) -> Result<Vec<String>, Problem> {
        self.look_up(&self.config.user_filter, name).await
    }

    async fn look_up(&self, filter: &str, name: &str) -> Result<Vec<String>, Problem> {
        let mut ldap = self.bound().await?;
        let found = self.find(&mut ldap, filter, name).await;
        ldap.unbind().await.ok();
        found
    }

    /// All groups that a user is in: those that name them, those that name these, and so on.
    async fn groups_of(&self, ldap: &mut Ldap, user: &str, name: &str) -> Result<BTreeSet<String>, Problem> {
        let mut known = BTreeSet::new();
        let mut next = vec![user.to_owned()];
        for depth in 0..MAX_DEPTH {
            let mut found = Vec::new();
            for dn in std::mem::take(&mut next) {
                let dn = ldap_escape(&*dn);
                let by_name = match depth {
                    0 => format!("(memberUid={})", ldap_escape(name)),
                    _ => String::new(),
                };
                let filter = format!("(|(member={dn})(uniqueMember={dn}){by_name})");
                found.extend(self.search(ldap, &filter).await?);
            }
            for dn in found {
                if known.len() >= MAX_GROUPS {
                    return Err(unavailable(format!("a user is in more than {MAX_GROUPS} groups")));
                }
                if known.insert(dn.to_lowercase()) {
                    next.push(dn);
                }
            }
            if next.is_empty() {
                break;
            }
        }
        Ok(known)
    }

    async fn find(&self, ldap: &mut Ldap, filter: &str, name: &str) -> Result<Vec<String>, Problem> {
        self.search(ldap, &filter.replace("{name}", &ldap_escape(name)))
            .await
    }

    async fn search(&self, ldap: &mut Ldap, filter: &str) -> Result<Vec<String>, Problem> {
        // No attribute is asked for: the names alone are enough.
        let (entries, _) = ldap
            .with_timeout(self.limit())
            .with_search_options(SearchOptions::new().sizelimit(MAX_ENTRIES))
            .search(&self.config.base, Scope::Subtree, filter, vec!["1.1"])
            .await
            .and_then(ldap3::SearchResult::success)
            .map_err(unavailable)?;
        let names = entries
            .into_iter()
            .filter(|entry| !entry.is_ref())
            .map(|entry| SearchEntry::construct(entry).dn)
            // A bind without a name is one of nobody, and succeeds.
            .filter(|name| !name.is_empty());
        Ok(names.collect())
    }

    /// A connection that may search.
    async fn bound(&self) -> Result<Ldap, Problem> {
        let mut ldap = self.connect().await?;
        if !self.config.bind_dn.is_empty() {
            let file = self.data.join(&self.config.bind_password_file);
            let password = blocking(move || own_password(&file)).await??;
            ldap.with_timeout(self.limit())
                .simple_bind(&self.config.bind_dn, &password)
                .await
                .and_then(ldap3::LdapResult::success)
                .map_err(unavailable)?;
        }
        Ok(ldap)
    }

    async fn connect(&self) -> Result<Ldap, Problem> {
        let trust = match self.config.ca_file.as_os_str().is_empty() {
            true => Trust::System,
            false => Trust::CaFile(self.data.join(&self.config.ca_file)),
        };
        let tls = blocking(move || trust.client_config(None)).await??;
        let settings = LdapConnSettings::new()
            .set_conn_timeout(self.limit())
            .set_starttls(self.config.start_tls)
            .set_config(Arc::new(tls));
        let (connection, ldap) = LdapConnAsync::with_settings(settings, &self.config.url)
            .await
            .map_err(unavailable)?;
        ldap3::drive!(connection);
        Ok(ldap)
    }

    fn limit(&self) -> Duration {
        Duration::from_secs(u64::from(self.config.timeout_seconds))
    }
}

/// The password that the server binds with. It blocks.
fn own_password(file: &Path) -> Result<Zeroizing<String>, Problem> {
    let bytes = Zeroizing::new(
        regular::read_own(file, MAX_PASSWORD_BYTES)
            .map_err(|error| unavailable(format!("{} cannot be read: {error}", file.display())))?,
    );
    let text =
        std::str::from_utf8(&bytes).map_err(|_| unavailable(format!("{} is no text", file.display())))?;
    Ok(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()))
}

fn unavailable(error: impl std::fmt::Display) -> Problem {
    let error = error.to_string();
    tracing::error!(error, "the directory cannot be asked");
    Problem::new(
        ErrorCode::DirectoryUnavailable,
        "The directory cannot be asked; the server's log has more.",
    )
}
