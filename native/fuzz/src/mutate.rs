//! Changing bytes.

use fastrand::Rng;

/// Longest input that is made.
const LONGEST: usize = 256 * 1024;

/// Bytes and words that readers look for.
const WORDS: &[&[u8]] = &[
    b"\n",
    b"\r\n",
    b"\\\n",
    b"\"",
    b"=",
    b":",
    b";",
    b"#",
    b" ",
    b"\t",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"INCREMENT ",
    b"PACKAGE ",
    b"VENDOR ",
    b"SERVER ",
    b"COMPONENTS=",
    b"permanent",
    b"99999999999999999999",
    b"-1",
    b"0",
    b"GROUP ",
    b"RESERVE ",
    b"MAX ",
    b"ANY",
    b"HOSTID=",
    b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",
    b"../../",
    b"\xf0\x9f\x98\x80",
    b"A=",
    b"_",
    b"-",
];

/// A changed copy of one of the inputs, with parts of others.
pub fn mutate(inputs: &[Vec<u8>], random: &mut Rng) -> Vec<u8> {
    let mut bytes = match random.choice(inputs) {
        Some(input) => input.clone(),
        None => Vec::new(),
    };
    for _ in 0..random.usize(1..=8) {
        change(&mut bytes, inputs, random);
    }
    bytes.truncate(LONGEST);
    bytes
}

fn change(bytes: &mut Vec<u8>, inputs: &[Vec<u8>], random: &mut Rng) {
    let at = random.usize(0..=bytes.len());
    let end = at + random.usize(0..=(bytes.len() - at).min(64));
    match random.u8(0..8) {
        0 if !bytes.is_empty() => {
            let at = at.min(bytes.len() - 1);
            bytes[at] ^= 1 << random.u8(0..8);
        }
        1 if !bytes.is_empty() => {
            let at = at.min(bytes.len() - 1);
            bytes[at] = random.u8(..);
        }
        2 => drop(bytes.drain(at..end)),
        3 => {
            let part = bytes[at..end].to_vec();
            let times = random.usize(1..=32);
            bytes.splice(at..at, part.repeat(times));
        }
        4 => bytes.truncate(at),
        5 => {
            let other = random.choice(inputs).map_or(&[][..], Vec::as_slice);
            let from = random.usize(0..=other.len());
            let to = from + random.usize(0..=(other.len() - from).min(512));
            bytes.splice(at..end, other[from..to].iter().copied());
        }
        _ => {
            let word = random.choice(WORDS).copied().unwrap_or_default();
            bytes.splice(at..at, word.iter().copied());
        }
    }
}
