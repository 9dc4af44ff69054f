//! Who asks.

use std::net::IpAddr;

use super::GroupId;

/// Who asks for a seat, as the product and the connection tell it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Requester<'a> {
    /// User as the product names it. Case matters.
    pub user: &'a str,
    /// The same user without domain, where the server takes domains off: rules hold for either name.
    pub short_user: Option<&'a str>,
    /// Host the product runs on.
    pub host: &'a str,
    /// Display or terminal. Case matters.
    pub display: &'a str,
    /// Address the request came from.
    pub address: Option<IpAddr>,
    /// Project the product was started for. Case matters.
    pub project: &'a str,
}

/// A requester with groups looked up. It belongs to the policy that made it.
#[derive(Debug, Clone)]
pub struct Identity<'a> {
    pub(super) requester: Requester<'a>,
    /// Host in lower case.
    pub(super) host: String,
    /// Address of the connection, and the host where it was given as an address.
    pub(super) addresses: [Option<IpAddr>; 2],
    /// Groups of the user, each once.
    pub(super) groups: Vec<GroupId>,
    /// Groups of the host, each once.
    pub(super) host_groups: Vec<GroupId>,
}

impl<'a> Requester<'a> {
    /// Names under which rules may mean the user.
    pub(super) fn users(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let short = self.short_user.filter(|short| *short != self.user);
        [Some(self.user), short].into_iter().flatten()
    }

    /// Name under which the user is counted.
    pub(super) fn counted_user(&self) -> &'a str {
        self.short_user.unwrap_or(self.user)
    }
}
