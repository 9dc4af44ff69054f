//! What makes two increments count together.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use licensing_license_file::license_file::{DEFAULT_BORROW_HOURS, DupGroup, License, LicenseVersion};

/// Further keywords whose values must agree for two increments to share a pool. Expiry, count, SN, NOTICE, ISSUED and
/// START are not among them; VENDOR_STRING is one where the vendor wants it.
const KEYWORDS: &[&str] = &[
    "BORROW",
    "FLOAT_OK",
    "HOSTID",
    "HOST_BASED",
    "PLATFORMS",
    "SUITE_DUP_GROUP",
    "TZ",
    "USER_BASED",
    "VM_PLATFORMS",
];

/// Term of the pools that the server brings itself; no keyword of license files is spelled like it.
pub(super) const BUILT_IN: &str = "built-in";

/// Short stable name of a pool: the same increments give the same id on every start.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PoolId([u8; 16]);

impl PoolId {
    /// From its stored bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for PoolId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PoolId({self})")
    }
}

/// 32 hex digits.
impl fmt::Display for PoolId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// Everything that increments of one pool have in common. It outlives the increments: seats that are out keep their
/// pool's identity when its last file is removed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PoolIdentity {
    /// Feature as spelled.
    pub feature: String,
    /// Vendor whose daemon serves it.
    pub vendor: String,
    /// Version as printed.
    pub version: LicenseVersion,
    /// Who shares a seat.
    pub dup_group: DupGroup,
    /// Values of the other pooling keywords that are present, blanks and case evened out; empty for a bare flag.
    pub terms: BTreeMap<String, String>,
    /// The suite that it is a component of; none for all other pools.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suite: Option<SuiteMembership>,
}

/// What makes a feature a component of a suite: a seat of it takes one of the package too.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SuiteMembership {
    /// Name of the package as spelled.
    pub package: String,
    /// Version of the package.
    pub version: LicenseVersion,
    /// Who shares a seat of the package.
    pub dup_group: DupGroup,
    /// SUITE_RESERVED: whoever holds a component has one of every other component reserved.
    pub reserved: bool,
}

impl PoolIdentity {
    /// Identity of the pool of package seats that go with its seats; none unless it is a component of a suite.
    ///
    /// It follows from its own alone, so that seats that are out stay counted in both whatever becomes of the files.
    pub fn package(&self) -> Option<Self> {
        let suite = self.suite.as_ref()?;
        Some(Self {
            feature: suite.package.clone(),
            vendor: self.vendor.clone(),
            version: suite.version.clone(),
            dup_group: suite.dup_group,
            terms: self.terms.clone(),
            suite: None,
        })
    }

    /// Identity of the pool that a line belongs to. `vendor_strings` says whether different vendor strings count apart.
    pub fn of(license: &License, vendor_strings: bool) -> Self {
        let keywords = KEYWORDS
            .iter()
            .copied()
            .chain(vendor_strings.then_some("VENDOR_STRING"));
        let terms = keywords
            .filter_map(|keyword| {
                let attribute = license.attribute(keyword)?;
                let text = attribute.value.as_ref().map_or("", |value| value.text.as_str());
                let words: Vec<&str> = text.split_whitespace().collect();
                Some((keyword.to_owned(), words.join(" ").to_lowercase()))
            })
            .collect();
        Self {
            feature: license.feature.value.clone(),
            vendor: license.vendor.value.clone(),
            version: license.version.value.clone(),
            dup_group: license.terms.dup_group,
            terms,
            suite: None,
        }
    }

    /// Whether the server brings it itself, without a license file.
    pub fn is_built_in(&self) -> bool {
        self.terms.contains_key(BUILT_IN)
    }

    /// Hours that seats may be borrowed (BORROW); none when they may not.
    pub fn borrow_hours(&self) -> Option<u32> {
        match self.terms.get("BORROW")?.as_str() {
            "" => Some(DEFAULT_BORROW_HOURS),
            // The line's findings say that what is not a number has no effect.
            hours => hours.parse().ok(),
        }
    }

    /// Its id. Case, blanks and zeros that mean nothing do not change it.
    pub fn id(&self) -> PoolId {
        let mut hash = Sha256::new();
        let mut add = |text: &str| {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        };
        add("licensing pool 1");
        add(&self.feature.to_lowercase());
        add(&self.vendor.to_lowercase());
        add(&self.version.canonical());
        add(&dup_group_text(self.dup_group));
        for (keyword, value) in &self.terms {
            add(keyword);
            add(value);
        }
        if let Some(suite) = &self.suite {
            add("suite");
            add(&suite.package.to_lowercase());
            add(&suite.version.canonical());
            add(&dup_group_text(suite.dup_group));
            add(&suite.reserved.to_string());
        }
        let digest = hash.finalize();
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        PoolId(id)
    }
}

fn dup_group_text(dup_group: DupGroup) -> String {
    match dup_group {
        DupGroup::None => "none".to_owned(),
        DupGroup::Site => "site".to_owned(),
        DupGroup::Same {
            user,
            host,
            display,
            vendor_data,
        } => format!("{user} {host} {display} {vendor_data}"),
    }
}
