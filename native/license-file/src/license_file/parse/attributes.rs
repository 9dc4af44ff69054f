//! Attributes after the positional words of a line, and what they mean.

use jiff::civil::Date;

use super::blank_separated;
use super::keyword::{Keyword, TakesValue};
use super::notes::{Notes, shown};
use super::token::Token;
use crate::license_file::{
    Attribute, AttributeValue, DEFAULT_BORROW_HOURS, DupGroup, FloatOk, HostId, LicenseDate, NamedOnly,
    Position, SignedLine, Supersede, Terms, TimeZoneRule, VendorMeaning, VendorString, VmPlatforms,
};

const AS_ISSUED: &str = "Use the file as it was issued, or ask the publisher for a correct one.";

/// Attributes of a line.
pub(super) struct Attributes {
    pub(super) list: Vec<Attribute>,
    pub(super) terms: Terms,
}

/// Reads all attributes. None when one that narrows the license cannot be read: the line must not be used then.
pub(super) fn read(tokens: &[Token<'_>], notes: &mut Notes) -> Option<Attributes> {
    let list: Vec<Attribute> = tokens.iter().map(Token::attribute).collect();
    let mut reader = Reader {
        notes,
        terms: Terms::default(),
        usable: true,
    };
    let mut seen: Vec<Keyword> = Vec::new();
    for attribute in &list {
        let Some(keyword) = Keyword::find(&attribute.keyword.value) else {
            unknown(attribute, reader.notes);
            continue;
        };
        if seen.contains(&keyword) {
            reader.notes.warning(
                attribute.keyword.at,
                Some(-2),
                format!(
                    "{} stands there more than once; the first one counts.",
                    attribute.keyword.value
                ),
                AS_ISSUED,
            );
            continue;
        }
        seen.push(keyword);
        reader.check_spelling(keyword, attribute);
        reader.read(keyword, attribute);
    }
    reader.check_together(&list);
    let Reader { terms, usable, .. } = reader;
    usable.then_some(Attributes { list, terms })
}

fn unknown(attribute: &Attribute, notes: &mut Notes) {
    if attribute.is_administrators() {
        return;
    }
    notes.warning(
        attribute.keyword.at,
        Some(-90),
        format!(
            "'{}' is not known here; it is kept and has no effect.",
            shown(&attribute.keyword.value)
        ),
        "Check the spelling; the file may need a newer license server.",
    );
}

struct Reader<'n> {
    notes: &'n mut Notes,
    terms: Terms,
    usable: bool,
}

