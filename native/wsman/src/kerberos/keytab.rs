//! Keytab files: the keys of a service, as `ktutil`, `kadmin` and `ktpass` write them.

use super::KerberosError;
use super::cipher::Key;

/// Largest keytab that is read, in bytes.
pub const MAX_KEYTAB: usize = 1024 * 1024;

/// Version of the format that every tool writes: numbers have their most significant byte first.
const VERSION: [u8; 2] = [5, 2];

/// The keys of a service.
pub struct Keytab {
    entries: Vec<Entry>,
}

struct Entry {
    realm: String,
    service: String,
    version: u32,
    key: Key,
}

impl std::fmt::Debug for Keytab {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_list().entries(self.services()).finish()
    }
}

impl Keytab {
    /// Reads a keytab. Keys of types that are not supported are left out.
    ///
    /// # Errors
    /// [`KerberosError::Damaged`]; [`KerberosError::NoKey`] when no key is left.
    pub fn read(bytes: &[u8]) -> Result<Self, KerberosError> {
        let rest = bytes.strip_prefix(&VERSION).ok_or(KerberosError::Damaged)?;
        if bytes.len() > MAX_KEYTAB {
            return Err(KerberosError::Damaged);
        }
        let mut cursor = Cursor(rest);
        let mut entries = Vec::new();
        while !cursor.0.is_empty() {
            let length = i32::from_be_bytes(cursor.array()?);
            let content = cursor.take(length.unsigned_abs())?;
            // A negative length is a hole that a deleted entry has left.
            if length > 0 {
                entries.extend(entry(content)?);
            }
        }
        if entries.is_empty() {
            return Err(KerberosError::NoKey);
        }
        Ok(Self { entries })
    }

    #[cfg(test)]
    pub(super) fn of(realm: &str, service: &str, version: u32, key: Key) -> Self {
        Self {
            entries: vec![Entry {
                realm: realm.to_owned(),
                service: service.to_owned(),
                version,
                key,
            }],
        }
    }

    /// Names of the services that the keys are for, such as `HTTP/licsrv01.example.com@EXAMPLE.COM`.
    #[must_use]
    pub fn services(&self) -> Vec<String> {
        let entries = self.entries.iter();
        let mut names: Vec<String> = entries
            .map(|entry| format!("{}@{}", entry.service, entry.realm))
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The key of a ticket. Names of hosts compare without case; the version does not count where the ticket has none.
    pub(super) fn key(
        &self,
        realm: &str,
        service: &str,
        version: Option<i64>,
        kind: i32,
    ) -> Result<&Key, KerberosError> {
        // Some servers write the number with its sign.
        let version = version.and_then(|version| u32::try_from(version & 0xffff_ffff).ok());
        self.entries
            .iter()
            .find(|entry| {
                entry.key.kind() == kind
                    && entry.realm == realm
                    && entry.service.eq_ignore_ascii_case(service)
                    && version.is_none_or(|version| version == entry.version)
            })
            .map(|entry| &entry.key)
            .ok_or(KerberosError::NoKey)
    }
}

fn entry(content: &[u8]) -> Result<Option<Entry>, KerberosError> {
    let mut cursor = Cursor(content);
    let parts = u16::from_be_bytes(cursor.array()?);
    let realm = cursor.text()?;
    let mut names = Vec::new();
    for _ in 0..parts {
        names.push(cursor.text()?);
    }
    // Type of the name, and when the entry was made.
    cursor.take(8)?;
    let [short_version] = cursor.array()?;
    let kind = i32::from(u16::from_be_bytes(cursor.array()?));
    let length = u16::from_be_bytes(cursor.array()?);
    let bytes = cursor.take(u32::from(length))?;
    let version = match cursor.array() {
        Ok(long) if long != [0; 4] => u32::from_be_bytes(long),
        _ => u32::from(short_version),
    };
    match Key::new(kind, bytes) {
        Ok(key) => Ok(Some(Entry {
            realm,
            service: names.join("/"),
            version,
            key,
        })),
        Err(KerberosError::EncryptionType) => Ok(None),
        Err(error) => Err(error),
    }
}

struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, length: u32) -> Result<&'a [u8], KerberosError> {
        let length = usize::try_from(length).map_err(|_| KerberosError::Damaged)?;
        let (taken, rest) = self.0.split_at_checked(length).ok_or(KerberosError::Damaged)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], KerberosError> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(KerberosError::Damaged)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn text(&mut self) -> Result<String, KerberosError> {
        let length = u16::from_be_bytes(self.array()?);
        let bytes = self.take(u32::from(length))?;
        String::from_utf8(bytes.to_vec()).map_err(|_| KerberosError::Damaged)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn counted(text: &str) -> Vec<u8> {
        let length = u16::try_from(text.len()).unwrap();
        [length.to_be_bytes().as_slice(), text.as_bytes()].concat()
    }

    fn record(kind: u16, key: &[u8], version: u32) -> Vec<u8> {
        let content = [
            2u16.to_be_bytes().to_vec(),
            counted("EXAMPLE.COM"),
            counted("HTTP"),
            counted("licsrv01.example.com"),
            vec![0; 8],
            vec![u8::try_from(version & 0xff).unwrap()],
            kind.to_be_bytes().to_vec(),
            u16::try_from(key.len()).unwrap().to_be_bytes().to_vec(),
            key.to_vec(),
            version.to_be_bytes().to_vec(),
        ]
        .concat();
        let length = i32::try_from(content.len()).unwrap();
        [length.to_be_bytes().to_vec(), content].concat()
    }

    fn keytab() -> Vec<u8> {
        let hole = [(-3i32).to_be_bytes().as_slice(), &[9, 9, 9]].concat();
        [
            VERSION.to_vec(),
            record(23, &[1; 16], 2),
            hole,
            record(18, &[2; 32], 300),
            record(17, &[3; 16], 2),
        ]
        .concat()
    }

    #[test]
    fn keys_are_found_by_service_type_and_version() {
        let keytab = Keytab::read(&keytab()).unwrap();
        assert_eq!(keytab.services(), ["HTTP/licsrv01.example.com@EXAMPLE.COM"]);
        let service = "http/LICSRV01.example.com";
        let key = keytab.key("EXAMPLE.COM", service, Some(300), 18).unwrap();
        assert_eq!(key.bytes(), [2; 32]);
        assert!(keytab.key("EXAMPLE.COM", service, None, 17).is_ok());
        for (realm, name, version, kind) in [
            ("OTHER.COM", service, Some(300), 18),
            ("EXAMPLE.COM", "HTTP/other", Some(300), 18),
            ("EXAMPLE.COM", service, Some(2), 18),
            ("EXAMPLE.COM", service, Some(2), 23),
        ] {
            let missing = keytab.key(realm, name, version, kind).err();
            assert_eq!(missing, Some(KerberosError::NoKey), "{realm} {name}");
        }
        let weak = [VERSION.to_vec(), record(23, &[1; 16], 2)].concat();
        assert_eq!(Keytab::read(&weak).err(), Some(KerberosError::NoKey));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..120), cut in 0usize..300) {
            let _ = Keytab::read(&bytes);
            let whole = keytab();
            let _ = Keytab::read(whole.get(..cut).unwrap_or(&whole));
            let _ = Keytab::read(&[VERSION.as_slice(), &bytes].concat());
        }
    }
}
