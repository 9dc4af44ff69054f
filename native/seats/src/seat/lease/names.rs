//! The names of a holder as they are held in memory: one text, since a hundred thousand of them are ordinary.
//!
//! User, host, display, vendor data and product; then, where one of them is there, project and address. Each but the
//! last is ended by a NUL.

use crate::seat::Holder;

/// The text. None of the names may contain a NUL, see [`is_sound`].
pub(in crate::seat) fn pack(holder: &Holder) -> Box<str> {
    let mut text = [
        holder.user.as_str(),
        &holder.host,
        &holder.display,
        &holder.vendor_data,
        &holder.product,
    ]
    .join("\0");
    if !holder.project.is_empty() || holder.address.is_some() {
        text.push('\0');
        text.push_str(&holder.project);
        text.push('\0');
        if let Some(address) = holder.address {
            text.push_str(&address.to_string());
        }
    }
    text.into_boxed_str()
}

/// Whether the names can be told apart in the text.
pub(in crate::seat) fn is_sound(holder: &Holder) -> bool {
    holder.names().iter().all(|(_, name)| !name.contains('\0'))
}

/// User, host, display, vendor data, product, project and address.
pub(in crate::seat) fn parts(text: &str) -> [&str; 7] {
    let mut parts = text.split('\0');
    std::array::from_fn(|_| parts.next().unwrap_or(""))
}

/// The holder with these names.
pub(in crate::seat) fn unpack(text: &str, process_id: u32) -> Holder {
    let [user, host, display, vendor_data, product, project, address] = parts(text);
    Holder {
        user: user.to_owned(),
        host: host.to_owned(),
        display: display.to_owned(),
        vendor_data: vendor_data.to_owned(),
        product: product.to_owned(),
        process_id,
        project: project.to_owned(),
        address: address.parse().ok(),
    }
}
