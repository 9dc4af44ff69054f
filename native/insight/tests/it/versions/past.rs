//! What an earlier program kept, whatever the database: uploads, what was found in them, and what was yet to be done.

use jiff::{Timestamp, ToSpan as _};
use licensing_management::id::ServerGuid;
use licensing_management::upload::SealedUpload;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::site::Site;

/// Token of the account.
pub(super) const TOKEN: &str = "ins_of-an-earlier-program";
/// Server with a history that has parted, by its place.
pub(super) const PARTED: usize = 5;
/// Servers that are noted, by their places.
pub(super) const NOTED: [usize; 2] = [3, 4];
/// Serial number of each server: the first two have the same, and the two that are noted.
const SERIALS: [&str; 6] = ["SN-1", "SN-1", "SN-3", "SN-4", "SN-4", "SN-6"];

/// Long ago, by any clock.
pub(super) fn day(day: i64, minutes: i64) -> Timestamp {
    "2025-03-03T06:00:00Z".parse::<Timestamp>().unwrap() + (24 * day).hours() + minutes.minutes()
}

pub(super) struct Item {
    pub(super) kind: &'static str,
    pub(super) key: String,
    pub(super) organization: Option<&'static str>,
    pub(super) value: Value,
}

pub(super) struct Found {
    pub(super) key: String,
    pub(super) scope: String,
    pub(super) resolved: Option<Timestamp>,
    pub(super) servers: Vec<ServerGuid>,
    pub(super) record: Value,
}

/// Where the uploads of a server stand.
pub(super) struct Standing<'a> {
    pub(super) server: ServerGuid,
    pub(super) latest: &'a SealedUpload,
    pub(super) received: Timestamp,
    pub(super) is_regular: bool,
}

pub(super) struct Past {
    /// Each is ready for its next upload.
    pub(super) sites: [Site; 6],
    /// Each with the time at which it arrived.
    pub(super) uploads: Vec<(SealedUpload, Timestamp)>,
    pub(super) items: Vec<Item>,
    pub(super) findings: Vec<Found>,
    /// The message that waits, for the target among the items.
    pub(super) target: String,
    pub(super) message: Value,
}

impl Past {
    /// With a webhook. Accounts have not always had the hash of their token in them.
    pub(super) fn new(url: &str, cert_hash: &str, has_token_hash: bool) -> Self {
        let mut sites = [1, 2, 3, 4, 5, 6].map(Site::new);
        let mut uploads = Vec::new();
        for number in 0..2 {
            for ((place, site), serial) in (0_i64..).zip(&mut sites).zip(SERIALS) {
                let made = site.upload(day(number, 10 * place), &[serial]);
                uploads.push((made, day(number, 10 * place + 1)));
            }
        }
        // A copy of the last server goes its own way from the beginning.
        let copied = Site::new(6).upload(day(0, 55), &["SN-6"]);
        uploads.push((copied, day(0, 56)));
        let target = format!("Example\n{url}");
        let mut items = items(has_token_hash);
        items.extend(sites.iter().map(server));
        items.push(Item {
            kind: "target",
            key: target.clone(),
            organization: Some("Example"),
            value: json!({
                "kind": "webhook", "address": url, "organization": "Example", "secret": "a shared secret",
                "certHash": cert_hash,
            }),
        });
        let findings = findings(&sites, &uploads);
        let message = json!({
            "event": "Opened", "title": "A server has sent no upload.", "action": "Start the server.",
            "finding": findings[1].record,
        });
        Self {
            sites,
            uploads,
            items,
            findings,
            target,
            message,
        }
    }

    pub(super) fn guids(&self) -> Vec<ServerGuid> {
        self.sites.iter().map(|site| site.guid).collect()
    }

    pub(super) fn noted(&self) -> [ServerGuid; 2] {
        NOTED.map(|place| self.sites[place].guid)
    }

