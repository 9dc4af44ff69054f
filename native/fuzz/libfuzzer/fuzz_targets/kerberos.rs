#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Some(target) = licensing_fuzz::target("kerberos") {
        (target.read)(bytes);
    }
});
