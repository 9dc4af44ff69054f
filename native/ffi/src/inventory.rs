//! Everything the library exports, for the generator of the C# bindings.

use interoptopus::{Inventory, InventoryBuilder, extra_type, function};

use crate::borrowed::{licensing_borrowed, licensing_return_borrowed};
use crate::buffer::{
    licensing_buffer_data, licensing_buffer_free, licensing_buffer_length, licensing_problem_code,
    licensing_problem_denial, licensing_problem_part, licensing_problem_text,
};
use crate::connection::{licensing_connection_address, licensing_connection_free, licensing_connection_open};
use crate::dsc::licensing_dsc_submit;
use crate::lease::{licensing_checkin, licensing_checkout, licensing_lease_free, licensing_lease_read};
use crate::numbers::{ErrorNumbers, OperationNumbers};
use crate::operations::licensing_operations;
use crate::pending::{licensing_checkout_begin, licensing_checkout_wait, licensing_pending_free};
use crate::product::{
    licensing_heartbeat, licensing_product_free, licensing_product_open, licensing_product_open_pinned,
    licensing_product_status,
};
use crate::submit::{licensing_certificate_fetch, licensing_location_discover, licensing_task_submit};
use crate::task::{licensing_task_cancel, licensing_task_free, licensing_task_wait};
use crate::version::{licensing_abi_version, licensing_version};
use crate::wmi::licensing_wmi_query;

/// Everything the library exports.
pub fn inventory() -> Inventory {
    InventoryBuilder::new()
        .register(function!(licensing_abi_version))
        .register(function!(licensing_version))
        .register(function!(licensing_operations))
        .register(function!(licensing_buffer_data))
        .register(function!(licensing_buffer_length))
        .register(function!(licensing_buffer_free))
        .register(function!(licensing_problem_code))
        .register(function!(licensing_problem_text))
        .register(function!(licensing_problem_denial))
        .register(function!(licensing_connection_open))
        .register(function!(licensing_connection_address))
        .register(function!(licensing_connection_free))
        .register(function!(licensing_task_submit))
        .register(function!(licensing_certificate_fetch))
        .register(function!(licensing_location_discover))
        .register(function!(licensing_wmi_query))
        .register(function!(licensing_dsc_submit))
        .register(function!(licensing_task_wait))
        .register(function!(licensing_task_cancel))
        .register(function!(licensing_task_free))
        .register(function!(licensing_product_open))
        .register(function!(licensing_product_open_pinned))
        .register(function!(licensing_product_status))
        .register(function!(licensing_product_free))
        .register(function!(licensing_checkout))
        .register(function!(licensing_checkout_begin))
        .register(function!(licensing_checkout_wait))
        .register(function!(licensing_pending_free))
        .register(function!(licensing_borrowed))
        .register(function!(licensing_return_borrowed))
        .register(function!(licensing_heartbeat))
        .register(function!(licensing_lease_read))
        .register(function!(licensing_checkin))
        .register(function!(licensing_lease_free))
        .register(extra_type!(OperationNumbers))
        .register(extra_type!(ErrorNumbers))
        .register(extra_type!(licensing_problem_part))
        .inventory()
}
