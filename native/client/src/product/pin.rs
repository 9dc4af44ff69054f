//! Seats held against the public key of the issuer, which the product was built with.
//!
//! The pools are formed from the signed lines by the rules of the server, so that a line grants here what it grants there.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use licensing_api::inventory::SignatureState;
use licensing_api::{ErrorCode, LicenseVersion, Problem};
use licensing_license_file::license_file::{HostId, HostIdentity, LicenseFile, PublisherLine, VendorString};
use licensing_license_file::signing::{SignedLine, TrustStore, TrustedIssuer};
use licensing_machine::MachineAddresses;
use licensing_protocol::licensing as wire;
use licensing_seats::pool::{InstalledFile, Pool, PoolContext, PoolSet, satisfied_features};
use licensing_seats::seat::Holder;
use parking_lot::Mutex;

use super::options::ProductOptions;

/// Most keys that a product can be built with.
const MOST_KEYS: usize = 16;
/// Most lines that are looked at and kept for one feature, and most features that lines are kept of.
const MOST_LINES: usize = 256;
const MOST_FEATURES: usize = 256;
/// Longest time to find out whether the server is this machine.
const RESOLVE: Duration = Duration::from_secs(1);
/// Nobody's day is further behind or ahead of UTC; the days of a license are those of its server.
const LATEST_ZONE: SignedDuration = SignedDuration::from_hours(-12);
const EARLIEST_ZONE: SignedDuration = SignedDuration::from_hours(14);

/// Public keys of the issuers whose licenses a product accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerKeys(TrustStore);

impl IssuerKeys {
    /// Reads public keys, 32 bytes in base64 each, with blanks between them; or the text of one trust file (`.pub`).
    ///
    /// # Errors
    /// `InvalidRequest` when there is no key, or more than 16, or one cannot be read.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let invalid = |detail: String| Problem::new(ErrorCode::InvalidRequest, detail).about("issuerKeys");
        if text.contains('=') && text.contains("public_key") {
            let issuer = TrustedIssuer::from_text(text).map_err(|error| invalid(format!("{error}.")))?;
            return Ok(Self([issuer].into_iter().collect()));
        }
        let keys: Vec<&str> = text.split_whitespace().collect();
        if keys.is_empty() || keys.len() > MOST_KEYS {
            return Err(invalid(format!(
                "{} public keys of issuers; 1 to {MOST_KEYS} are expected.",
                keys.len()
            )));
        }
        let issuers = keys.into_iter().map(TrustedIssuer::from_public_key);
        let issuers: Result<TrustStore, _> = issuers.collect();
        issuers
            .map(Self)
            .map_err(|_| invalid("An issuer's public key is not 32 bytes in base64.".to_owned()))
    }
}

/// A line with the id it came under.
type IdentifiedLine = (Vec<u8>, SignedLine);

/// A line as a file of its own, with what its signatures are.
type VerifiedFile = (LicenseFile, Vec<Option<SignatureState>>);

/// What a product holds its seats against.
#[derive(Debug)]
pub(super) struct IssuerPin {
    keys: TrustStore,
    vendor: Option<String>,
    machine: MachineAddresses,
    /// Whether the server is this machine, so that its hardware can be seen.
    is_local: bool,
    /// Lines that came, by the feature they grant in lower case, with their ids.
    lines: Mutex<HashMap<String, Vec<IdentifiedLine>>>,
}

/// What is to be granted by lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claim<'a> {
    /// As the product asked for it.
    pub(super) asked: &'a str,
    /// As it was given out.
    pub(super) feature: &'a str,
    pub(super) version: &'a LicenseVersion,
    pub(super) count: u32,
    pub(super) user: &'a str,
    pub(super) host: &'a str,
    pub(super) display: &'a str,
}

/// Until when lines grant what was claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Proven {
    /// Last day; none when it never ends.
    last_day: Option<Date>,
}

impl Proven {
    /// Whether the last day is over everywhere.
    pub(super) fn is_over(&self) -> bool {
        self.last_day.is_some_and(|last| day_in(LATEST_ZONE) > last)
    }
}

