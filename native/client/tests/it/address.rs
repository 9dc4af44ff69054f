//! Addresses as people write them.

use licensing_api::ErrorCode;
use licensing_client::Address;
use proptest::prelude::*;

#[test]
fn the_usual_forms_are_read() {
    for (text, host, port, shown) in [
        ("licserver", "licserver", 8083, "https://licserver:8083/"),
        (
            "https://licserver.example.net:8083",
            "licserver.example.net",
            8083,
            "https://licserver.example.net:8083/",
        ),
        (
            "https://licserver.example.net:9000/",
            "licserver.example.net",
            9000,
            "https://licserver.example.net:9000/",
        ),
        ("HTTPS://LicServer", "licserver", 8083, "https://licserver:8083/"),
        (" licserver:1234 ", "licserver", 1234, "https://licserver:1234/"),
        (
            "licserver.example.net.",
            "licserver.example.net",
            8083,
            "https://licserver.example.net:8083/",
        ),
        ("192.0.2.7", "192.0.2.7", 8083, "https://192.0.2.7:8083/"),
        ("::1", "::1", 8083, "https://[::1]:8083/"),
        ("[::1]", "::1", 8083, "https://[::1]:8083/"),
        (
            "https://[2001:db8::7]:9443/",
            "2001:db8::7",
            9443,
            "https://[2001:db8::7]:9443/",
        ),
    ] {
        let address: Address = text
            .parse()
            .unwrap_or_else(|problem| panic!("{text:?}: {problem}"));
        assert_eq!((address.host(), address.port()), (host, port), "{text:?}");
        assert_eq!(address.to_string(), shown, "{text:?}");
    }
}

#[test]
fn everything_else_is_refused() {
    for text in [
        "",
        " ",
        "https://",
        "http://licserver:8083",
        "ftp://licserver",
        "licserver:",
        "licserver:0",
        "licserver:65536",
        "licserver:+80",
        "licserver:http",
        "https://user:secret@licserver",
        "https://licserver/v1",
        "licserver?x",
        "lic server",
        "[::1",
        "[::1]8083",
        "[::1]:x",
        "[licserver]:8083",
        "lic\u{0}server",
        "-",
        "a..b",
        ":8083",
    ] {
        let problem = text.parse::<Address>().expect_err(text);
        assert_eq!(problem.code, ErrorCode::InvalidAddress, "{text:?}");
        assert_eq!(problem.target, text, "{text:?}");
    }
    let long = "x".repeat(100_000);
    assert_eq!(
        long.parse::<Address>().expect_err("too long").code,
        ErrorCode::InvalidAddress
    );
}

#[test]
fn only_this_machine_is_loopback() {
    for (text, loopback) in [
        ("localhost", true),
        ("127.0.0.1", true),
        ("127.8.9.1", true),
        ("::1", true),
        ("::ffff:127.0.0.1", true),
        ("0.0.0.0", false),
        ("192.0.2.7", false),
        ("localhost.example.net", false),
    ] {
        assert_eq!(text.parse::<Address>().unwrap().is_loopback(), loopback, "{text}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC*") {
        let _ = text.parse::<Address>();
    }

    #[test]
    fn what_is_shown_is_read_again(host in "[a-z][a-z0-9]{0,10}(\\.[a-z][a-z0-9]{0,5}){0,3}", port in 1u16..) {
        let address = Address::new(&host, port).unwrap();
        prop_assert_eq!(address.to_string().parse::<Address>().unwrap(), address.clone());
        prop_assert_eq!(address.authority().parse::<Address>().unwrap(), address);
    }
}
