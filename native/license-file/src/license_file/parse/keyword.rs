//! Keywords of attributes: which are known, what they look like, and to whom they belong.

/// What a keyword may look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TakesValue {
    /// `KEYWORD`
    Flag,
    /// `KEYWORD=value`
    Value,
    /// Either.
    Either,
}

/// Who may change an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    Publisher,
    Administrator,
}

macro_rules! keywords {
    ($($variant:ident $text:literal $takes_value:ident $owner:ident;)+) => {
        /// A known keyword.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Keyword { $($variant,)+ }

        impl Keyword {
            /// Finds a keyword, whatever its case.
            pub(super) fn find(text: &str) -> Option<Self> {
                $(if text.eq_ignore_ascii_case($text) { return Some(Self::$variant); })+
                None
            }

            pub(super) fn takes_value(self) -> TakesValue {
                match self { $(Self::$variant => TakesValue::$takes_value,)+ }
            }

            fn owner(self) -> Owner {
                match self { $(Self::$variant => Owner::$owner,)+ }
            }
        }
    };
}

keywords! {
    VendorString "VENDOR_STRING" Value Publisher;
    DupGroup "DUP_GROUP" Value Publisher;
    Issued "ISSUED" Value Publisher;
    Notice "NOTICE" Value Publisher;
    SerialNumber "SN" Value Publisher;
    Start "START" Value Publisher;
    Sign "SIGN" Value Publisher;
    Sign2 "SIGN2" Value Publisher;
    IssuerSign "LSIGN" Value Publisher;
    Auth "AUTH" Value Publisher;
    HostId "HOSTID" Value Publisher;
    Borrow "BORROW" Either Publisher;
    Overdraft "OVERDRAFT" Value Publisher;
    SuiteDupGroup "SUITE_DUP_GROUP" Value Publisher;
    FloatOk "FLOAT_OK" Either Publisher;
    Issuer "ISSUER" Value Publisher;
    Supersede "SUPERSEDE" Either Publisher;
    SupersedeSign "SUPERSEDE_SIGN" Value Publisher;
    UserBased "USER_BASED" Either Publisher;
    HostBased "HOST_BASED" Either Publisher;
    TerminalServer "TS_OK" Flag Publisher;
    OneTerminalServer "ONE_TS_OK" Flag Publisher;
    Platforms "PLATFORMS" Value Publisher;
    Platform "PLATFORM" Value Publisher;
    VmPlatforms "VM_PLATFORMS" Value Publisher;
    TimeZone "TZ" Value Publisher;
    Linger "LINGER" Value Publisher;
    Components "COMPONENTS" Value Publisher;
    Options "OPTIONS" Value Publisher;
    Checksum "ck" Value Administrator;
    LmChecksum "lmcksum" Value Administrator;
    AssetInfo "asset_info" Value Administrator;
    DistInfo "dist_info" Value Administrator;
    UserInfo "user_info" Value Administrator;
    VendorInfo "vendor_info" Value Administrator;
    Sort "sort" Value Administrator;
}

/// Whether an attribute spelled so belongs to the administrator: lower case throughout, and not a keyword of the
/// publisher written small. Such a one is read like its upper-case form, so it must count as the publisher's too;
/// otherwise anyone could add `overdraft=1000`.
pub(crate) fn is_administrators(spelled: &str) -> bool {
    let small = spelled
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    small && Keyword::find(spelled).is_none_or(|keyword| keyword.owner() == Owner::Administrator)
}
