//! Of what and of whom a list is wanted.

use licensing_api::patterns::Patterns;

use crate::pool::PoolIdentity;
use crate::wildcard::Wildcards;

/// The words that all lists have in common. What is not named, fits.
#[derive(Debug, Clone, Default)]
pub(in crate::seat) struct Wanted {
    feature: Wildcards,
    user: Wildcards,
    device: Wildcards,
    vendor: Wildcards,
}

impl Wanted {
    /// Of what: features and vendors.
    pub(in crate::seat) fn of(feature: &Patterns, vendor: &Patterns) -> Self {
        Self {
            feature: Wildcards::new(feature),
            vendor: Wildcards::new(vendor),
            ..Self::default()
        }
    }

    /// And of whom: users and devices.
    pub(in crate::seat) fn by(self, user: &Patterns, device: &Patterns) -> Self {
        Self {
            user: Wildcards::new(user),
            device: Wildcards::new(device),
            ..self
        }
    }

    pub(in crate::seat) fn fits_feature(&self, feature: &str) -> bool {
        self.feature.matches(feature)
    }

    pub(in crate::seat) fn fits_vendor(&self, vendor: &str) -> bool {
        self.vendor.matches(vendor)
    }

    pub(in crate::seat) fn fits_pool(&self, identity: &PoolIdentity) -> bool {
        self.fits_feature(&identity.feature) && self.fits_vendor(&identity.vendor)
    }

    pub(in crate::seat) fn fits_holder(&self, user: &str, device: &str) -> bool {
        self.user.matches(user) && self.device.matches(device)
    }
}
