//! Points in time as CIM and WQL write them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// Reads a point in time: the DMTF form `yyyymmddHHMMSS.mmmmmm±UUU` (offset in minutes), a bare `yyyymmdd`, or an ISO
/// 8601 date with or without a time. Without an offset it is UTC.
#[must_use]
pub fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if !text.is_ascii() {
        return None;
    }
    if text.len() == 25 && text.as_bytes().get(14) == Some(&b'.') {
        return parse_dmtf(text);
    }
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return at(
            civil(text, "%Y%m%d")?.to_datetime(jiff::civil::Time::midnight()),
            0,
        );
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    let text = text.strip_suffix('Z').unwrap_or(text);
    at(text.parse::<DateTime>().ok()?, 0)
}

fn civil(text: &str, format: &str) -> Option<jiff::civil::Date> {
    jiff::civil::Date::strptime(format, text).ok()
}

fn parse_dmtf(text: &str) -> Option<Timestamp> {
    let digits = |from: usize, to: usize| -> Option<i32> {
        let part = text.get(from..to)?;
        part.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| part.parse().ok())?
    };
    let small = |from, to| digits(from, to).and_then(|number| i8::try_from(number).ok());
    let sign = match text.as_bytes().get(21)? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let time = DateTime::new(
        i16::try_from(digits(0, 4)?).ok()?,
        small(4, 6)?,
        small(6, 8)?,
        small(8, 10)?,
        small(10, 12)?,
        small(12, 14)?,
        digits(15, 21)? * 1000,
    )
    .ok()?;
    at(time, sign * digits(22, 25)?)
}

fn at(time: DateTime, minutes: i32) -> Option<Timestamp> {
    let offset = Offset::from_seconds(minutes.checked_mul(60)?).ok()?;
    offset.to_timestamp(time).ok()
}

/// The DMTF form, in UTC.
#[must_use]
pub fn dmtf(time: Timestamp) -> String {
    let time = time.to_zoned(jiff::tz::TimeZone::UTC);
    format!(
        "{}.{:06}+000",
        time.strftime("%Y%m%d%H%M%S"),
        time.subsec_nanosecond() / 1000
    )
}

/// The form in which Windows writes a `cim:Datetime`: UTC, microseconds at most, no zeros at the end of the fraction.
#[must_use]
pub fn cim(time: Timestamp) -> String {
    let zoned = time.to_zoned(jiff::tz::TimeZone::UTC);
    let mut text = zoned.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let fraction = zoned.subsec_nanosecond() / 1000;
    if fraction != 0 {
        let digits = format!("{fraction:06}");
        text.push('.');
        text.push_str(digits.trim_end_matches('0'));
    }
    text.push('Z');
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn forms_are_read() {
        for (text, expected) in [
            ("20261130000000.000000+000", "2026-11-30T00:00:00Z"),
            ("20261130013000.500000+090", "2026-11-30T00:00:00.5Z"),
            ("20261130000000.000000-300", "2026-11-30T05:00:00Z"),
            ("20261130", "2026-11-30T00:00:00Z"),
            ("2026-11-30", "2026-11-30T00:00:00Z"),
            ("2026-11-30 12:00:01", "2026-11-30T12:00:01Z"),
            ("2026-11-30T12:00:01+01:00", "2026-11-30T11:00:01Z"),
        ] {
            assert_eq!(parse(text), Some(expected.parse().unwrap()), "{text}");
        }
        for text in [
            "",
            "30.11.2026",
            "20261330",
            "20261130000000.000000*000",
            "2026113000000a.000000+000",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn fractions_lose_their_zeros() {
        assert_eq!(
            cim("2013-04-15T16:28:38.376625Z".parse().unwrap()),
            "2013-04-15T16:28:38.376625Z"
        );
        assert_eq!(
            cim("2013-04-15T16:28:39.500Z".parse().unwrap()),
            "2013-04-15T16:28:39.5Z"
        );
        assert_eq!(
            cim("2013-04-15T16:28:39Z".parse().unwrap()),
            "2013-04-15T16:28:39Z"
        );
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(micros in 0i64..253_402_300_799_000_000) {
            let time = Timestamp::from_microsecond(micros).unwrap();
            prop_assert_eq!(parse(&dmtf(time)), Some(time));
            prop_assert_eq!(parse(&cim(time)), Some(time));
        }

        #[test]
        fn nothing_panics(text in "\\PC{0,30}") {
            let _ = parse(&text);
        }
    }
}
