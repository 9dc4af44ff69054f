//! An issuer whose key nobody else has.

use anyhow::Context;
use licensing_license_file::license_file::parse;
use licensing_license_file::signing::IssuerKey;
use zeroize::Zeroizing;

/// Signs license files. Each one has a new key.
#[derive(Debug)]
pub struct Issuer {
    key: IssuerKey,
}

impl Issuer {
    /// A new issuer for all vendors.
    ///
    /// # Errors
    /// If the system has no randomness.
    pub fn new() -> anyhow::Result<Self> {
        let mut random = Zeroizing::new([0; 32]);
        getrandom::fill(random.as_mut()).context("there is no randomness")?;
        Ok(Self {
            key: IssuerKey::from_random(&random),
        })
    }

    /// Signs every line of a license file that grants something.
    pub fn sign(&self, text: &str) -> Vec<u8> {
        self.key.sign_file(&parse(text.as_bytes()))
    }

    /// Text of the `.pub` file by which a server trusts this issuer.
    ///
    /// # Errors
    /// Never for a key made here.
    pub fn trust_file(&self) -> anyhow::Result<String> {
        Ok(self.key.public("Testbed", &["*".to_owned()])?.to_text()?)
    }
}
