//! Readers of `lmstat` text as monitoring tools write them: line by line, by regular expression.

use std::sync::LazyLock;

use regex::Regex;

/// A reader that is strict about blanks and wants one word for each name.
static TOTALS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^Users of ([-A-Za-z0-9_:]+):  \(Total of ([0-9]+) licenses? issued;  Total of ([0-9]+) licenses? in use\)$")
        .unwrap()
});
static UNCOUNTED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^Users of (\S+):\s+\(Uncounted, node-locked\)$").unwrap());
static STRICT_HOLDER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"^ +(\S+) ((?:[A-Za-z0-9-]+\.)*[A-Za-z0-9-]+) (\S+)(?: ([-A-Za-z0-9_:]+))? \(v([^() ]+)\) ",
        r"\(((?:[A-Za-z0-9-]+\.)*[A-Za-z0-9-]+)/([0-9]+) ([0-9]+)\), ",
        r"start (\S+) ([0-9]+/[0-9]+) ([0-9]+:[0-9]+)(?:, ([0-9]+) licenses)?$"
    ))
    .unwrap()
});
/// A reader that takes names with blanks, lingering seats and process ids.
static WIDE_HOLDER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"^\s+(.+) ([-.\w]+) ([[:print:]]+) \(v([.\w]+)\) \(([-.\w]+)/(\d+) (\d+)\), start (\w+ \d+/\d+ \d+:\d+)",
        r"(?:,\s(\d+)\s\w+)?(?:\s+\(linger:\s(\d+)\s/\s(\d+)\))?(?:,\s+PID:\s+(\d+)\s?)?$"
    ))
    .unwrap()
});
static QUEUED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s+(.+) [-.\w]+ [[:print:]]+ [0-9.]+ \(v([.\w]+)\) \([-.\w]+/\d+ \d+\)\s+queued for (\d+) licenses?$")
        .unwrap()
});
static RESERVATION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*(\d+)\s+RESERVATIONs?\s+for\s+(HOST_GROUP|GROUP|HOST|USER|DISPLAY|INTERNET|PROJECT)\s+(\S+) \(\S+/\d+\)$")
        .unwrap()
});
static POOL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"^\s*"([^"]+)" v(\S+), vendor: ([^,]+)(?:, expiry: (.+))?$"#).unwrap());
static LOCK: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\s+(floating|uncounted nodelocked|nodelocked) license").unwrap());
static SERVER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"([-.\w]+): license server (\w+)( \(MASTER\))? (v[\d.]+)$").unwrap());
static VENDOR: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\s+(\w+): (UP|DOWN) (v[\d.]+)$").unwrap());
static SERVERS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^License server status: ([-\w,.@]+)$").unwrap());

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) servers: Vec<String>,
    pub(super) up: Vec<(String, bool)>,
    pub(super) vendors: Vec<(String, bool)>,
    pub(super) features: Vec<SeenFeature>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct SeenFeature {
    pub(super) name: String,
    /// Issued and in use; none when uncounted.
    pub(super) totals: Option<(u64, u64)>,
    /// Version, vendor and expiry of each pool shown.
    pub(super) pools: Vec<(String, String, String)>,
    pub(super) locks: Vec<String>,
    /// User, host, display, seats.
    pub(super) holders: Vec<(String, String, String, u32)>,
    pub(super) queued: u32,
    /// Seats, kind, name.
    pub(super) reservations: Vec<(u32, String, String)>,
}

/// Everything a tolerant reader finds.
pub(super) fn read(text: &str) -> Seen {
    let mut seen = Seen::default();
    for line in text.lines() {
        if let Some(found) = SERVERS.captures(line) {
            seen.servers = found[1].split(',').map(str::to_owned).collect();
        } else if let Some(found) = SERVER.captures(line) {
            seen.up.push((found[1].to_owned(), &found[2] == "UP"));
        } else if let Some(found) = VENDOR.captures(line) {
            seen.vendors.push((found[1].to_owned(), &found[2] == "UP"));
        } else if let Some(found) = TOTALS.captures(line) {
            let totals = Some((found[2].parse().unwrap(), found[3].parse().unwrap()));
            seen.features.push(SeenFeature {
                name: found[1].to_owned(),
                totals,
                ..SeenFeature::default()
            });
        } else if let Some(found) = UNCOUNTED.captures(line) {
            seen.features.push(SeenFeature {
                name: found[1].to_owned(),
                ..SeenFeature::default()
            });
        } else if let Some(feature) = seen.features.last_mut() {
            within(feature, line);
        }
    }
    seen
}

fn within(feature: &mut SeenFeature, line: &str) {
    if let Some(found) = POOL.captures(line) {
        let expiry = found.get(4).map_or("", |expiry| expiry.as_str());
        feature
            .pools
            .push((found[2].to_owned(), found[3].to_owned(), expiry.to_owned()));
    } else if let Some(found) = LOCK.captures(line) {
        feature.locks.push(found[1].to_owned());
    } else if let Some(found) = WIDE_HOLDER.captures(line) {
        let count = found.get(9).map_or(1, |count| count.as_str().parse().unwrap());
        feature.holders.push((
            found[1].to_owned(),
            found[2].to_owned(),
            found[3].to_owned(),
            count,
        ));
    } else if let Some(found) = QUEUED.captures(line) {
        feature.queued += found[3].parse::<u32>().unwrap();
    } else if let Some(found) = RESERVATION.captures(line) {
        feature.reservations.push((
            found[1].parse().unwrap(),
            found[2].to_owned(),
            found[3].to_owned(),
        ));
    }
}

/// Users and seats that a strict reader finds.
pub(super) fn strict_holders(text: &str) -> Vec<(String, String, u32)> {
    text.lines()
        .filter_map(|line| STRICT_HOLDER.captures(line))
        .map(|found| {
            let count = found.get(12).map_or(1, |count| count.as_str().parse().unwrap());
            (found[1].to_owned(), found[2].to_owned(), count)
        })
        .collect()
}
