//! Settings of the mail server.

use std::net::IpAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailSecurity {
    /// TLS from the first byte on.
    Tls,
    /// TLS after STARTTLS; a server without it gets nothing.
    StartTls,
    /// None; only for a mail server on this machine.
    None,
}

licensing_settings::settings! {
    /// Settings of the mail server.
    pub struct MailConfig = "The mail server that messages to administrators are sent by." {
        server: String = String::new(), AtOnce, "Host name of the mail server; empty: no mail is sent.";
        port: u16 = 587, AtOnce, "Its port.";
        security: MailSecurity = MailSecurity::StartTls, AtOnce,
            "How the connection is protected: tls, start-tls, or none for a mail server on the same machine.",
            allowed "none only with a loopback address as server"
                if |security, section| *security != MailSecurity::None || is_loopback(&section.server);
        sender: String = "licensing@localhost".to_owned(), AtOnce, "Address that the mail comes from.",
            allowed "a mail address" if |sender, _| sender.parse::<lettre::message::Mailbox>().is_ok();
        account: String = String::new(), AtOnce, "Account at the mail server; empty: none.";
        password_file: PathBuf = PathBuf::new(), AtOnce, "File whose first line is the password of the account.";
    }
}

fn is_loopback(server: &str) -> bool {
    server.is_empty()
        || server == "localhost"
        || server
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}
