//! What is sent, and where to.

use serde::{Deserialize, Serialize};

/// How something is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TargetKind {
    /// To a mail address.
    Mail,
    /// To an HTTPS address, signed with the secret of the target.
    Webhook,
}

/// Where a message goes.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    /// How.
    pub kind: TargetKind,
    /// Mail address or URL.
    pub address: String,
    /// Secret that webhooks are signed with.
    pub secret: Option<String>,
    /// Pinned hash of the certificate of a webhook; what the operating system trusts unless given.
    pub cert_hash: Option<String>,
}

/// A message in both of its forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Tells it apart from others of the sender, the same for each try: programs show a message that came twice once.
    pub id: String,
    /// Subject of the mail.
    pub subject: String,
    /// Text of the mail.
    pub text: String,
    /// Body of the webhook, JSON.
    pub body: String,
}

/// Whether this kind of target can have the address.
pub fn is_address(kind: TargetKind, address: &str) -> bool {
    match kind {
        TargetKind::Mail => address.parse::<lettre::Address>().is_ok(),
        TargetKind::Webhook => reqwest::Url::parse(address).is_ok_and(|url| {
            url.scheme() == "https" && url.username().is_empty() && url.password().is_none()
        }),
    }
}

/// An address as it may be shown to whoever may not send there: of a URL only scheme and host, since the path and the query of
/// a webhook can be what lets one send. A mail address as it is.
pub fn shown_address(address: &str) -> String {
    let Ok(url) = reqwest::Url::parse(address) else {
        return address.to_owned();
    };
    let Some(host) = url.host_str() else {
        return address.to_owned();
    };
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let is_all = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let rest = if is_all { "" } else { "…" };
    format!("{}://{host}{port}/{rest}", url.scheme())
}
