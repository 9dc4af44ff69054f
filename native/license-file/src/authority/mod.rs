//! The issuer's side: from a short order to a signed license file.

mod grant;
mod line;
mod order;
mod problem;
mod values;

use jiff::civil::Date;
use licensing_api::finding::Severity;

use crate::license_file::{LicenseFile, parse};
use crate::signing::{IssuerKey, SignatureDetail, TrustStore, TrustedIssuer};

pub use order::{
    AttributeChoice, Count, Expiry, GrantOrder, Order, OrderDate, PackageOrder, ServerOrder, Suite, SwitchOr,
    VendorStringOrder,
};
pub use problem::{InvalidOrder, OrderProblem};

/// An issuer with its private key.
#[derive(Debug)]
pub struct Authority {
    key: IssuerKey,
    public: TrustedIssuer,
}

/// The trust file belongs to another key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the private key is {key_id}, but the trust file of {issuer} is about another one")]
pub struct OtherKey {
    /// Id of the private key.
    pub key_id: String,
    /// Issuer that the trust file names.
    pub issuer: String,
}

impl Authority {
    /// Brings a private key and its trust file together.
    ///
    /// # Errors
    /// When they do not belong together.
    pub fn new(key: IssuerKey, public: TrustedIssuer) -> Result<Self, OtherKey> {
        if key.key_id() == public.key_id() {
            Ok(Self { key, public })
        } else {
            Err(OtherKey {
                key_id: key.key_id().to_string(),
                issuer: public.issuer().to_owned(),
            })
        }
    }

    /// The public side.
    pub fn public(&self) -> &TrustedIssuer {
        &self.public
    }

    /// Makes the signed license file of an order. `today` becomes the date of issue where the order gives none.
    ///
    /// # Errors
    /// Everything that is wrong with the order, each with the field it concerns.
    pub fn issue(&self, order: &Order, today: Date) -> Result<String, InvalidOrder> {
        let unsigned = order.to_license_text(&self.public, today)?;
        let signed = self.key.sign_file(&parse(unsigned.as_bytes()));
        self.check(&parse(&signed))?;
        String::from_utf8(signed).map_err(|error| problem::whole(format!("the file is not UTF-8: {error}")))
    }

    /// Reads what was written: a file that its own reader finds odd, or whose signatures do not hold, is not given out.
    fn check(&self, file: &LicenseFile) -> Result<(), InvalidOrder> {
        if let Some(finding) = file
            .findings
            .iter()
            .find(|finding| finding.severity > Severity::Information)
        {
            return Err(problem::whole(format!(
                "line {} of the file: {}",
                finding.line, finding.text
            )));
        }
        let trust: TrustStore = [self.public.clone()].into_iter().collect();
        let broken = trust
            .examine(file)
            .into_iter()
            .flatten()
            .find(|report| !matches!(report.detail, SignatureDetail::Holds { .. }));
        match broken {
            Some(report) => Err(problem::whole(format!(
                "a signature is not valid: {:?}",
                report.detail
            ))),
            None => Ok(()),
        }
    }
}
