//! Features: product, edition and model behind a name such as `XDT_PLT_UD`.

use licensing_api::names;

use super::{Locale, VERSION};

/// Code, English, German.
type Name = (&'static str, &'static str, &'static str);

const PRODUCTS: &[Name] = &[
    ("CAG", "Citrix Access Gateway", "Citrix Access Gateway"),
    (
        "CESEP",
        "Citrix EdgeSight for Endpoints",
        "Citrix EdgeSight für Endpunkte",
    ),
    (
        "CESLT",
        "Citrix EdgeSight for Load Testing",
        "Citrix EdgeSight für Lasttests",
    ),
    (
        "CESPS",
        "Citrix EdgeSight for XenApp",
        "Citrix EdgeSight für XenApp",
    ),
    ("CITRIX", "Citrix Start-up License", "Citrix Startlizenz"),
    ("CNS", "Citrix NetScaler", "Citrix NetScaler"),
    ("CPM", "Citrix Password Manager", "Citrix Password Manager"),
    (
        "CTXLSDIAG",
        "Citrix License Server Diagnostics License",
        "Citrix Diagnoselizenz des Lizenzservers",
    ),
    ("CXS", "Citrix XenServer", "Citrix XenServer"),
    ("MPM", "Citrix Password Manager", "Citrix Password Manager"),
    ("MPS", "Citrix XenApp", "Citrix XenApp"),
    (
        "PVS",
        "Citrix Provisioning Services",
        "Citrix Provisioning Services",
    ),
    (
        "PVSD",
        "Citrix Provisioning Services for Desktops",
        "Citrix Provisioning Services für Desktops",
    ),
    ("XDS", "Citrix XenDesktop", "Citrix XenDesktop"),
    ("XDT", "Citrix XenDesktop", "Citrix XenDesktop"),
];

const EDITIONS: &[Name] = &[
    ("ADV", "Advanced", "Advanced"),
    ("APP", "App", "App"),
    ("ENT", "Enterprise", "Enterprise"),
    ("PLT", "Platinum", "Platinum"),
    ("PRE", "Premium", "Premium"),
    ("SMB", "Small Business", "Small Business"),
    ("STD", "Standard", "Standard"),
    ("VDI", "VDI", "VDI"),
];

const MODELS: &[Name] = &[
    ("CCS", "Concurrent System", "Gleichzeitiges System"),
    ("CCU", "Concurrent User", "Gleichzeitiger Benutzer"),
    ("CORE", "Core", "Kern"),
    ("ENABLER", "Enabler", "Freischaltung"),
    ("RC", "Concurrent", "Gleichzeitig"),
    ("RN", "Named User", "Benannter Benutzer"),
    ("SCCU", "Concurrent User", "Gleichzeitiger Benutzer"),
    ("SERVER", "Server", "Server"),
    ("SOCKET", "Socket", "Sockel"),
    ("SSERVER", "Server", "Server"),
    ("UD", "User/Device", "Benutzer/Gerät"),
];

/// Features whose model does not stand in their name.
const MODELS_OF_WHOLE_NAMES: &[Name] = &[("CITRIX", "Server", "Server"), ("CTXLSDIAG", "Server", "Server")];

const KNOWN: &[&str] = &[
    "CITRIX",
    "CTXLSDIAG",
    "MPS_ADV_CCU",
    "MPS_ENT_CCU",
    "MPS_PLT_CCU",
    "MPS_STD_CCU",
    "PVS_STD_CCS",
    "XDS_ADV_CCS",
    "XDS_ENT_CCS",
    "XDS_PLT_CCS",
    "XDS_STD_CCS",
    "XDT_ADV_UD",
    "XDT_APP_UD",
    "XDT_ENT_CCS",
    "XDT_ENT_UD",
    "XDT_PLT_CCS",
    "XDT_PLT_UD",
    "XDT_STD_CCS",
    "XDT_STD_UD",
];

/// Features known by name.
pub fn known_features() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().copied()
}

/// The codes that a feature's name is made of: `<product>_<edition>_<model>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeatureCodes<'a> {
    /// Product, such as `XDT`.
    pub product: &'a str,
    /// Edition, such as `PLT`, or an appliance's size; may be empty, and may itself have a `_`.
    pub edition: &'a str,
    /// Model, such as `CCU`; may be empty.
    pub model: &'a str,
}