    pub(super) fn standings(&self) -> Vec<Standing<'_>> {
        let parted = self.sites[PARTED].guid;
        let standing = |server: ServerGuid| {
            let own = || {
                self.uploads
                    .iter()
                    .filter(move |(upload, _)| upload.body().server.guid == server)
            };
            Standing {
                server,
                latest: own()
                    .map(|(upload, _)| upload)
                    .max_by_key(|upload| (upload.body().sequence, upload.body().upload_id))
                    .unwrap(),
                received: own().map(|(_, received)| *received).max().unwrap(),
                is_regular: server != parted,
            }
        };
        self.guids().into_iter().map(standing).collect()
    }
}

fn items(has_token_hash: bool) -> Vec<Item> {
    let hash = hex::encode(Sha256::digest(TOKEN.as_bytes()));
    let mut account = json!({
        "name": "admin", "organization": null, "permission": "Full", "added": day(-1, 0),
    });
    if has_token_hash {
        account["tokenHash"] = json!(hash);
    }
    vec![
        Item {
            kind: "organization",
            key: "Example".to_owned(),
            organization: Some("Example"),
            value: json!({"name": "Example", "added": day(-1, 0)}),
        },
        Item {
            kind: "account",
            key: hash,
            organization: None,
            value: account,
        },
        Item {
            kind: "rescission",
            key: "\nsn-9".to_owned(),
            organization: None,
            value: json!({
                "vendor": "", "serialNumber": "SN-9", "effective": day(-1, 0), "reason": "refunded",
            }),
        },
    ]
}

fn server(site: &Site) -> Item {
    Item {
        kind: "server",
        key: site.guid.to_string(),
        organization: Some("Example"),
        value: json!({
            "serverGuid": site.guid, "organization": "Example", "hostName": "lic.example.com",
            "productVersion": "0.1.0", "publicKey": site.key.public(), "registered": day(-1, 0),
        }),
    }
}

/// One that is acknowledged, one that is open, and one that is resolved.
fn findings(sites: &[Site; 6], uploads: &[(SealedUpload, Timestamp)]) -> Vec<Found> {
    let pair = vec![sites[0].guid, sites[1].guid];
    let second = sites[1].guid;
    let first = uploads[0].0.body();
    vec![
        Found {
            key: "DuplicateLicense/acme/sn-1".to_owned(),
            scope: "license/acme/sn-1".to_owned(),
            resolved: None,
            record: json!({
                "finding": {
                    "key": "DuplicateLicense/acme/sn-1", "kind": "DuplicateLicense", "severity": "Violation",
                    "subject": "SN-1", "servers": pair, "since": day(0, 10), "detail": "It is on two servers.",
                    "evidence": [{
                        "serverGuid": first.server.guid, "created": first.created, "uploadId": first.upload_id,
                        "field": "/licenses/0/serialNumber", "value": "SN-1",
                    }],
                },
                "state": "Acknowledged", "changed": day(1, 20), "found": day(1, 11), "reopened": 0,
                "reason": "moving this week", "acknowledgedBy": "admin",
            }),
            servers: pair,
        },
        Found {
            key: format!("SilentServer/{second}"),
            scope: format!("server/{second}"),
            resolved: None,
            record: json!({
                "finding": {
                    "key": format!("SilentServer/{second}"), "kind": "SilentServer", "severity": "Alert",
                    "subject": second, "servers": [second], "since": day(3, 11), "detail": "It is silent.",
                    "evidence": [],
                },
                "state": "Open", "changed": day(4, 0), "found": day(4, 0), "reopened": 0,
            }),
            servers: vec![second],
        },
        Found {
            key: format!("WrongClock/{second}"),
            scope: format!("server/{second}"),
            resolved: Some(day(1, 12)),
            record: json!({
                "finding": {
                    "key": format!("WrongClock/{second}"), "kind": "WrongClock", "severity": "Alert",
                    "subject": second, "servers": [second], "since": day(0, 10), "until": day(1, 10),
                    "detail": "It was set.", "evidence": [],
                },
                "state": "Resolved", "changed": day(1, 12), "found": day(0, 12), "reopened": 1,
            }),
            servers: vec![second],
        },
    ]
}
