//! `lmstat -a`, `-f` and `-S`.

use std::fmt::Write as _;

use jiff::civil::DateTime;

use licensing_license_file::license_file::LicenseDate;

use super::clean::{name, version, word};
use super::rows::{
    FeatureStatus, HolderLine, LicenseLock, PoolLines, QueuedLine, ReservationLine, ServerState,
    ServerStatus, SpecialSeats, VendorStatus,
};

/// What is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selection<'a> {
    /// Servers and vendor daemons only.
    Servers,
    /// Everything (`-a`).
    All,
    /// Features somebody uses or waits for (`-A`).
    InUse,
    /// One feature (`-f`), case aside.
    Feature(&'a str),
    /// Features of one vendor (`-S`), case aside.
    Vendor(&'a str),
}

/// Status text. Lines end with LF; two blanks stand where readers look for two.
///
/// As everywhere in this shape, seats set aside count as in use even while nobody uses them. Holders of a feature that
/// nobody uses have no lines, and neither have the feature's pools.
pub fn lmstat(
    now: DateTime,
    servers: &[ServerStatus],
    vendors: &[VendorStatus],
    features: &[FeatureStatus],
    selection: Selection<'_>,
) -> String {
    let mut text = Text(String::new());
    text.line(format_args!(
        "lmstat - Licensing Services {}",
        env!("CARGO_PKG_VERSION")
    ));
    text.line(format_args!(
        "Flexible License Manager status on {}",
        now.strftime("%a %-m/%-d/%Y %-H:%M")
    ));
    text.blank();
    text.servers(servers);
    text.vendors(servers, vendors, selection);
    let wanted: Vec<_> = match selection {
        Selection::Servers => return text.0,
        Selection::All => features.iter().collect(),
        Selection::InUse => features.iter().filter(|feature| is_used(feature)).collect(),
        Selection::Feature(wanted) => features
            .iter()
            .filter(|feature| feature.feature.eq_ignore_ascii_case(wanted))
            .collect(),
        Selection::Vendor(vendor) => features.iter().filter(|feature| is_of(feature, vendor)).collect(),
    };
    text.line(format_args!("Feature usage info:"));
    text.blank();
    let server = servers.first();
    for feature in &wanted {
        text.feature(feature, server);
    }
    if let (Selection::Feature(missing), true) = (selection, wanted.is_empty()) {
        text.no_such_feature(missing, server);
    }
    text.0
}

/// The line that takes the place of all others when no license manager answers.
pub fn cannot_connect(system_error: i32, text: &str) -> String {
    let text = name(text);
    format!("Error getting status: Cannot connect to license server (-15,570:{system_error} \"{text}\")\n")
}

/// `lmstat -v`: version, build and platform of the command; the platform as one word of letters, digits and `_`.
pub fn version_line(build: u32, platform: &str) -> String {
    let platform: String = platform
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    format!(
        "lmstat v{} build {build} {platform}\n",
        version(env!("CARGO_PKG_VERSION"))
    )
}

/// Exit code of the command for an error number: its low byte.
pub const fn exit_code(number: i32) -> u8 {
    number.to_le_bytes()[0]
}

fn is_used(feature: &FeatureStatus) -> bool {
    let mut pools = feature.pools.iter();
    pools.any(|pool| pool.in_use > 0 || !pool.holders.is_empty() || !pool.queued.is_empty())
}

fn is_of(feature: &FeatureStatus, vendor: &str) -> bool {
    feature
        .pools
        .iter()
        .any(|pool| pool.vendor.eq_ignore_ascii_case(vendor))
}

struct Text(String);

/// `1 license`, `2 licenses`.
fn licenses(count: u64) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} license{plural}")
}

impl Text {
    fn line(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = self.0.write_fmt(text);
        self.0.push('\n');
    }

    fn blank(&mut self) {
        self.0.push('\n');
    }