impl<'a> FeatureCodes<'a> {
    /// Takes a name apart. Of three parts and more the last is the model; of two it is the model when it is a known
    /// one, else the edition.
    pub fn of(feature: &'a str) -> Self {
        let Some((product, rest)) = feature.split_once('_') else {
            return Self {
                product: feature,
                edition: "",
                model: "",
            };
        };
        match rest.rsplit_once('_') {
            Some((edition, model)) => Self {
                product,
                edition,
                model,
            },
            None if find(MODELS, rest).is_some() => Self {
                product,
                edition: "",
                model: rest,
            },
            None => Self {
                product,
                edition: rest,
                model: "",
            },
        }
    }
}

/// Products whose concurrent system licenses are taken for each session, although their model is the same word.
const SESSION_PRODUCTS: &[&str] = &["MPS", "XDS", "XDT"];

/// By what the seats of a feature are counted, as far as its name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeatUnit {
    /// Sessions: every name that says nothing else.
    Session,
    /// Users or devices, whichever are fewer.
    UserOrDevice,
    /// Users.
    User,
    /// Devices.
    Device,
    /// Servers, or their cores or sockets.
    Server,
}

impl SeatUnit {
    /// Reads the model of a name: `UD`, `RN` and `ND` whatever stands before them; `SERVER`, `SSERVER`, `CORE`, `SOCKET`
    /// and `CCS` behind a product and an edition or behind a known product, since those words end many other names too.
    pub fn of(feature: &str) -> Self {
        let codes = FeatureCodes::of(feature);
        let model = feature.rsplit_once('_').map_or("", |(_, model)| model);
        let is = |word: &str| model.eq_ignore_ascii_case(word);
        if is("UD") {
            return Self::UserOrDevice;
        } else if is("RN") {
            return Self::User;
        } else if is("ND") {
            return Self::Device;
        }
        let known =
            !codes.edition.is_empty() && !codes.model.is_empty() || find(PRODUCTS, codes.product).is_some();
        let of_session = SESSION_PRODUCTS
            .iter()
            .any(|product| codes.product.eq_ignore_ascii_case(product));
        let per_server = ["SERVER", "SSERVER", "CORE", "SOCKET"]
            .iter()
            .any(|word| is(word))
            || is("CCS") && !of_session;
        if known && per_server || find(MODELS_OF_WHOLE_NAMES, feature).is_some() {
            Self::Server
        } else {
            Self::Session
        }
    }
}

/// The readable names of a feature. A code that nothing is known about stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureName {
    /// Product.
    pub product: String,
    /// Edition; may be empty.
    pub edition: String,
    /// Model; may be empty.
    pub model: String,
}

impl FeatureName {
    /// Names of a feature in a language.
    pub fn of(feature: &str, locale: Locale) -> Self {
        let codes = FeatureCodes::of(feature);
        let read = |table: &[Name], code: &str| {
            find(table, code).map_or_else(
                || code.to_owned(),
                |name| locale.choose(name.1, name.2).to_owned(),
            )
        };
        let model = match (codes.product, codes.model) {
            (_, "") => read(MODELS_OF_WHOLE_NAMES, feature),
            // The concurrent model of releases up to 5.0, which has lines of its own beside the newer ones.
            ("XDS", "CCS") => locale
                .choose("Concurrent (Legacy)", "Gleichzeitig (alt)")
                .to_owned(),
            ("XDT", "CCS") => locale.choose("Concurrent", "Gleichzeitig").to_owned(),
            (_, model) => read(MODELS, model),
        };
        // A name that is no code of a model says nothing about it.
        let model = if codes.model.is_empty() && model == feature {
            String::new()
        } else {
            model
        };
        Self {
            product: product(codes.product, locale),
            edition: read(EDITIONS, codes.edition),
            model,
        }
    }

    /// Product and edition in one.
    pub fn product_and_edition(&self) -> String {
        if self.edition.is_empty() {
            self.product.clone()
        } else {
            format!("{} {}", self.product, self.edition)
        }
    }

    pub(super) fn to_entry(&self, feature: &str) -> names::FeatureName {
        names::FeatureName {
            feature_name: feature.to_owned(),
            product_nameand_edition: self.product_and_edition(),
            model_name: self.model.clone(),
            version: VERSION.to_owned(),
        }
    }
}

/// Name of a product; `TP` behind a known one marks a technology preview.
fn product(code: &str, locale: Locale) -> String {
    let name = |code: &str| find(PRODUCTS, code).map(|name| locale.choose(name.1, name.2));
    if let Some(name) = name(code) {
        return name.to_owned();
    }
    match code.strip_suffix("TP").and_then(name) {
        Some(name) => format!(
            "{name} ({})",
            locale.choose("Technology Preview", "Technologievorschau")
        ),
        None => code.to_owned(),
    }
}

fn find(table: &[Name], code: &str) -> Option<Name> {
    table
        .iter()
        .copied()
        .find(|name| name.0.eq_ignore_ascii_case(code))
}
