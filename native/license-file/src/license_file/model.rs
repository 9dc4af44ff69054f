//! What a license file says, line by line. Each value knows where it stands.

use std::sync::Arc;

use licensing_api::finding::Finding;

use super::parse::is_administrators;
use super::position::{Position, Span, Spanned};
use super::{HostId, HostIdentity, LicenseDate, LicenseVersion, Terms};

/// A license file as read. Whatever was not understood is kept, so that writing gives back the same bytes.
#[derive(Debug, Clone)]
pub struct LicenseFile {
    /// Logical lines in order, comments and blank lines included.
    pub lines: Vec<Line>,
    /// What was noticed while reading.
    pub findings: Vec<Finding>,
    /// The bytes that were read.
    pub(super) source: Arc<[u8]>,
    /// What the spans refer to: the source, or its text in UTF-8 where it is UTF-16.
    pub(super) text: Arc<[u8]>,
}

impl LicenseFile {
    /// The bytes of one line as they stand in the file, line ends included.
    pub fn raw(&self, line: &Line) -> &[u8] {
        self.text.get(line.span.range()).unwrap_or_default()
    }

    /// The bytes that were read.
    pub fn source(&self) -> &[u8] {
        &self.source
    }

    /// The whole file, byte for byte as it was read; one in UTF-16 becomes UTF-8.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.lines
            .iter()
            .flat_map(|line| self.raw(line))
            .copied()
            .collect()
    }

    /// SERVER lines in order: none, one, or three for a redundant triad.
    pub fn servers(&self) -> impl Iterator<Item = &Server> {
        self.lines.iter().filter_map(|line| match &line.kind {
            LineKind::Server(server) => Some(server),
            _ => None,
        })
    }

    /// Whether one of the SERVER lines means this machine; none without such a line. Counted seats of a file without one
    /// belong to no server, and a SERVER line with DEMO makes a file out to none.
    pub fn is_made_out_to(&self, machine: &HostIdentity) -> Option<bool> {
        let mut servers = self.servers().peekable();
        servers.peek()?;
        Some(servers.any(|server| {
            let id = &server.host_id.value;
            *id != HostId::Demo && id.matches(machine)
        }))
    }

    /// VENDOR lines in order.
    pub fn vendors(&self) -> impl Iterator<Item = &Vendor> {
        self.lines.iter().filter_map(|line| match &line.kind {
            LineKind::Vendor(vendor) => Some(vendor),
            _ => None,
        })
    }

    /// FEATURE and INCREMENT lines in order, each with the line it stands on.
    pub fn increments(&self) -> impl Iterator<Item = (&Line, &Increment)> {
        self.lines.iter().filter_map(|line| match &line.kind {
            LineKind::Increment(increment) => Some((line, &**increment)),
            _ => None,
        })
    }
}

/// One logical line: one or more physical lines joined by `\`.
#[derive(Debug, Clone)]
pub struct Line {
    /// Where it begins.
    pub at: Position,
    /// Number of physical lines it takes.
    pub physical_lines: u32,
    /// Its bytes in the file, line ends included; see [`LicenseFile::raw`].
    pub span: Span,
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
    /// A license in the one-word decimal format; only its vendor can decode it.
    Decimal,
    /// The historic FEATURESET.
    FeatureSet,
    /// The rest of a line whose `\` was lost: signature groups or attributes without a keyword in front.
    Fragment,
    /// Begins with a word that is no keyword.
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
    /// TCP port of the vendor daemon; none for 0, which means any free port.
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
    /// Version it grants, or its Subscription Advantage date.
    pub version: Spanned<LicenseVersion>,
    /// Last valid day.
    pub expires: Spanned<LicenseDate>,
    /// Seats; none when uncounted.
    pub count: Spanned<Option<u32>>,
    /// The license key of formats before 7.1.
    pub key: Option<Spanned<String>>,
    /// Everything after the positional words, in order and as spelled.
    pub attributes: Vec<Attribute>,
    /// What the attributes mean.
    pub terms: Terms,
}

impl License {
    /// Seats that may be given out beyond the count: OVERDRAFT=, else the vendor string's ODP percent of the count,
    /// rounded down; 0 when uncounted.
    pub fn overdraft(&self) -> u32 {
        self.count.value.map_or(0, |count| self.overdraft_of(count))
    }

    /// The same for so many seats of the line.
    pub fn overdraft_of(&self, count: u32) -> u32 {
        match (self.terms.overdraft, self.terms.vendor_string.overdraft_percent()) {
            (Some(seats), _) => seats,
            (None, Some(percent)) => {
                u32::try_from(u64::from(count) * u64::from(percent) / 100).unwrap_or(u32::MAX)
            }
            (None, None) => 0,
        }
    }

    /// Its attributes, and the place of its last word before them.
    pub(crate) fn places(&self) -> (&[Attribute], Span) {
        (
            &self.attributes,
            self.key.as_ref().map_or(self.count.span, |key| key.span),
        )
    }

    /// The first attribute of that keyword, whatever its case.
    pub fn attribute(&self, keyword: &str) -> Option<&Attribute> {
        self.attributes
            .iter()
            .find(|attribute| attribute.keyword.value.eq_ignore_ascii_case(keyword))
    }
}

/// UPGRADE line: turns seats of an older version into seats of a newer one.
#[derive(Debug, Clone)]
pub struct Upgrade {
    /// Version the seats must at least have now.
    pub from_version: Spanned<LicenseVersion>,
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
    pub version: Spanned<LicenseVersion>,
    /// The license key of formats before 7.1.
    pub key: Option<Spanned<String>>,
    /// What it consists of.
    pub components: Vec<PackageComponent>,
    /// How components and package belong together.
    pub suite: Suite,
    /// Attributes as spelled, COMPONENTS included.
    pub attributes: Vec<Attribute>,
    /// What the attributes mean.
    pub terms: Terms,
}

impl Package {
    /// Its attributes, and the place of its last word before them.
    pub(crate) fn places(&self) -> (&[Attribute], Span) {
        (
            &self.attributes,
            self.key.as_ref().map_or(self.version.span, |key| key.span),
        )
    }
}

/// OPTIONS= of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Suite {
    /// None: the package's own feature vanishes, its components are served by themselves.
    #[default]
    Components,
    /// SUITE: a seat of a component also takes a seat of the package.
    Suite,
    /// SUITE_RESERVED: the first component taken reserves the others for the same holder.
    Reserved,
}

/// One component of a package: `feature[:version[:count]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageComponent {
    /// Feature name.
    pub feature: String,
    /// Version; that of the enabling line when absent.
    pub version: Option<LicenseVersion>,
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

impl Attribute {
    /// Bytes it takes, from the keyword to the end of the value.
    pub fn span(&self) -> Span {
        let end = self
            .value
            .as_ref()
            .map_or(self.keyword.span.end, |value| value.span.end);
        Span {
            start: self.keyword.span.start,
            end,
        }
    }

    /// Whether the administrator may change it: `keyword=value` in lower case. No signature of ours covers it.
    pub fn is_administrators(&self) -> bool {
        self.value.is_some() && is_administrators(&self.keyword.value)
    }
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
    /// Bytes it takes, outer quotes included.
    pub span: Span,
}
