use std::net::IpAddr;

use licensing_license_file::host_address::AddressPattern;
use proptest::prelude::*;

fn matches(pattern: &str, address: &str) -> bool {
    let pattern = AddressPattern::parse(pattern).unwrap();
    pattern.matches(address.parse().unwrap())
}

#[test]
fn a_star_stands_for_any_part() {
    assert!(matches("10.1.*.*", "10.1.2.3"));
    assert!(matches("10.*.2.*", "10.9.2.3"));
    assert!(matches("*.*.*.*", "192.168.0.1"));
    assert!(!matches("10.1.*.*", "10.2.1.1"));
    assert!(!matches("*.*.*.*", "::1"));
    assert!(matches("fd00:0:0:1:*:*:*:*", "fd00:0:0:1::7"));
    assert!(!matches("fd00:0:0:1:*:*:*:*", "fd00:0:0:2::7"));
    assert!(matches("::1", "::1"));
    assert!(matches("10.1.2.3", "::ffff:10.1.2.3"));
}

#[test]
fn what_is_no_address_is_refused() {
    for text in [
        "",
        "10.1",
        "10.1.*",
        "10.1.*.*.*",
        "10.1.*.256",
        "10.1.+1.*",
        "10.1.1*.*",
        "fd00::*",
        "host",
    ] {
        assert_eq!(AddressPattern::parse(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn an_address_matches_itself_with_any_parts_left_open(octets in any::<[u8; 4]>(), open in any::<[bool; 4]>()) {
        let parts: Vec<_> = octets
            .iter()
            .zip(open)
            .map(|(octet, open)| if open { "*".to_owned() } else { octet.to_string() })
            .collect();
        let pattern = AddressPattern::parse(&parts.join(".")).unwrap();
        prop_assert!(pattern.matches(IpAddr::from(octets)));
        for index in 0..4 {
            let mut other = octets;
            other[index] ^= 1;
            prop_assert_eq!(pattern.matches(IpAddr::from(other)), open[index]);
        }
    }

    #[test]
    fn reading_never_panics(text in ".{0,40}") {
        let _ = AddressPattern::parse(&text);
    }
}
