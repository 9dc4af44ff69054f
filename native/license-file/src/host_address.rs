//! Internet addresses with `*` for any part, as options files and host ids write them.

use std::net::IpAddr;

/// An internet address some parts of which may be anything.
///
/// IPv4 has four parts; IPv6 eight, `::` only where nothing is `*`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AddressPattern {
    v6: bool,
    /// Ones where the address must have the bits of `value`.
    mask: u128,
    value: u128,
}

impl AddressPattern {
    /// Reads `10.1.*.*`, `fe80:0:0:0:*:*:*:*` or a full address; none when it is neither.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(address) = text.parse::<IpAddr>() {
            let (v6, value) = bits(address);
            return Some(Self {
                v6,
                mask: full_mask(v6),
                value,
            });
        }
        let v6 = text.contains(':');
        let (separator, parts, width) = if v6 { (':', 8, 16) } else { ('.', 4, 8) };
        let mut pattern = Self {
            v6,
            mask: 0,
            value: 0,
        };
        let mut count = 0;
        for part in text.split(separator) {
            count += 1;
            pattern.mask <<= width;
            pattern.value <<= width;
            if part == "*" {
                continue;
            }
            let digits = part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
            let number = if v6 {
                u128::from_str_radix(part, 16)
            } else {
                part.parse::<u128>()
            };
            let number = number.ok().filter(|number| digits && *number < (1 << width))?;
            pattern.mask |= (1 << width) - 1;
            pattern.value |= number;
        }
        (count == parts).then_some(pattern)
    }

    /// Whether the address is one of those meant. An IPv4 address written inside IPv6 counts as IPv4.
    pub fn matches(self, address: IpAddr) -> bool {
        let (v6, value) = bits(address);
        self.v6 == v6 && value & self.mask == self.value
    }

    /// Which parts are fixed: patterns of equal masks can be looked up by hash.
    pub fn mask(self) -> AddressMask {
        AddressMask {
            v6: self.v6,
            mask: self.mask,
        }
    }
}

/// The fixed parts of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AddressMask {
    v6: bool,
    mask: u128,
}

impl AddressMask {
    /// The only pattern with this mask that matches the address; none for the other family.
    pub fn pattern_of(self, address: IpAddr) -> Option<AddressPattern> {
        let (v6, value) = bits(address);
        (v6 == self.v6).then_some(AddressPattern {
            v6,
            mask: self.mask,
            value: value & self.mask,
        })
    }
}

fn full_mask(v6: bool) -> u128 {
    if v6 { u128::MAX } else { u128::from(u32::MAX) }
}

fn bits(address: IpAddr) -> (bool, u128) {
    match address.to_canonical() {
        IpAddr::V4(address) => (false, u128::from(address.to_bits())),
        IpAddr::V6(address) => (true, address.to_bits()),
    }
}
