//! Which library this is.

use std::ffi::c_char;

use interoptopus::ffi_function;

/// Version of the ABI: raised by every change that a caller compiled against the old header would not survive.
pub const ABI_VERSION: u32 = 3;

/// Version of the ABI. Callers compare it with LICENSING_ABI_VERSION before anything else.
#[ffi_function]
#[no_mangle]
pub extern "C" fn licensing_abi_version() -> u32 {
    ABI_VERSION
}

/// Version of the library as text; it is static and must not be freed.
#[ffi_function]
#[no_mangle]
pub extern "C" fn licensing_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}
