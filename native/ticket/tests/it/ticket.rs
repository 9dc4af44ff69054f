use jiff::{SignedDuration, Timestamp};
use licensing_ticket::{
    CLOCK_SKEW, GRACE_HOURS, InvalidTicket, MAX_FIELD_BYTES, MAX_TICKET_CHARACTERS, Ticket, TicketError,
    TicketHolder, TicketKind, TicketSigner, TicketSubject, TicketVerifier,
};
use proptest::prelude::*;

const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn signer() -> TicketSigner {
    TicketSigner::from_seed(&[7; 32])
}

fn verifier() -> TicketVerifier {
    let mut verifier = TicketVerifier::default();
    assert!(verifier.trust(&signer().public_key()));
    verifier
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).unwrap()
}

fn holder() -> TicketHolder {
    TicketHolder {
        user: "anna".to_owned(),
        host: "host1".to_owned(),
        ..TicketHolder::default()
    }
}

fn subject() -> TicketSubject {
    TicketSubject {
        feature: "cad".to_owned(),
        version: "2026.0401".parse().unwrap(),
        count: 3,
        holder: holder(),
        server: "srv1".to_owned(),
    }
}

fn grace() -> Ticket {
    Ticket::grace(subject(), at(0), GRACE_HOURS, None).unwrap()
}

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

#[test]
fn a_grace_ticket_is_valid_for_its_hours_and_never_beyond_the_license() {
    assert_eq!(grace().valid_until(), at(0) + hours(720));
    let shorter = Ticket::grace(subject(), at(0), 24, None).unwrap();
    assert_eq!(shorter.valid_until(), at(0) + hours(24));
    let longer = Ticket::grace(subject(), at(0), 10_000, None).unwrap();
    assert_eq!(longer.valid_until(), at(0) + hours(720));
    let ending = Ticket::grace(subject(), at(0), GRACE_HOURS, Some(at(3600))).unwrap();
    assert_eq!(ending.valid_until(), at(3600));
    let ended = Ticket::grace(subject(), at(0), GRACE_HOURS, Some(at(-1)));
    assert_eq!(ended, Err(InvalidTicket::Over(at(-1))));
}

#[test]
fn a_borrow_ticket_ends_with_the_borrow_period_or_the_license() {
    let borrow = |license_ends| Ticket::borrow(subject(), at(0), [3; 16], at(7200), license_ends);
    let ticket = borrow(None).unwrap();
    assert_eq!(ticket.valid_until(), at(7200));
    assert_eq!(
        ticket.kind(),
        TicketKind::Borrow {
            lease: [3; 16],
            borrow_ends: at(7200)
        }
    );
    assert_eq!(borrow(Some(at(3600))).unwrap().valid_until(), at(3600));
    assert_eq!(borrow(Some(at(0))), Err(InvalidTicket::Over(at(0))));
}

#[test]
fn a_signed_ticket_says_what_was_signed_while_it_is_valid() {
    let text = signer().sign(&grace());
    assert!(text.bytes().all(|byte| ALPHABET.contains(&byte)), "{text}");
    let end = at(0) + hours(720);
    for now in [at(0), at(1), end - SignedDuration::from_millis(1)] {
        assert_eq!(verifier().verify(&text, now), Ok(grace()));
    }
    assert_eq!(verifier().verify(&text, end), Err(TicketError::Over(end)));
    assert_eq!(
        verifier().verify(&format!(" {text}\r\n"), at(1)),
        Ok(grace()),
        "as read from a file"
    );
}

#[test]
fn a_clock_set_back_makes_it_invalid() {
    let text = signer().sign(&grace());
    assert_eq!(verifier().verify(&text, at(0) - CLOCK_SKEW), Ok(grace()));
    let before = at(0) - CLOCK_SKEW - SignedDuration::from_millis(1);
    assert_eq!(
        verifier().verify(&text, before),
        Err(TicketError::NotYetValid(at(0)))
    );
}

#[test]
fn another_servers_ticket_is_not_taken() {
    let text = TicketSigner::from_seed(&[8; 32]).sign(&grace());
    assert_eq!(verifier().verify(&text, at(1)), Err(TicketError::UnknownKey));
    let mut both = verifier();
    assert!(both.trust(&TicketSigner::from_seed(&[8; 32]).public_key()));
    assert_eq!(both.verify(&text, at(1)), Ok(grace()));
}

#[test]
fn weak_and_impossible_keys_are_not_trusted() {
    let mut verifier = TicketVerifier::default();
    let mut identity = [0; 32];
    identity[0] = 1;
    assert!(
        !verifier.trust(&identity),
        "the neutral point would accept anything"
    );
    let mut off_the_curve = [0; 32];
    off_the_curve[0] = 2;
    assert!(!verifier.trust(&off_the_curve));
}

