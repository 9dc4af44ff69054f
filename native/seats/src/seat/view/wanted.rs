//! Of what and of whom a list is wanted.

use crate::pool::PoolIdentity;
use crate::wildcard::Wildcard;

/// The words that all lists have in common. What is not named, fits.
#[derive(Debug, Clone, Default)]
pub(in crate::seat) struct Wanted {
    feature: Option<Wildcard>,
    user: Option<Wildcard>,
    device: Option<Wildcard>,
    vendor: Option<String>,
}

impl Wanted {
    /// Of what: wildcards of a feature, and a vendor.
    pub(in crate::seat) fn of(feature: &Option<String>, vendor: &Option<String>) -> Self {
        Self {
            feature: feature.as_deref().map(Wildcard::new),
            vendor: vendor.clone(),
            ..Self::default()
        }
    }

    /// And of whom: wildcards of a user and a device.
    pub(in crate::seat) fn by(self, user: &Option<String>, device: &Option<String>) -> Self {
        Self {
            user: user.as_deref().map(Wildcard::new),
            device: device.as_deref().map(Wildcard::new),
            ..self
        }
    }

    pub(in crate::seat) fn fits_feature(&self, feature: &str) -> bool {
        fits(&self.feature, feature)
    }

    pub(in crate::seat) fn fits_vendor(&self, vendor: &str) -> bool {
        self.vendor
            .as_ref()
            .is_none_or(|wanted| wanted.eq_ignore_ascii_case(vendor))
    }

    pub(in crate::seat) fn fits_pool(&self, identity: &PoolIdentity) -> bool {
        self.fits_feature(&identity.feature) && self.fits_vendor(&identity.vendor)
    }

    pub(in crate::seat) fn fits_holder(&self, user: &str, device: &str) -> bool {
        fits(&self.user, user) && fits(&self.device, device)
    }
}

fn fits(wanted: &Option<Wildcard>, text: &str) -> bool {
    wanted.as_ref().is_none_or(|wanted| wanted.matches(text))
}
