//! What becomes of a line beyond what it says itself.

use std::fmt;

use licensing_api::finding::{Finding, Severity};
use licensing_api::inventory::PoolStatus;

use licensing_license_file::license_file::{LicenseVersion, Suite};

/// Where a line stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LinePlace {
    /// Name of the file without folder.
    pub file: String,
    /// Physical line it begins at.
    pub line: u32,
}

impl fmt::Display for LinePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} of {}", self.line, self.file)
    }
}

/// A line that has no effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IgnoredLine {
    /// File it stands in.
    pub file: String,
    /// Physical line it begins at.
    pub line: u32,
    /// First word of it.
    pub keyword: &'static str,
    /// Feature or package it names.
    pub feature: String,
    /// Why.
    pub reason: NoEffect,
}

impl IgnoredLine {
    /// The finding for an administrator.
    pub fn finding(&self) -> Finding {
        Finding {
            severity: self.reason.severity(),
            line: self.line,
            column: 0,
            number: self.reason.number(),
            text: format!("{} {} has no effect. {}", self.keyword, self.feature, self.reason),
            action: self.reason.action().to_owned(),
        }
    }
}

/// Why a line has no effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoEffect {
    /// The same line counts already.
    Duplicate(LinePlace),
    /// A FEATURE line behind the one that counts.
    LaterFeature(LinePlace),
    /// A package behind the one of the same name and version that counts.
    LaterPackage(LinePlace),
    /// Another line replaces it.
    Superseded(LinePlace),
    /// UPGRADE without a line of which it could turn seats.
    NothingToUpgrade,
    /// PACKAGE without a line of the same name and version that enables it.
    NotEnabled,
    /// PACKAGE that does not hold, for this reason.
    NotServing(PoolStatus),
    /// PACKAGE with more components than can be served.
    TooLarge,
}

impl NoEffect {
    fn severity(&self) -> Severity {
        match self {
            Self::Superseded(_) => Severity::Information,
            Self::NotServing(PoolStatus::Refused | PoolStatus::WrongHost) => Severity::Error,
            Self::Duplicate(_)
            | Self::LaterFeature(_)
            | Self::LaterPackage(_)
            | Self::NothingToUpgrade
            | Self::NotEnabled
            | Self::NotServing(PoolStatus::Serving | PoolStatus::Expired | PoolStatus::NotStarted)
            | Self::TooLarge => Severity::Warning,
        }
    }

    /// The number that license managers have for it.
    pub fn number(&self) -> Option<i32> {
        match self {
            Self::NotEnabled | Self::TooLarge | Self::LaterPackage(_) => Some(-82),
            Self::NotServing(PoolStatus::Refused) => Some(-8),
            Self::NotServing(PoolStatus::WrongHost) => Some(-9),
            Self::NotServing(PoolStatus::Expired) => Some(-10),
            Self::NotServing(PoolStatus::NotStarted) => Some(-31),
            Self::NotServing(PoolStatus::Serving)
            | Self::Duplicate(_)
            | Self::LaterFeature(_)
            | Self::Superseded(_)
            | Self::NothingToUpgrade => None,
        }
    }

    /// What an administrator can do about it.
    pub fn action(&self) -> &'static str {
        match self {
            Self::Duplicate(_) | Self::LaterFeature(_) | Self::LaterPackage(_) => {
                "Nothing, unless you expected more seats."
            }
            Self::Superseded(_) => "Nothing; the file may be removed if all of its lines are superseded.",
            Self::NothingToUpgrade => {
                "Install the license it upgrades in a file whose name comes before this one's, or in front of it in the same file."
            }
            Self::NotEnabled => {
                "Install the line that enables the package: an INCREMENT or FEATURE of its name and version."
            }
            Self::NotServing(PoolStatus::Refused) => {
                "Import the file as it was issued; put the public key of its issuer into the trust folder if you trust it."
            }
            Self::NotServing(PoolStatus::WrongHost) => "Have it allocated to this server's host name.",
            Self::NotServing(PoolStatus::Expired) => "Renew it.",
            Self::NotServing(PoolStatus::NotStarted | PoolStatus::Serving) => {
                "Nothing: it has its effect from its start date on."
            }
            Self::TooLarge => "Ask the publisher for a smaller package.",
        }
    }
}

impl fmt::Display for NoEffect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence(&|place| place.to_string()))
    }
}

impl NoEffect {
    /// In a sentence, with places of lines in this form.
    pub(crate) fn sentence(&self, place: &dyn Fn(&LinePlace) -> String) -> String {
        let text = match self {
            Self::Duplicate(other) => {
                return format!(
                    "The same line is installed already, {}; it counts once.",
                    place(other)
                );
            }
            Self::LaterFeature(other) => {
                return format!(
                    "Of several FEATURE lines of one name only one counts, {}.",
                    place(other)
                );
            }
            Self::LaterPackage(other) => {
                let other = place(other);
                return format!("Of several packages of one name and version only one counts, {other}.");
            }
            Self::Superseded(by) => return format!("It is superseded by {}.", place(by)),
            Self::NothingToUpgrade => "No line before it has seats of a version that it upgrades.",
            Self::NotEnabled => "No line of the same name and version enables the package.",
            Self::NotServing(PoolStatus::Refused) => "Its signature could not be verified on this server.",
            Self::NotServing(PoolStatus::WrongHost) => "It is bound to another host ID.",
            Self::NotServing(PoolStatus::Expired) => "It has expired.",
            Self::NotServing(PoolStatus::NotStarted | PoolStatus::Serving) => "It is not valid yet.",
            Self::TooLarge => "All packages together have too many components.",
        };
        text.to_owned()
    }
}

/// What a line does to others, or others to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineNote {
    /// The line.
    pub place: LinePlace,
    /// What becomes of it.
    pub fate: LineFate,
}

/// What becomes of a line that has an effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineFate {
    /// It superseded so many lines.
    Supersedes(usize),
    /// UPGRADE: it turned seats of another line.
    Turned {
        /// How many, at most as many as it could.
        seats: u32,
        /// Of which line.
        of: LinePlace,
        /// Their version before.
        from: LicenseVersion,
    },
    /// Some of its seats became those of an UPGRADE line.
    TurnedInto {
        /// How many.
        seats: u32,
        /// Which line.
        by: LinePlace,
        /// Their version now.
        version: LicenseVersion,
    },
    /// FEATURE or INCREMENT: it enables a package.
    Enables {
        /// The PACKAGE line.
        package: LinePlace,
        /// Seats of each component.
        components: Vec<ComponentSeats>,
        /// How components and package belong together.
        suite: Suite,
    },
    /// PACKAGE: a line enables it.
    EnabledBy(LinePlace),
    /// Fewer seats can be used than it grants, because the vendor string sets a highest count.
    Capped {
        /// How many can be used, overdraft included.
        usable: u32,
        /// The highest count.
        most: u32,
    },
}

/// Seats of one component of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentSeats {
    /// Feature of the component.
    pub feature: String,
    /// Its version.
    pub version: LicenseVersion,
    /// Its seats; none when uncounted.
    pub count: Option<u32>,
}