impl IssuerPin {
    /// What the options pin; none when they pin nothing.
    pub(super) async fn of(options: &ProductOptions) -> Option<Self> {
        let IssuerKeys(keys) = options.issuer_keys.clone()?;
        let addresses = tokio::task::spawn_blocking(MachineAddresses::read).await;
        // Without addresses nothing is known of the machine, so that no lock to one of them is found right.
        let machine = addresses.ok().and_then(Result::ok).unwrap_or_default();
        let is_local = is_local(options.manager.host(), &machine).await;
        Some(Self {
            keys,
            vendor: options.vendor.clone(),
            machine,
            is_local,
            lines: Mutex::default(),
        })
    }

    /// Ids of the lines at hand.
    pub(super) fn known(&self) -> Vec<Vec<u8>> {
        let lines = self.lines.lock();
        let ids = lines.values().flatten().map(|(id, _)| id.clone());
        ids.take(MOST_LINES).collect()
    }

    /// Lines at hand that grant a feature.
    pub(super) fn lines_of(&self, feature: &str) -> Vec<SignedLine> {
        let lines = self.lines.lock();
        let of_feature = lines.get(&feature.to_lowercase());
        of_feature.map_or_else(Vec::new, |lines| {
            lines.iter().map(|(_, line)| line.clone()).collect()
        })
    }

    /// Takes the lines that came with seats; those whose text was left out are at hand.
    pub(super) fn take(&self, feature: &str, came: Vec<wire::SignedLine>) -> Vec<SignedLine> {
        let mut lines = self.lines.lock();
        let at_hand: HashMap<&[u8], &SignedLine> = lines
            .values()
            .flatten()
            .map(|(id, line)| (id.as_slice(), line))
            .collect();
        let taken: Vec<IdentifiedLine> = came
            .into_iter()
            .take(MOST_LINES)
            .filter_map(|line| {
                let signed = if line.text.is_empty() {
                    SignedLine::clone(at_hand.get(line.id.as_slice())?)
                } else {
                    SignedLine {
                        text: line.text,
                        signature: line.signature,
                    }
                };
                Some((line.id, signed))
            })
            .collect();
        if lines.len() >= MOST_FEATURES {
            lines.clear();
        }
        let texts = taken.iter().map(|(_, line)| line.clone()).collect();
        lines.insert(feature.to_lowercase(), taken);
        texts
    }

    /// Holds seats against lines.
    ///
    /// # Errors
    /// `LicenseNotGenuine` when the lines that these issuers signed do not grant them.
    pub(super) fn check(&self, lines: &[SignedLine], claim: &Claim<'_>) -> Result<Proven, Problem> {
        let files: Vec<VerifiedFile> = lines.iter().filter_map(|line| self.verified(line)).collect();
        // The license may have begun in the zone of the server, or not yet have ended there.
        let days = [day_in(LATEST_ZONE), day_in(EARLIEST_ZONE)];
        let mut why = Err(not_genuine(claim, "no signed line came with it"));
        for day in days {
            why = self.check_on(day, &files, claim);
            if why.is_ok() {
                break;
            }
        }
        why
    }

    fn check_on(&self, day: Date, files: &[VerifiedFile], claim: &Claim<'_>) -> Result<Proven, Problem> {
        let Some(vendor) = self.vendor.clone().or_else(|| vendor_of(files)) else {
            let why = "none of the lines that came with it is signed with a key of the product's issuer";
            return Err(not_genuine(claim, why));
        };
        let names: Vec<String> = (0..files.len()).map(|at| at.to_string()).collect();
        let installed: Vec<InstalledFile<'_>> = files
            .iter()
            .zip(&names)
            .map(|((file, signatures), name)| InstalledFile {
                name,
                file,
                signatures,
            })
            .collect();
        let set = PoolSet::build(
            &installed,
            &PoolContext {
                vendor: &vendor,
                host: &self.host(files),
                today: day,
                accept_unverified: false,
                vendor_string_pools: false,
            },
        );
        let suits = |pool: &&Pool| {
            pool.identity.feature.eq_ignore_ascii_case(claim.feature)
                && pool.identity.version >= *claim.version
                && satisfies(pool, claim.asked)
                && self.may_use(pool, claim)
        };
        let pools: Vec<&Pool> = set.pools.iter().filter(suits).collect();
        let seats = pools.iter().try_fold(0_u32, |seats, pool| {
            Some(seats.saturating_add(pool.capacity(day).total()?))
        });
        if pools.is_empty() || seats.is_some_and(|seats| seats < claim.count) {
            return Err(not_genuine(
                claim,
                "the lines that the product's issuer signed do not grant it: feature, version, days, seats or machine differ",
            ));
        }
        let serving = pools.iter().filter(|pool| !pool.capacity(day).is_none());
        let last_days: Option<Vec<Date>> = serving.map(|pool| pool.last_expiry(day)).collect();
        Ok(Proven {
            last_day: last_days.and_then(|days| days.into_iter().max()),
        })
    }

