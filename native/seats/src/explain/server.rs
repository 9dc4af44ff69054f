//! SERVER and VENDOR lines in words.

use licensing_license_file::license_file::{HostId, HostIdentity, Server, Vendor};

use super::wording::Sentences;

pub(super) fn explain_server(server: &Server, host: &HostIdentity, text: &mut Sentences) {
    let id = &server.host_id.value;
    text.add(match id {
        HostId::Any => "Made out to any license server.".to_owned(),
        HostId::Demo => "For demonstrations: it makes the file out to no license server.".to_owned(),
        HostId::HostName(name) => format!("Made out to the license server with the host name {name}."),
        HostId::Internet(pattern) => format!("Made out to the license server with the address {pattern}."),
        HostId::Hex(_) | HostId::Id(_) | HostId::Display(_) | HostId::User(_) | HostId::Other { .. } => {
            format!("Made out to the license server with the host id {id}.")
        }
    });
    let own = host.host_names.first().map_or("this server", String::as_str);
    text.add(if *id != HostId::Demo && id.matches(host) {
        format!("{own} is that server.")
    } else {
        format!("{own} is another one, so nothing in the file is granted by this line.")
    });
    if server.host.value != "this_host" {
        text.add(format!("Clients reach it as {}.", server.host.value));
    }
    if let Some(port) = &server.port {
        text.add(format!("Its license manager listens on port {}.", port.value));
    }
    if server.primary_is_master {
        text.add("The first server of the triad takes over whenever it is there.");
    }
    if let Some(seconds) = &server.heartbeat_interval {
        text.add(format!(
            "The servers of the triad look for each other every {} seconds.",
            seconds.value
        ));
    }
}

pub(super) fn explain_vendor(vendor: &Vendor, text: &mut Sentences) {
    let name = &vendor.name.value;
    text.add(format!(
        "Licenses of vendor {name} are served by a vendor daemon of their own."
    ));
    if let Some(path) = &vendor.path {
        text.add(format!(
            "The path {} is not used: this server brings its own daemon.",
            path.value
        ));
    }
    if let Some(options) = &vendor.options {
        text.add(format!("Its options file is {}.", options.value));
    }
    if let Some(port) = &vendor.port {
        text.add(format!("It listens on port {}.", port.value));
    }
}