#[test]
fn names_and_texts_are_bounded() {
    let mut long = subject();
    long.holder.display = "d".repeat(MAX_FIELD_BYTES + 1);
    assert_eq!(
        Ticket::grace(long, at(0), 1, None),
        Err(InvalidTicket::TooLong("display"))
    );
    let mut longest = subject();
    for text in [
        &mut longest.feature,
        &mut longest.server,
        &mut longest.holder.user,
        &mut longest.holder.host,
    ] {
        *text = "x".repeat(MAX_FIELD_BYTES);
    }
    longest.holder.display = "x".repeat(MAX_FIELD_BYTES);
    longest.holder.vendor_data = "x".repeat(MAX_FIELD_BYTES);
    let ticket = Ticket::borrow(longest, at(0), [1; 16], at(60), None).unwrap();
    let text = signer().sign(&ticket);
    assert!(text.len() <= MAX_TICKET_CHARACTERS, "{}", text.len());
    assert_eq!(verifier().verify(&text, at(1)), Ok(ticket));
    assert_eq!(
        verifier().verify(&"A".repeat(1_000_000), at(1)),
        Err(TicketError::Unreadable)
    );
}

#[test]
fn it_covers_its_holder_its_feature_and_older_versions() {
    let ticket = grace();
    let version = |text: &str| text.parse().unwrap();
    assert!(ticket.covers("CAD", None, &holder()));
    assert!(ticket.covers("cad", Some(&version("2026.0401")), &holder()));
    assert!(!ticket.covers("cad", Some(&version("2026.0402")), &holder()));
    assert!(!ticket.covers("cam", None, &holder()));
    let other = |change: &dyn Fn(&mut TicketHolder)| {
        let mut holder = holder();
        change(&mut holder);
        ticket.covers("cad", None, &holder)
    };
    assert!(other(&|holder| holder.user = "ANNA".to_owned()));
    assert!(other(&|holder| holder.display = "d2".to_owned()));
    assert!(!other(&|holder| holder.user = "bert".to_owned()));
    assert!(!other(&|holder| holder.host = "host2".to_owned()));
    assert!(!other(&|holder| holder.vendor_data = "device".to_owned()));
}

prop_compose! {
    fn any_ticket()(
        names in prop::collection::vec(".{0,20}", 6),
        version in "[0-9]{1,4}(\\.[0-9]{1,4})?",
        count in any::<u32>(),
        start in -1_000_000_i64..1_000_000,
        length in 1_i64..10_000_000,
        hours in 1_u32..2_000,
        lease in prop::option::of(any::<[u8; 16]>()),
        ends in prop::option::of(1_i64..10_000_000),
    ) -> Ticket {
        let [feature, user, host, display, vendor_data, server] = names.try_into().unwrap();
        let holder = TicketHolder { user, host, display, vendor_data };
        let subject = TicketSubject { feature, version: version.parse().unwrap(), count, holder, server };
        let license_ends = ends.map(|ends| at(start + ends));
        match lease {
            None => Ticket::grace(subject, at(start), hours, license_ends).unwrap(),
            Some(lease) => Ticket::borrow(subject, at(start), lease, at(start + length), license_ends).unwrap(),
        }
    }
}

proptest! {
    #[test]
    fn any_ticket_comes_back_as_it_was_signed(ticket in any_ticket()) {
        let text = signer().sign(&ticket);
        let issued_at = ticket.issued_at();
        prop_assert_eq!(verifier().verify(&text, issued_at), Ok(ticket));
    }

    #[test]
    fn any_change_is_noticed(ticket in any_ticket(), place in any::<prop::sample::Index>(), letter in 0_usize..64) {
        let text = signer().sign(&ticket);
        let place = place.index(text.len());
        let mut changed = text.clone().into_bytes();
        prop_assume!(changed[place] != ALPHABET[letter]);
        changed[place] = ALPHABET[letter];
        let changed = String::from_utf8(changed).unwrap();
        let refused = verifier().verify(&changed, ticket.issued_at()).unwrap_err();
        prop_assert!(
            matches!(refused, TicketError::Unreadable | TicketError::UnknownKey | TicketError::BadSignature),
            "{refused}"
        );
    }

    #[test]
    fn cut_and_prolonged_tickets_are_refused(ticket in any_ticket(), cut in any::<prop::sample::Index>()) {
        let text = signer().sign(&ticket);
        prop_assert!(verifier().verify(&text[..cut.index(text.len())], ticket.issued_at()).is_err());
        let prolonged = text + "AAAA";
        prop_assert!(verifier().verify(&prolonged, ticket.issued_at()).is_err());
    }

    #[test]
    fn any_text_is_refused_without_a_panic(text in ".{0,300}|[A-Za-z0-9_-]{0,600}") {
        prop_assert!(verifier().verify(&text, at(0)).is_err());
    }
}
