//! SERVER and VENDOR lines.

use super::notes::{Notes, shown};
use super::token::Token;
use crate::license_file::{LineKind, Position, Server, Spanned, Vendor};

const EDIT: &str = "Correct the line; host name, ports and paths may be edited.";
const LONGEST_HEARTBEAT_INTERVAL: u32 = 120;

/// `SERVER host hostid [port] [PRIMARY_IS_MASTER] [HEARTBEAT_INTERVAL=seconds]`, what follows the host id in any order.
pub(super) fn server(at: Position, words: &[Token<'_>], notes: &mut Notes) -> Option<LineKind> {
    let [host, host_id, rest @ ..] = words else {
        notes.error(
            at,
            Some(-2),
            "SERVER needs a host name and a host id.".to_owned(),
            EDIT,
        );
        return None;
    };
    let id_text = host_id.word();
    let parsed = match id_text.value.parse() {
        Ok(parsed) => parsed,
        Err(error) => {
            notes.error(
                host_id.at,
                Some(-2),
                shown(&format!("{error}")),
                "Use the file as it was issued: the host id belongs to the publisher.",
            );
            return None;
        }
    };
    let mut server = Server {
        host: host.word(),
        host_id: id_text.with(parsed),
        port: None,
        primary_is_master: false,
        heartbeat_interval: None,
    };
    for token in rest {
        server_option(token, &mut server, notes);
    }
    Some(LineKind::Server(server))
}

fn server_option(token: &Token<'_>, server: &mut Server, notes: &mut Notes) {
    let twice = if let Some(assignment) = &token.assignment {
        if !assignment.keyword.eq_ignore_ascii_case("HEARTBEAT_INTERVAL") {
            return unknown_option(token, notes);
        }
        let seconds = assignment.value.text.parse().ok();
        match seconds.filter(|seconds| *seconds <= LONGEST_HEARTBEAT_INTERVAL) {
            Some(seconds) => {
                let place = Spanned {
                    value: seconds,
                    at: assignment.value.at,
                    span: assignment.value.span,
                };
                server.heartbeat_interval.replace(place).is_some()
            }
            None => {
                notes.warning(
                    assignment.value.at,
                    Some(-2),
                    format!(
                        "HEARTBEAT_INTERVAL={} is not valid.",
                        shown(&assignment.value.text)
                    ),
                    "Use 0 to 120 seconds.",
                );
                false
            }
        }
    } else if token.text.eq_ignore_ascii_case("PRIMARY_IS_MASTER") {
        std::mem::replace(&mut server.primary_is_master, true)
    } else if token.text.bytes().all(|byte| byte.is_ascii_digit()) {
        let twice = server.port.is_some();
        if let Some(port) = port(&token.word(), notes) {
            server.port.get_or_insert(port);
        }
        twice
    } else {
        return unknown_option(token, notes);
    };
    if twice {
        notes.warning(
            token.at,
            Some(-2),
            format!("'{}' stands there twice.", shown(token.text)),
            EDIT,
        );
    }
}

fn unknown_option(token: &Token<'_>, notes: &mut Notes) {
    let text = format!(
        "'{}' is not known on this line; it is kept and has no effect.",
        shown(token.text)
    );
    notes.warning(token.at, Some(-90), text, EDIT);
}

/// A port number; none with a finding when it is none, and none without one for 0, which means any free port.
fn port(text: &Spanned<String>, notes: &mut Notes) -> Option<Spanned<u16>> {
    match text.value.parse::<u16>() {
        Ok(0) => None,
        Ok(port) => Some(text.with(port)),
        Err(_) => {
            let message = format!("'{}' is not a port.", shown(&text.value));
            notes.warning(text.at, Some(-2), message, "Use a number from 1 to 65535.");
            None
        }
    }
}

/// `VENDOR name [daemon_path] [[OPTIONS=]options_path] [[PORT=]port]`
pub(super) fn vendor(at: Position, words: &[Token<'_>], notes: &mut Notes) -> Option<LineKind> {
    let [name, rest @ ..] = words else {
        notes.error(
            at,
            Some(-2),
            "VENDOR needs the name of a vendor.".to_owned(),
            EDIT,
        );
        return None;
    };
    let mut vendor = Vendor {
        name: name.word(),
        path: None,
        options: None,
        port: None,
    };
    let mut plain = 0_usize;
    for token in rest {
        match &token.assignment {
            Some(assignment) => {
                let value = Spanned {
                    value: assignment.value.text.clone(),
                    at: assignment.value.at,
                    span: assignment.value.span,
                };
                if assignment.keyword.eq_ignore_ascii_case("OPTIONS") {
                    // `options=` with nothing behind it is common and means the default place.
                    let path = Some(value).filter(|path| !path.value.is_empty());
                    vendor.options = vendor.options.or(path);
                } else if assignment.keyword.eq_ignore_ascii_case("PORT") {
                    vendor.port = vendor.port.or(port(&value, notes));
                } else {
                    unknown_option(token, notes);
                }
            }
            None => {
                let number = token.text.bytes().all(|byte| byte.is_ascii_digit());
                match plain {
                    // A number can only be the port, however many paths were left out.
                    _ if number => vendor.port = vendor.port.or(port(&token.word(), notes)),
                    0 => vendor.path = Some(token.word()),
                    1 => vendor.options = Some(token.word()),
                    _ => unknown_option(token, notes),
                }
                plain += 1;
            }
        }
    }
    Some(LineKind::Vendor(vendor))
}
