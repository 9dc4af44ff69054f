//! What license lines make of each other, from an imported file to the seats that products get over the wire.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use licensing_api::alert::GetAlerts;
use licensing_api::inventory::{GetInventory, InventoryRow};
use licensing_api::license_file::{ExplainLicenseFile, ImportLicenseFile, RemoveLicenseFile};
use licensing_api::operation::op;
use licensing_api::usage::{GetUsage, LicenseModel};
use licensing_client::AdminClient;
use licensing_protocol::licensing::checkout_reply::Outcome;
use licensing_protocol::licensing::vendor_daemon_client::VendorDaemonClient;
use licensing_protocol::licensing::{CheckoutRequest, Denial, Holder, Lease};
use licensing_testbed::Server;
use tonic::transport::Channel;

use crate::full_circle::{LOOPBACK, administrator};
use crate::support::{builder, channel, check_in, daemon, discover, kill_and_start, start};

async fn take(
    client: &mut VendorDaemonClient<Channel>,
    key: u8,
    feature: &str,
    user: &str,
) -> Result<Lease, Denial> {
    let request = CheckoutRequest {
        request_key: vec![key; 16],
        feature: feature.to_owned(),
        count: 1,
        holder: Some(Holder {
            user: user.to_owned(),
            host: format!("{user}-pc"),
            product: "Office 3.0".to_owned(),
            ..Holder::default()
        }),
        ..CheckoutRequest::default()
    };
    match client.checkout(request).await.unwrap().into_inner().outcome {
        Some(Outcome::Lease(lease)) => Ok(lease),
        Some(Outcome::Denial(denial)) => Err(denial),
        other => panic!("neither lease nor denial: {other:?}"),
    }
}

async fn row(admin: &AdminClient, feature: &str) -> InventoryRow {
    let wanted = GetInventory {
        feature: feature.into(),
        ..GetInventory::default()
    };
    let mut inventory = admin.call::<op::GetInventory>(&wanted).await.unwrap();
    assert_eq!(inventory.items.len(), 1, "{feature}: {:?}", inventory.items);
    inventory.items.swap_remove(0)
}

async fn seats_by_version(admin: &AdminClient) -> Vec<(String, u32)> {
    let wanted = GetInventory::default();
    let inventory = admin.call::<op::GetInventory>(&wanted).await.unwrap();
    let rows = inventory.items.into_iter();
    rows.map(|row| (row.version, row.licenses_available)).collect()
}

async fn alerts_about(admin: &AdminClient, word: &str) -> Vec<String> {
    let alerts = admin.call::<op::GetAlerts>(&GetAlerts::default()).await.unwrap();
    let details = alerts.items.into_iter().map(|alert| alert.detail);
    details.filter(|detail| detail.contains(word)).collect()
}

async fn import(server: &Server, admin: &AdminClient, name: &str, lines: &str) -> Vec<String> {
    let import = ImportLicenseFile {
        file_name: name.to_owned(),
        content: STANDARD.encode(server.issuer().sign(&whole(lines))),
        overwrite: true,
    };
    let imported = admin.call::<op::ImportLicenseFile>(&import).await.unwrap();
    imported.effects.into_iter().map(|effect| effect.text).collect()
}

fn whole(lines: &str) -> String {
    format!("SERVER this_host ANY\nVENDOR ACME\n{lines}")
}