impl Reader<'_> {
    fn check_spelling(&mut self, keyword: Keyword, attribute: &Attribute) {
        let (at, spelled) = (attribute.keyword.at, &attribute.keyword.value);
        let problem = match (keyword.takes_value(), &attribute.value) {
            (TakesValue::Flag, Some(_)) => Some("takes no value; the value has no effect"),
            (TakesValue::Value, None) => Some("needs a value; without one it has no effect"),
            (TakesValue::Flag, None) | (TakesValue::Value, Some(_)) | (TakesValue::Either, _) => None,
        };
        if let Some(problem) = problem {
            self.notes
                .warning(at, Some(-2), format!("{spelled} {problem}."), AS_ISSUED);
        }
        let small = spelled.bytes().all(|byte| !byte.is_ascii_uppercase());
        if small && !super::keyword::is_administrators(spelled) {
            self.notes.information(
                at,
                None,
                format!("{spelled} is the publisher's though it is written in lower case."),
                "Do not change it: a signature covers it.",
            );
        }
    }

    fn read(&mut self, keyword: Keyword, attribute: &Attribute) {
        let Some(value) = &attribute.value else {
            self.read_flag(keyword);
            return;
        };
        let text = || (!value.text.is_empty()).then(|| value.text.clone());
        match keyword {
            Keyword::VendorString => self.terms.vendor_string = self.vendor_string(value),
            Keyword::DupGroup => self.terms.dup_group = self.dup_group(value),
            Keyword::SuiteDupGroup => self.terms.suite_dup_group = Some(self.dup_group(value)),
            Keyword::HostId => self.terms.host_ids = self.host_ids(value),
            Keyword::Overdraft => self.terms.overdraft = self.widening_number(attribute, value),
            Keyword::Borrow => self.terms.borrow_hours = self.widening_number(attribute, value),
            Keyword::Linger => self.terms.linger_seconds = self.widening_number(attribute, value),
            Keyword::FloatOk => self.terms.float_ok = self.float_ok(value),
            Keyword::Issued => self.terms.issued = self.issued(value),
            Keyword::Start => self.terms.start = self.start(value),
            Keyword::Issuer => self.terms.issuer = text(),
            Keyword::Notice => self.terms.notice = text(),
            Keyword::SerialNumber => self.terms.serial_number = text(),
            Keyword::Supersede => {
                self.terms.supersede = Some(Supersede {
                    features: words(&value.text),
                })
            }
            Keyword::UserBased => self.terms.user_based = self.named_only(attribute, value),
            Keyword::HostBased => self.terms.host_based = self.named_only(attribute, value),
            Keyword::Platforms | Keyword::Platform => self.terms.platforms = words(&value.text),
            Keyword::VmPlatforms => self.terms.vm_platforms = self.vm_platforms(value),
            Keyword::TimeZone => self.terms.time_zone = self.time_zone(value),
            Keyword::Sort => self.terms.sort = self.sort(value),
            Keyword::AssetInfo => self.terms.asset_info = text(),
            Keyword::DistInfo => self.terms.dist_info = text(),
            Keyword::UserInfo => self.terms.user_info = text(),
            Keyword::VendorInfo => self.terms.vendor_info = text(),
            Keyword::SupersedeSign => self.terms.superseded_lines = self.superseded_lines(value),
            // Signatures and checksums are read where they are checked, the parts of a package by its own reader.
            Keyword::Sign
            | Keyword::Sign2
            | Keyword::IssuerSign
            | Keyword::Auth
            | Keyword::Checksum
            | Keyword::LmChecksum
            | Keyword::Components
            | Keyword::Options
            | Keyword::TerminalServer
            | Keyword::OneTerminalServer => {}
        }
    }

    fn read_flag(&mut self, keyword: Keyword) {
        match keyword {
            Keyword::Borrow => self.terms.borrow_hours = Some(DEFAULT_BORROW_HOURS),
            Keyword::FloatOk => self.terms.float_ok = Some(FloatOk { host_id: None }),
            Keyword::Supersede => self.terms.supersede = Some(Supersede { features: Vec::new() }),
            Keyword::UserBased => self.terms.user_based = Some(NamedOnly { limit: None }),
            Keyword::HostBased => self.terms.host_based = Some(NamedOnly { limit: None }),
            Keyword::TerminalServer => self.terms.terminal_server = true,
            Keyword::OneTerminalServer => self.terms.one_terminal_server = true,
            Keyword::VendorString
            | Keyword::DupGroup
            | Keyword::Issued
            | Keyword::Notice
            | Keyword::SerialNumber
            | Keyword::Sign
            | Keyword::Sign2
            | Keyword::IssuerSign
            | Keyword::Auth
            | Keyword::Overdraft
            | Keyword::SuiteDupGroup
            | Keyword::Issuer
            | Keyword::SupersedeSign
            | Keyword::Linger
            | Keyword::Components
            | Keyword::Options
            | Keyword::Checksum
            | Keyword::LmChecksum
            | Keyword::AssetInfo
            | Keyword::DistInfo
            | Keyword::UserInfo
            | Keyword::VendorInfo
            | Keyword::Sort => {}
            // These narrow the license: how far is not known without their value.
            Keyword::HostId
            | Keyword::Start
            | Keyword::Platforms
            | Keyword::Platform
            | Keyword::VmPlatforms
            | Keyword::TimeZone => self.usable = false,
        }
    }

    fn check_together(&mut self, list: &[Attribute]) {
        if self.terms.supersede.is_some() && self.terms.issued.is_none() {
            self.terms.supersede = None;
            let supersede = list
                .iter()
                .find(|one| one.keyword.value.eq_ignore_ascii_case("SUPERSEDE"));
            self.notes.warning(
                supersede.map_or(Position::default(), |one| one.keyword.at),
                Some(-174),
                "SUPERSEDE without a valid ISSUED date replaces nothing.".to_owned(),
                AS_ISSUED,
            );
        }
    }

    /// A value that only widens the license counts as absent when it is wrong.
    fn widening_number(&mut self, attribute: &Attribute, value: &AttributeValue) -> Option<u32> {
        let number = value.text.parse().ok();
        if number.is_none() {
            let keyword = &attribute.keyword.value;
            self.notes.warning(
                value.at,
                Some(-2),
                format!(
                    "{keyword}={} is not a number; it has no effect.",
                    shown(&value.text)
                ),
                AS_ISSUED,
            );
        }
        number
    }

    /// A value that narrows the license makes the line unusable when it is wrong.
    fn narrowing<T>(&mut self, read: Option<T>, at: Position, number: i32, text: String) -> Option<T> {
        if read.is_none() {
            self.usable = false;
            self.notes.error(at, Some(number), text, AS_ISSUED);
        }
        read
    }

    fn vendor_string(&mut self, value: &AttributeValue) -> VendorString {
        let read = VendorString::parse(&value.text);
        for field in read
            .fields
            .iter()
            .filter(|field| field.meaning == VendorMeaning::Invalid)
        {
            self.notes.warning(
                value.at,
                None,
                format!(
                    "{}={} in VENDOR_STRING is not valid; it has no effect.",
                    shown(&field.key),
                    shown(&field.value)
                ),
                AS_ISSUED,
            );
        }
        read
    }

    fn dup_group(&mut self, value: &AttributeValue) -> DupGroup {
        read_dup_group(&value.text).unwrap_or_else(|| {
            self.notes.warning(
                value.at,
                Some(-2),
                format!(
                    "DUP_GROUP '{}' is not known; every checkout counts.",
                    shown(&value.text)
                ),
                "Use NONE, SITE, or letters of U, H, D, V.",
            );
            DupGroup::None
        })
    }

    fn host_ids(&mut self, value: &AttributeValue) -> Vec<HostId> {
        let list = words(&value.text);
        let read: Result<Vec<HostId>, _> = list.iter().map(|word| word.parse()).collect();
        let text = match &read {
            Ok(_) => "HOSTID= names no host id.".to_owned(),
            Err(error) => shown(&error.to_string()),
        };
        let read = read
            .ok()
            .filter(|ids| !ids.is_empty() && self.notes.take_items(ids.len()));
        self.narrowing(read, value.at, -2, text).unwrap_or_default()
    }

    fn float_ok(&mut self, value: &AttributeValue) -> Option<FloatOk> {
        let read = value.text.parse().ok().map(|host_id| FloatOk {
            host_id: Some(host_id),
        });
        self.narrowing(
            read,
            value.at,
            -2,
            format!("FLOAT_OK={} is not a host id.", shown(&value.text)),
        )
    }

    fn issued(&mut self, value: &AttributeValue) -> Option<Date> {
        let read = read_day(&value.text);
        if read.is_none() {
            self.notes.warning(
                value.at,
                Some(-11),
                format!("ISSUED={} is not a date; it has no effect.", shown(&value.text)),
                AS_ISSUED,
            );
        }
        read
    }

    fn start(&mut self, value: &AttributeValue) -> Option<Date> {
        let read = read_day(&value.text);
        self.narrowing(
            read,
            value.at,
            -11,
            format!("START={} is not a date.", shown(&value.text)),
        )
    }

    fn superseded_lines(&mut self, value: &AttributeValue) -> Vec<SignedLine> {
        let read = read_signed_lines(&value.text).filter(|lines| self.notes.take_items(lines.len()));
        read.unwrap_or_else(|| {
            self.notes.warning(
                value.at,
                Some(-176),
                format!(
                    "SUPERSEDE_SIGN={} does not name lines as feature:signature; it replaces nothing.",
                    shown(&value.text)
                ),
                AS_ISSUED,
            );
            Vec::new()
        })
    }

    fn named_only(&mut self, attribute: &Attribute, value: &AttributeValue) -> Option<NamedOnly> {
        let read = value
            .text
            .parse()
            .ok()
            .map(|limit| NamedOnly { limit: Some(limit) });
        let text = format!(
            "{}={} is not a number.",
            attribute.keyword.value,
            shown(&value.text)
        );
        self.narrowing(read, value.at, -2, text)
    }

    fn vm_platforms(&mut self, value: &AttributeValue) -> Option<VmPlatforms> {
        let read = match value.text.to_ascii_uppercase().as_str() {
            "PHYSICAL" => Some(VmPlatforms::Physical),
            "VM_ONLY" => Some(VmPlatforms::VmOnly),
            "VM_ALL" => Some(VmPlatforms::All),
            _ => None,
        };
        self.narrowing(
            read,
            value.at,
            -189,
            format!("VM_PLATFORMS={} is not known.", shown(&value.text)),
        )
    }

    fn time_zone(&mut self, value: &AttributeValue) -> Option<TimeZoneRule> {
        let read = read_time_zone(&value.text);
        self.narrowing(
            read,
            value.at,
            -185,
            format!("TZ={} is not a time zone.", shown(&value.text)),
        )
    }

    fn sort(&mut self, value: &AttributeValue) -> u8 {
        match value.text.parse::<u32>() {
            Ok(number) => u8::try_from(number).unwrap_or(u8::MAX),
            Err(_) => {
                self.notes.warning(
                    value.at,
                    Some(-2),
                    format!("sort={} is not a number; it has no effect.", shown(&value.text)),
                    "Use a number from 0 to 255.",
                );
                Terms::default().sort
            }
        }
    }
}

