//! The codes that the name of a feature such as `XDT_PLT_UD` is made of, and what they say about its seats.

/// Products whose names are known.
pub const PRODUCTS: &[&str] = &[
    "CAG",
    "CESEP",
    "CESLT",
    "CESPS",
    "CITRIX",
    "CNS",
    "CPM",
    "CTXLSDIAG",
    "CXS",
    "MPM",
    "MPS",
    "PVS",
    "PVSD",
    "XDS",
    "XDT",
];

/// Models whose names are known.
pub const MODELS: &[&str] = &[
    "CCS", "CCU", "CORE", "ENABLER", "RC", "RN", "SCCU", "SERVER", "SOCKET", "SSERVER", "UD",
];

/// Features of the license server itself: their seats are counted by server, although no model says so.
const PER_SERVER: &[&str] = &["CITRIX", "CTXLSDIAG"];

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
            None if is_one_of(MODELS, rest) => Self {
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
            !codes.edition.is_empty() && !codes.model.is_empty() || is_one_of(PRODUCTS, codes.product);
        let of_session = is_one_of(SESSION_PRODUCTS, codes.product);
        let per_server =
            is_one_of(&["SERVER", "SSERVER", "CORE", "SOCKET"], model) || is("CCS") && !of_session;
        if known && per_server || is_one_of(PER_SERVER, feature) {
            Self::Server
        } else {
            Self::Session
        }
    }
}

fn is_one_of(codes: &[&str], code: &str) -> bool {
    codes.iter().any(|known| known.eq_ignore_ascii_case(code))
}