    /// A line as a file whose signature holds. The machine that it was signed for counts where that can be seen.
    fn verified(&self, line: &SignedLine) -> Option<VerifiedFile> {
        let signed = line.to_file(false)?;
        let signatures = self.keys.verify(&signed);
        if !signatures.contains(&Some(SignatureState::Valid)) {
            return None;
        }
        let file = match self.is_local {
            true => signed,
            false => line.to_file(true)?,
        };
        Some((file, signatures))
    }

    /// This machine. A machine may have more names than it knows of, so that names lock nothing here.
    fn host(&self, files: &[VerifiedFile]) -> HostIdentity {
        let mut host = self.machine.identity("localhost");
        let ids = files.iter().flat_map(|(file, _)| file.servers());
        host.host_names
            .extend(ids.filter_map(|server| match &server.host_id.value {
                HostId::HostName(name) => Some(name.clone()),
                _ => None,
            }));
        host
    }

    /// HOSTID of the lines, by every address that this machine has.
    fn may_use(&self, pool: &Pool, claim: &Claim<'_>) -> bool {
        let holder = |address: Option<IpAddr>| Holder {
            user: claim.user.to_owned(),
            host: claim.host.to_owned(),
            display: claim.display.to_owned(),
            address,
            ..Holder::default()
        };
        let own = self.machine.identity("localhost").internet_addresses;
        let mut addresses = own.into_iter().map(Some).chain([None]);
        addresses.any(|address| holder(address).may_use(pool))
    }
}

/// Whether seats of a pool serve requests for a feature: its own, or one that all of its lines name.
fn satisfies(pool: &Pool, asked: &str) -> bool {
    let feature = &pool.identity.feature;
    let names = |text: &Option<String>| {
        let text = VendorString::parse(text.as_deref().unwrap_or_default());
        satisfied_features(feature, &text)
            .iter()
            .any(|other| other.eq_ignore_ascii_case(asked))
    };
    feature.eq_ignore_ascii_case(asked)
        || (pool.increments.iter()).all(|increment| names(&increment.vendor_string))
}

fn vendor_of(files: &[VerifiedFile]) -> Option<String> {
    let mut lines = files.iter().flat_map(|(file, _)| &file.lines);
    lines.find_map(|line| Some(PublisherLine::of(&line.kind)?.vendor().to_owned()))
}

fn not_genuine(claim: &Claim<'_>, why: &str) -> Problem {
    let detail = format!(
        "{} seats of {} {} are not accepted: {why}.",
        claim.count, claim.feature, claim.version
    );
    Problem::new(ErrorCode::LicenseNotGenuine, detail).about(claim.feature)
}

/// The day where clocks are this far ahead of UTC.
fn day_in(ahead: SignedDuration) -> Date {
    let there = Timestamp::now().saturating_add(ahead);
    there.unwrap_or_default().to_zoned(TimeZone::UTC).date()
}

/// Whether a server's name leads to this machine. One that leads nowhere at the moment is taken for another machine.
async fn is_local(host: &str, machine: &MachineAddresses) -> bool {
    let own = machine.identity("localhost").internet_addresses;
    let is_own = |address: IpAddr| address.is_loopback() || own.contains(&address);
    if let Ok(address) = host.parse::<IpAddr>() {
        return is_own(address.to_canonical());
    }
    let looked_up = tokio::time::timeout(RESOLVE, tokio::net::lookup_host((host, 0))).await;
    match looked_up {
        Ok(Ok(mut addresses)) => addresses.any(|address| is_own(address.ip().to_canonical())),
        Ok(Err(_)) | Err(_) => host.eq_ignore_ascii_case("localhost"),
    }
}
