//! The native library `licensing`: a flat C ABI over the client.
//!
//! Administration is a connection, tasks and buffers of JSON; products take seats through typed structures. The
//! rules that hold for every function stand in `docs/native-library.md`.

// The types carry the names that they have in C.
#![allow(non_camel_case_types)]

mod borrowed;
mod boundary;
mod buffer;
mod call_error;
mod connection;
mod dsc;
mod handles;
mod input;
mod inventory;
mod lease;
mod numbers;
mod operations;
mod panics;
mod pending;
mod product;
mod rows;
mod runtime;
mod signals;
mod submit;
mod task;
mod version;
mod wmi;

pub use borrowed::{licensing_borrowed, licensing_return_borrowed};
pub use boundary::licensing_status;
pub use buffer::{
    licensing_buffer, licensing_buffer_data, licensing_buffer_free, licensing_buffer_length,
    licensing_problem_code, licensing_problem_denial, licensing_problem_part, licensing_problem_text,
};
pub use connection::{
    licensing_connection, licensing_connection_address, licensing_connection_free, licensing_connection_open,
};
pub use dsc::licensing_dsc_submit;
pub use inventory::inventory;
pub use lease::{
    licensing_checkin, licensing_checkout, licensing_checkout_request, licensing_lease, licensing_lease_free,
    licensing_lease_info, licensing_lease_read, licensing_lease_state,
};
pub use numbers::{ErrorNumbers, OperationNumbers, c_enumerations};
pub use operations::licensing_operations;
pub use pending::{
    licensing_checkout_begin, licensing_checkout_wait, licensing_pending, licensing_pending_free,
};
pub use product::{
    licensing_heartbeat, licensing_product, licensing_product_free, licensing_product_open,
    licensing_product_open_pinned, licensing_product_options, licensing_product_status,
};
pub use submit::{licensing_certificate_fetch, licensing_location_discover, licensing_task_submit};
pub use task::{
    licensing_event, licensing_task, licensing_task_cancel, licensing_task_free, licensing_task_wait,
};
pub use version::{ABI_VERSION, licensing_abi_version, licensing_version};
pub use wmi::licensing_wmi_query;