fn words(text: &str) -> Vec<String> {
    blank_separated(text).map(str::to_owned).collect()
}

/// `{f1:signature,f2:"signature in groups"}`: a word with a colon begins an entry, words without one go on with it.
fn read_signed_lines(text: &str) -> Option<Vec<SignedLine>> {
    let plain: String = text
        .chars()
        .map(|c| {
            if matches!(c, '{' | '}' | '"' | ',') {
                ' '
            } else {
                c
            }
        })
        .collect();
    let mut lines: Vec<SignedLine> = Vec::new();
    for word in blank_separated(&plain) {
        match word.split_once(':') {
            Some((feature, signature)) => lines.push(SignedLine {
                feature: feature.to_owned(),
                signature: signature.to_owned(),
            }),
            None => lines.last_mut()?.signature.push_str(word),
        }
    }
    let complete = |line: &SignedLine| !line.feature.is_empty() && !line.signature.is_empty();
    (!lines.is_empty() && lines.iter().all(complete)).then_some(lines)
}

fn read_day(text: &str) -> Option<Date> {
    text.parse::<LicenseDate>().ok()?.day()
}

fn read_dup_group(text: &str) -> Option<DupGroup> {
    let text = text.to_ascii_uppercase();
    match text.as_str() {
        "NONE" => return Some(DupGroup::None),
        "SITE" => return Some(DupGroup::Site),
        _ => {}
    }
    let known = !text.is_empty() && text.chars().all(|letter| "UHDV".contains(letter));
    known.then(|| DupGroup::Same {
        user: text.contains('U'),
        host: text.contains('H'),
        display: text.contains('D'),
        vendor_data: text.contains('V'),
    })
}

/// SERVERTZ, or offsets from UTC such as `+05.30:-08`.
fn read_time_zone(text: &str) -> Option<TimeZoneRule> {
    if text.eq_ignore_ascii_case("SERVERTZ") {
        return Some(TimeZoneRule::Server);
    }
    text.split(':')
        .map(read_offset)
        .collect::<Option<_>>()
        .map(TimeZoneRule::Offsets)
}

fn read_offset(text: &str) -> Option<i16> {
    let (sign, number) = match text.split_at_checked(1)? {
        ("+", number) => (1, number),
        ("-", number) => (-1, number),
        _ => (1, text),
    };
    let (hours, minutes) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |part: &str| part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hours) || !digits(minutes) {
        return None;
    }
    let (hours, minutes): (i16, i16) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 14 && matches!(minutes, 0 | 30 | 45)).then_some(sign * (hours * 60 + minutes))
}
