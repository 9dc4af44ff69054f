//! What a license file says, line by line. Each value knows where it stands.

use licensing_api::finding::Finding;

use super::LicenseDate;

/// Where a value begins: physical line and column in characters, both counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position {
    /// Physical line.
    pub line: u32,
    /// Column in characters.
    pub column: u32,
}

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it begins.
    pub at: Position,
}

/// A license file as read. Whatever was not understood is kept, so that writing gives back the same bytes.
#[derive(Debug, Clone)]
pub struct LicenseFile {
    /// Logical lines in order, comments and blank lines included.
    pub lines: Vec<Line>,
    /// What was noticed while reading.
    pub findings: Vec<Finding>,
}

/// One logical line: one or more physical lines joined by `\`.
#[derive(Debug, Clone)]
pub struct Line {
    /// Where it begins.
    pub at: Position,
    /// Number of physical lines it takes.
    pub physical_lines: u32,
    /// Its bytes as they stood in the file, line ends included.
    pub raw: Vec<u8>,
    /// What it says.
    pub kind: LineKind,
}

/// What a line says.
#[derive(Debug, Clone)]
pub enum LineKind {
    /// Nothing, or blanks.
    Blank,
    /// Text after `#`.
    Comment,
    /// SERVER.
    Server(Server),
    /// VENDOR, or its old name DAEMON.
    Vendor(Vendor),
    /// USE_SERVER.
    UseServer,
    /// FEATURE or INCREMENT.
    Increment(Box<Increment>),
    /// UPGRADE.
    Upgrade(Box<Upgrade>),
    /// PACKAGE.
    Package(Box<Package>),
    /// A one-word decimal line, the historic FEATURESET, or anything unknown: kept, never served.
    Unknown,
    /// A known keyword whose line could not be read; the findings say why.
    Malformed,
}

/// SERVER line.
#[derive(Debug, Clone)]
pub struct Server {
    /// Host name or address; `this_host` means wherever the server runs.
    pub host: Spanned<String>,
    /// What the machine must be.
    pub host_id: Spanned<HostId>,
    /// TCP port of the license manager.
    pub port: Option<Spanned<u16>>,
    /// PRIMARY_IS_MASTER.
    pub primary_is_master: bool,
    /// HEARTBEAT_INTERVAL in seconds.
    pub heartbeat_interval: Option<Spanned<u32>>,
}

/// VENDOR line.
#[derive(Debug, Clone)]
pub struct Vendor {
    /// Name of the vendor daemon.
    pub name: Spanned<String>,
    /// Path of the daemon's program; read and kept, not used: the server brings its own daemon.
    pub path: Option<Spanned<String>>,
    /// Path of the options file.
    pub options: Option<Spanned<String>>,
    /// TCP port of the vendor daemon.
    pub port: Option<Spanned<u16>>,
}

/// Which of the two words a line begins with. Of FEATURE lines only the first of a name counts; INCREMENT lines add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IncrementKeyword {
    /// FEATURE.
    Feature,
    /// INCREMENT.
    Increment,
}

/// FEATURE or INCREMENT line: seats of one feature.
#[derive(Debug, Clone)]
pub struct Increment {
    /// Which word.
    pub keyword: IncrementKeyword,
    /// What it grants.
    pub license: License,
}

/// The part that FEATURE, INCREMENT and UPGRADE have in common.
#[derive(Debug, Clone)]
pub struct License {
    /// Feature name.
    pub feature: Spanned<String>,
    /// Vendor daemon that serves it.
    pub vendor: Spanned<String>,
    /// Version as printed; compare it with [`crate::license_file::LicenseVersion`] rules.
    pub version: Spanned<String>,
    /// Last valid day.
    pub expires: Spanned<LicenseDate>,
    /// Seats; none when uncounted.
    pub count: Spanned<Option<u32>>,
    /// The license key of formats before 7.1.
    pub key: Option<Spanned<String>>,
    /// Everything after the positional words, in order and as spelled.
    pub attributes: Vec<Attribute>,
}

/// UPGRADE line: turns seats of an older version into seats of a newer one.
#[derive(Debug, Clone)]
pub struct Upgrade {
    /// Version the seats must at least have now.
    pub from_version: Spanned<String>,
    /// What it grants; `version` is the new one.
    pub license: License,
}

/// PACKAGE line: a name for several features.
#[derive(Debug, Clone)]
pub struct Package {
    /// Package name.
    pub name: Spanned<String>,
    /// Vendor daemon that serves it.
    pub vendor: Spanned<String>,
    /// Version as printed.
    pub version: Spanned<String>,
    /// What it consists of.
    pub components: Vec<PackageComponent>,
    /// Attributes as spelled, COMPONENTS included.
    pub attributes: Vec<Attribute>,
}

/// One component of a package: `feature[:version[:count]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageComponent {
    /// Feature name.
    pub feature: String,
    /// Version; that of the enabling line when absent.
    pub version: Option<String>,
    /// Seats for each seat of the enabling line; 1 when absent.
    pub count: Option<u32>,
}

/// `KEYWORD=value` or a bare flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Keyword as spelled: upper case belongs to the publisher, lower case to the administrator.
    pub keyword: Spanned<String>,
    /// Value without its outer quotes; none for a bare flag.
    pub value: Option<AttributeValue>,
}

/// Value of an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeValue {
    /// Text without outer quotes, continuation lines joined by one blank.
    pub text: String,
    /// Whether it stood in quotes.
    pub quoted: bool,
    /// Where it begins.
    pub at: Position,
}

/// Identity of a machine, a dongle, a display …
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum HostId {
    /// Locks nothing.
    Any,
    /// For demonstrations; uncounted lines only.
    Demo,
    /// Bare hex digits: 8 for a "long" id, 12 for an Ethernet address; upper case.
    Hex(String),
    /// `HOSTNAME=`.
    HostName(String),
    /// `DISPLAY=`.
    Display(String),
    /// `USER=`.
    User(String),
    /// `ID=`, dashes removed.
    Id(String),
    /// `INTERNET=`, with `*` for any octet.
    Internet(String),
    /// Any other `TYPE=value`.
    Other {
        /// Type in upper case.
        kind: String,
        /// Value as written.
        value: String,
    },
}