    fn servers(&mut self, servers: &[ServerStatus]) {
        let list: Vec<_> = servers
            .iter()
            .map(|server| format!("{}@{}", server.port, word(&server.host)))
            .collect();
        self.line(format_args!("License server status: {}", list.join(",")));
        if let Some(first) = servers.first() {
            let paths: String = first.license_files.iter().map(|path| name(path) + ":").collect();
            self.line(format_args!(
                "    License file(s) on {}: {paths}",
                word(&first.host)
            ));
        }
        self.blank();
        for (index, server) in servers.iter().enumerate() {
            let host = word(&server.host);
            match &server.state {
                ServerState::Up { version: own } => {
                    let master = if index == master_of(servers) {
                        " (MASTER)"
                    } else {
                        ""
                    };
                    self.line(format_args!(
                        "{host}: license server UP{master} v{}",
                        version(own)
                    ));
                }
                ServerState::Unreachable { system_error, text } => {
                    let text = name(text);
                    self.line(format_args!(
                        "{host}: Cannot connect to license server system. (-15,570:{system_error} \"{text}\")"
                    ));
                }
            }
        }
        self.blank();
    }

    fn vendors(&mut self, servers: &[ServerStatus], vendors: &[VendorStatus], selection: Selection<'_>) {
        let host = servers
            .get(master_of(servers))
            .map_or_else(|| "-".to_owned(), |server| word(&server.host));
        self.line(format_args!("Vendor daemon status (on {host}):"));
        self.blank();
        for vendor in vendors {
            if matches!(selection, Selection::Vendor(wanted) if !vendor.vendor.eq_ignore_ascii_case(wanted)) {
                continue;
            }
            let (state, name) = (if vendor.up { "UP" } else { "DOWN" }, word(&vendor.vendor));
            self.line(format_args!("{name:>10}: {state} v{}", version(&vendor.version)));
            if !vendor.up {
                self.line(format_args!(
                    "{name:>10}: The desired vendor daemon is down. (-97,121)"
                ));
            }
        }
    }

    fn feature(&mut self, feature: &FeatureStatus, server: Option<&ServerStatus>) {
        let users_of = word(&feature.feature);
        let used = feature.pools.iter().map(in_use).fold(0, u64::saturating_add);
        let serving = || feature.pools.iter().filter(|pool| pool.serving);
        let counted: Vec<u32> = serving().filter_map(|pool| pool.issued).collect();
        if serving().next().is_none() && used == 0 {
            let issued: u64 = feature
                .pools
                .iter()
                .filter_map(|pool| pool.issued)
                .map(u64::from)
                .sum();
            self.line(format_args!(
                "Users of {users_of}:  (Error: {issued} licenses, unsupported by licensed server)"
            ));
            self.blank();
            return;
        }
        if counted.is_empty() && serving().next().is_some() {
            self.line(format_args!("Users of {users_of}:  (Uncounted, node-locked)"));
        } else {
            let issued = licenses(counted.into_iter().map(u64::from).sum());
            let used = licenses(used);
            self.line(format_args!(
                "Users of {users_of}:  (Total of {issued} issued;  Total of {used} in use)"
            ));
        }
        self.blank();
        for pool in feature.pools.iter().filter(|pool| has_lines(pool)) {
            self.pool(&users_of, pool, server);
        }
    }

    fn pool(&mut self, feature: &str, pool: &PoolLines, server: Option<&ServerStatus>) {
        let expiry = match pool.expires {
            LicenseDate::Permanent => "permanent(no expiration date)".to_owned(),
            day @ LicenseDate::Day(_) => day.to_string(),
        };
        let (own, vendor) = (word(&pool.version), word(&pool.vendor));
        self.line(format_args!(
            "  \"{feature}\" v{own}, vendor: {vendor}, expiry: {expiry}"
        ));
        if let Some(vendor_string) = &pool.vendor_string {
            self.line(format_args!("  vendor_string: {}", name(vendor_string)));
        }
        match (&pool.lock, pool.issued) {
            (LicenseLock::Floating, Some(_)) => self.line(format_args!("  floating license")),
            (LicenseLock::Floating, None) => {
                self.line(format_args!(
                    "  uncounted nodelocked license locked to NOTHING (hostid=ANY)"
                ));
            }
            (LicenseLock::Host(id), Some(_)) => {
                self.line(format_args!("  nodelocked license, locked to \"{}\"", name(id)));
            }
            (LicenseLock::Host(id), None) => {
                self.line(format_args!(
                    "  uncounted nodelocked license, locked to \"{}\"",
                    name(id)
                ));
            }
        }
        self.special(pool);
        self.blank();
        let (host, port) =
            server.map_or_else(|| ("-".to_owned(), 0), |server| (word(&server.host), server.port));
        for held in &pool.reservations {
            self.reservation(held, &host, port);
        }
        for holder in &pool.holders {
            self.holder(holder, &host, port);
        }
        for queued in &pool.queued {
            self.queued(queued, &host, port);
        }
        self.blank();
    }

