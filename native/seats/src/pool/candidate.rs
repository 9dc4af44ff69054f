//! A line on its way to a pool: what it adds, while lines still change each other.

use jiff::civil::Date;
use licensing_license_file::license_file::{IncrementKeyword, License};

use super::lines::{JudgedLine, newest};
use super::{LinePlace, PoolContext, PoolIdentity, PoolIncrement};

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

impl<'a> Candidate<'a> {
    /// What a line grants by itself.
    pub(super) fn of(
        line: &JudgedLine<'a>,
        keyword: IncrementKeyword,
        license: &'a License,
        context: &PoolContext<'_>,
    ) -> Self {
        let terms = &license.terms;
        let text = terms.vendor_string.text.as_str();
        let validity = line.validity;
        Self {
            place: line.place.clone(),
            keyword,
            license,
            identity: PoolIdentity::of(license, context.vendor_string_pools),
            increment: PoolIncrement {
                count: license.count.value,
                overdraft: license.overdraft(),
                expires: validity.expires,
                starts: validity.starts,
                issued: terms.issued,
                notice: terms.notice.clone(),
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
}
