//! From lines to pools.

use jiff::civil::Date;
use licensing_api::inventory::SignatureState;

use licensing_license_file::license_file::{
    HostIdentity, IncrementKeyword, License, LicenseFile, Package, PublisherLine,
};

use super::lines::{JudgedLine, lines_of, newest};
use super::upgrade::{self, Upgradable};
use super::{
    IgnoredLine, LineNote, LinePlace, PoolIdentity, PoolIncrement, PoolSet, group, most_seats, package,
    sort_out, supersede,
};

/// A license file as it lies on the server.
#[derive(Debug, Clone, Copy)]
pub struct InstalledFile<'a> {
    /// Name without folder.
    pub name: &'a str,
    /// What it says.
    pub file: &'a LicenseFile,
    /// Signature state of each line, by its position in `file.lines`. What is absent counts as not signed.
    pub signatures: &'a [Option<SignatureState>],
}

/// What pools depend on besides the files.
#[derive(Debug, Clone, Copy)]
pub struct PoolContext<'a> {
    /// Vendor whose pools are wanted.
    pub vendor: &'a str,
    /// The machine.
    pub host: &'a HostIdentity,
    /// The day. Pools are to be built anew when it changes: an expired FEATURE makes way for the next one.
    pub today: Date,
    /// Whether increments whose signature only their vendor could verify are granted all the same.
    pub accept_unverified: bool,
    /// Whether increments with different vendor strings count apart.
    pub vendor_string_pools: bool,
}

/// What a line adds to a pool, while lines still change each other.
#[derive(Clone)]
pub(super) struct Candidate<'a> {
    pub(super) place: LinePlace,
    pub(super) keyword: IncrementKeyword,
    pub(super) license: &'a License,
    pub(super) identity: PoolIdentity,
    pub(super) increment: PoolIncrement,
    /// Whether it gives seats on the day.
    pub(super) serves: bool,
    pub(super) sort: u8,
    pub(super) newest: Option<Date>,
    pub(super) most_seats: Option<u32>,
}

/// The same line counts once; lines that others supersede go; of FEATURE lines of one name the first stays; then
/// UPGRADE turns seats, packages are unpacked, and MLC cuts what is left.
pub(super) fn build(files: &[InstalledFile<'_>], context: &PoolContext<'_>) -> PoolSet {
    let mut set = PoolSet::default();
    let lines = sort_out::keep_each_once(lines_of(files, context), &mut set.ignored);
    let lines = supersede::take_out(lines, &mut set.ignored, &mut set.notes);
    let lines = sort_out::keep_first(lines, &mut set.ignored);
    let (candidates, packages) = grants(lines, context, &mut set.ignored, &mut set.notes);
    let mut candidates = package::unpack(candidates, &packages, &mut set.ignored, &mut set.notes);
    most_seats::cut(&mut candidates, &mut set.notes);
    set.pools = group::group(candidates);
    set
}

/// What the lines grant, after UPGRADE; and the packages.
fn grants<'a>(
    lines: Vec<JudgedLine<'a>>,
    context: &PoolContext<'_>,
    ignored: &mut Vec<IgnoredLine>,
    notes: &mut Vec<LineNote>,
) -> (Vec<Candidate<'a>>, Vec<(JudgedLine<'a>, &'a Package)>) {
    let (mut candidates, mut packages) = (Vec::new(), Vec::new());
    let mut upgradable = Upgradable::default();
    for line in lines {
        match line.says {
            PublisherLine::Increment(increment) => {
                let one = candidate(&line, increment.keyword, &increment.license, context);
                upgradable.add(candidates.len(), &one);
                candidates.push(one);
            }
            PublisherLine::Upgrade(upgrade) => {
                let one = candidate(&line, IncrementKeyword::Increment, &upgrade.license, context);
                match one.serves {
                    true => upgrade::turn(
                        &line,
                        upgrade,
                        one,
                        &mut candidates,
                        &mut upgradable,
                        ignored,
                        notes,
                    ),
                    // It gives nothing, and the pool says why.
                    false => candidates.push(one),
                }
            }
            PublisherLine::Package(package) => packages.push((line, package)),
        }
    }
    (candidates, packages)
}

fn candidate<'a>(
    line: &JudgedLine<'a>,
    keyword: IncrementKeyword,
    license: &'a License,
    context: &PoolContext<'_>,
) -> Candidate<'a> {
    let terms = &license.terms;
    let text = terms.vendor_string.text.as_str();
    let validity = line.validity;
    Candidate {
        place: line.place.clone(),
        keyword,
        license,
        identity: PoolIdentity::of(license, context.vendor_string_pools),
        increment: PoolIncrement {
            count: license.count.value,
            overdraft: license.overdraft(),
            expires: validity.expires,
            starts: validity.starts,
            signature: validity.signature,
            accepted_unverified: validity.accepted_unverified,
            host_matches: validity.host_matches,
            host_ids: terms.host_ids.clone(),
            serial_number: terms.serial_number.clone(),
            vendor_string: (!text.is_empty()).then(|| text.to_owned()),
            license_type: terms.vendor_string.license_type().map(str::to_owned),
            linger_seconds: terms.linger_seconds.unwrap_or(0),
            file: line.place.file.clone(),
            line: line.place.line,
        },
        serves: line.serves(),
        sort: terms.sort,
        newest: newest(terms),
        most_seats: terms.vendor_string.most_seats(),
    }
}