const SUITE: &str = "INCREMENT OFFICE ACME 3.0 permanent 2 DUP_GROUP=UH SUITE_DUP_GROUP=U\n\
    PACKAGE OFFICE ACME 3.0 COMPONENTS=\"TEXT CALC\" OPTIONS=SUITE\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_component_of_a_suite_takes_a_seat_of_the_package_until_it_is_given_back() {
    let server = start(builder().license("office.lic", &whole(SUITE))).await;
    let admin = administrator(&server, LOOPBACK);
    let mut client = daemon(&server).await;
    let ann_text = take(&mut client, 1, "TEXT", "ann").await.unwrap();
    let ann_calc = take(&mut client, 2, "CALC", "ann").await.unwrap();
    take(&mut client, 3, "CALC", "ben").await.unwrap();
    let office = row(&admin, "OFFICE").await;
    assert_eq!(
        (office.licenses_in_use, office.licenses_available, office.free),
        (2, 2, Some(0))
    );
    let text = row(&admin, "TEXT").await;
    assert_eq!((text.licenses_in_use, text.free), (1, Some(0)));
    let denial = take(&mut client, 4, "TEXT", "cleo").await.unwrap_err();
    assert_eq!(denial.number, -4);
    assert!(denial.text.contains("OFFICE 3.0"), "{denial:?}");

    // A killed server counts the same seats out again.
    let server = kill_and_start(server).await;
    let admin = administrator(&server, LOOPBACK);
    let mut client = daemon(&server).await;
    assert_eq!(row(&admin, "OFFICE").await.licenses_in_use, 2);
    assert_eq!(take(&mut client, 5, "TEXT", "cleo").await.unwrap_err().number, -4);

    // What nobody grants any more stays out until it is given back.
    let other = import(
        &server,
        &admin,
        "other.lic",
        "INCREMENT CAD ACME 1.0 permanent 1\n",
    )
    .await;
    assert_eq!(other, ["CAD 1.0 is new: 1 seat."]);
    let remove = RemoveLicenseFile {
        file_name: "office.lic".to_owned(),
        explain: false,
    };
    admin.call::<op::RemoveLicenseFile>(&remove).await.unwrap();
    let office = row(&admin, "OFFICE").await;
    assert_eq!((office.licenses_in_use, office.licenses_available), (2, 0));
    assert!(check_in(&mut client, &ann_text).await);
    assert_eq!(row(&admin, "OFFICE").await.licenses_in_use, 2, "CALC has it too");
    assert!(check_in(&mut client, &ann_calc).await);
    assert_eq!(row(&admin, "OFFICE").await.licenses_in_use, 1);
    server.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_explanation_and_an_import_tell_is_what_is_served() {
    let server = start(builder().license("base.lic", &whole("INCREMENT CAD ACME 1.0 permanent 3\n"))).await;
    let admin = administrator(&server, LOOPBACK);
    let lines = "UPGRADE CAD ACME 1.0 2.0 permanent 2\nPACKAGE LATER ACME 1.0 COMPONENTS=A\n";
    let explain = ExplainLicenseFile {
        file_name: "more.lic".to_owned(),
        content: STANDARD.encode(server.issuer().sign(&whole(lines))),
    };
    let explained = admin.call::<op::ExplainLicenseFile>(&explain).await.unwrap();
    assert!(explained.acceptable);
    let effects: Vec<_> = explained
        .effects
        .iter()
        .map(|effect| effect.text.clone())
        .collect();
    assert_eq!(
        effects,
        [
            "CAD 1.0 changes from 3 seats to 1 seat.",
            "CAD 2.0 is new: 2 seats."
        ]
    );
    let found: Vec<_> = explained
        .findings
        .iter()
        .map(|finding| (finding.number, finding.text.as_str()))
        .collect();
    assert_eq!(
        found,
        [(
            Some(-82),
            "PACKAGE LATER has no effect. No line of the same name and version enables the package."
        )],
        "each once"
    );
    assert!(
        explained.lines[2]
            .text
            .contains("Here it turns 2 seats of version 1.0 in line 3 of base.lic."),
        "{}",
        explained.lines[2].text
    );
    assert_eq!(import(&server, &admin, "more.lic", lines).await, effects);
    let seats = seats_by_version(&admin).await;
    assert_eq!(seats, [("1.0".to_owned(), 1), ("2.0".to_owned(), 2)]);

    // A file that only waits for its other half is taken, and so is that half.
    let enabling = import(
        &server,
        &admin,
        "later.lic",
        "INCREMENT LATER ACME 1.0 permanent 4\n",
    )
    .await;
    assert_eq!(enabling, ["A 1.0 is new: 4 seats."]);
    server.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_finds_its_server_before_any_license_is_installed() {
    let server = start(builder().setting("licensing.startup_vendors", "[\"CITRIX\"]")).await;
    let admin = administrator(&server, LOOPBACK);
    let found = discover(server.endpoints().licensing).await;
    let [citrix] = &found.vendors[..] else {
        panic!("{found:?}")
    };
    assert_eq!((citrix.vendor.as_str(), citrix.serving), ("CITRIX", true));
    let port = u16::try_from(citrix.port).unwrap();
    let mut client = VendorDaemonClient::new(channel(([127, 0, 0, 1], port).into()).await);
    take(&mut client, 1, "CITRIX", "MPS").await.unwrap();
    take(&mut client, 2, "CTXLSDIAG", "console").await.unwrap();

    let startup = row(&admin, "CITRIX").await;
    assert_eq!(
        (
            startup.license_type.as_str(),
            startup.licenses_available,
            startup.licenses_in_use
        ),
        ("SYS", 10_000, 1)
    );
    assert_eq!(startup.localized_license_product_name, "Citrix Start-up License");
    assert_eq!((startup.license_expiration_date, startup.files.len()), (None, 0));
    assert!(row(&admin, "CTXLSDIAG").await.uncounted);
    let wanted = GetUsage {
        feature: "CITRIX".into(),
        ..GetUsage::default()
    };
    let connected = admin.call::<op::GetUsage>(&wanted).await.unwrap();
    let [holder] = &connected.items[..] else {
        panic!("{connected:?}")
    };
    assert_eq!(
        (
            holder.license_model_type,
            holder.device.as_str(),
            holder.product.as_str()
        ),
        (LicenseModel::Server, "MPS-pc", "Office 3.0")
    );
    assert_eq!(alerts_about(&admin, "CITRIX").await, Vec::<String>::new());

    import(
        &server,
        &admin,
        "acme.lic",
        "INCREMENT CAD ACME 1.0 permanent 4\n",
    )
    .await;
    let found = discover(server.endpoints().licensing).await;
    let order: Vec<_> = found.vendors.iter().map(|found| found.vendor.as_str()).collect();
    assert_eq!(
        order,
        ["ACME", "CITRIX"],
        "who names no vendor means what was installed"
    );
    server.stop().unwrap();
}
