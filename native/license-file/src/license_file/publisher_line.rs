//! The lines that belong to the publisher: the only ones that are signed, explained as grants, or edited in part.

use super::{
    Attribute, Increment, IncrementKeyword, License, LineKind, Package, Span, Spanned, Terms, Upgrade,
};

/// A line that its publisher signs.
#[derive(Debug, Clone, Copy)]
pub enum PublisherLine<'a> {
    /// FEATURE or INCREMENT.
    Increment(&'a Increment),
    /// UPGRADE.
    Upgrade(&'a Upgrade),
    /// PACKAGE.
    Package(&'a Package),
}

impl<'a> PublisherLine<'a> {
    /// The line as one of these; none for all others.
    pub fn of(line: &'a LineKind) -> Option<Self> {
        match line {
            LineKind::Increment(increment) => Some(Self::Increment(increment)),
            LineKind::Upgrade(upgrade) => Some(Self::Upgrade(upgrade)),
            LineKind::Package(package) => Some(Self::Package(package)),
            LineKind::Blank
            | LineKind::Comment
            | LineKind::Server(_)
            | LineKind::Vendor(_)
            | LineKind::UseServer
            | LineKind::Decimal
            | LineKind::FeatureSet
            | LineKind::Fragment
            | LineKind::Unknown
            | LineKind::Malformed => None,
        }
    }

    /// First word of the line.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Increment(increment) => match increment.keyword {
                IncrementKeyword::Feature => "FEATURE",
                IncrementKeyword::Increment => "INCREMENT",
            },
            Self::Upgrade(_) => "UPGRADE",
            Self::Package(_) => "PACKAGE",
        }
    }

    /// Feature or package it names.
    pub fn name(self) -> &'a str {
        match self {
            Self::Increment(increment) => &increment.license.feature.value,
            Self::Upgrade(upgrade) => &upgrade.license.feature.value,
            Self::Package(package) => &package.name.value,
        }
    }

    /// What its attributes mean.
    pub fn terms(self) -> &'a Terms {
        match self {
            Self::Increment(increment) => &increment.license.terms,
            Self::Upgrade(upgrade) => &upgrade.license.terms,
            Self::Package(package) => &package.terms,
        }
    }

    /// The part that FEATURE, INCREMENT and UPGRADE have in common.
    pub fn license(self) -> Option<&'a License> {
        match self {
            Self::Increment(increment) => Some(&increment.license),
            Self::Upgrade(upgrade) => Some(&upgrade.license),
            Self::Package(_) => None,
        }
    }

    /// Vendor daemon that serves it.
    pub fn vendor(self) -> &'a str {
        match self {
            Self::Increment(increment) => &increment.license.vendor.value,
            Self::Upgrade(upgrade) => &upgrade.license.vendor.value,
            Self::Package(package) => &package.vendor.value,
        }
    }

    /// The license key of formats before 7.1.
    pub fn key(self) -> Option<&'a Spanned<String>> {
        match self {
            Self::Increment(increment) => increment.license.key.as_ref(),
            Self::Upgrade(upgrade) => upgrade.license.key.as_ref(),
            Self::Package(package) => package.key.as_ref(),
        }
    }

    /// Its attributes, and the place of its last word before them.
    pub fn places(self) -> (&'a [Attribute], Span) {
        match self {
            Self::Increment(increment) => increment.license.places(),
            Self::Upgrade(upgrade) => upgrade.license.places(),
            Self::Package(package) => package.places(),
        }
    }
}