    /// A line of our own, where there is something to say that this shape has no place for. It holds neither of the words
    /// by which readers know lines of theirs.
    fn special(&mut self, pool: &PoolLines) {
        let SpecialSeats {
            overdraft,
            overdrawn,
            burst,
            borrowed,
        } = pool.special;
        let idle = pool
            .reservations
            .iter()
            .map(|held| held.idle)
            .fold(0, u32::saturating_add);
        let queued = pool
            .queued
            .iter()
            .map(|queued| queued.count)
            .fold(0, u32::saturating_add);
        if [overdraft, burst, borrowed, idle, queued]
            .iter()
            .any(|seats| *seats > 0)
        {
            self.line(format_args!(
                "  seats: overdraft {overdrawn} of {overdraft}, burst {burst}, borrowed {borrowed}, reserved {idle}, \
                 queued {queued}"
            ));
        }
    }

    fn reservation(&mut self, held: &ReservationLine, host: &str, port: u16) {
        if held.idle > 0 {
            let plural = if held.idle == 1 { "" } else { "s" };
            let (kind, who) = (held.who.kind.name(), word(&held.who.name));
            self.line(format_args!(
                "        {} RESERVATION{plural} for {kind} {who} ({host}/{port})",
                held.idle
            ));
        }
    }

    fn holder(&mut self, holder: &HolderLine, host: &str, port: u16) {
        // One word each: blanks in a name could imitate the fields that follow.
        let (user, from) = (word(&holder.user), word(&holder.host));
        let display = display(&holder.display, &from);
        let data = if holder.data.is_empty() {
            String::new()
        } else {
            format!(" {}", word(&holder.data))
        };
        let start = holder.since.strftime("%a %-m/%-d %-H:%M");
        let mut tail = String::new();
        if holder.count > 1 {
            tail += &format!(", {}", licenses(u64::from(holder.count)));
        }
        if let Some(linger) = holder.linger {
            tail += &format!("  (linger: {} / {})", linger.left, linger.of);
        }
        if let Some(process_id) = holder.process_id {
            tail += &format!(", PID: {process_id}");
        }
        let (own, handle) = (word(&holder.version), holder.handle);
        self.line(format_args!(
            "    {user} {from} {display}{data} (v{own}) ({host}/{port} {handle}), start {start}{tail}"
        ));
    }

    fn queued(&mut self, queued: &QueuedLine, host: &str, port: u16) {
        let (user, from, own) = (word(&queued.user), word(&queued.host), word(&queued.version));
        let display = display(&queued.display, &from);
        let (handle, wanted) = (queued.handle, licenses(u64::from(queued.count)));
        self.line(format_args!(
            "    {user} {from} {display} {own} (v{own}) ({host}/{port} {handle}) queued for {wanted}"
        ));
    }

    fn no_such_feature(&mut self, feature: &str, server: Option<&ServerStatus>) {
        self.line(format_args!("No such feature exists."));
        self.line(format_args!("Feature:       {}", word(feature)));
        if let Some(server) = server {
            self.line(format_args!(
                "License path:  {}@{}",
                server.port,
                word(&server.host)
            ));
        }
        self.line(format_args!("FlexNet error: -5,357"));
    }
}

fn display(display: &str, host: &str) -> String {
    if display.trim().is_empty() {
        host.to_owned()
    } else {
        word(display)
    }
}

fn master_of(servers: &[ServerStatus]) -> usize {
    servers
        .iter()
        .position(|server| matches!(server.state, ServerState::Up { .. }))
        .unwrap_or(0)
}

fn in_use(pool: &PoolLines) -> u64 {
    let idle: u64 = pool.reservations.iter().map(|held| u64::from(held.idle)).sum();
    idle + u64::from(pool.in_use)
}

fn has_lines(pool: &PoolLines) -> bool {
    !pool.holders.is_empty() || !pool.queued.is_empty() || pool.reservations.iter().any(|held| held.idle > 0)
}
