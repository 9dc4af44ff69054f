//! Identify.

use super::Service;
use crate::source::Source;
use crate::uri;
use crate::xml::Writer;

impl<S: Source> Service<S> {
    /// Who answers. Windows tells its version only to whoever gave credentials; "Stack: 3.0" is what scripts look for
    /// to decide that the newer cmdlets can be used.
    pub(super) fn identify(&self, authenticated: bool) -> String {
        let mut writer = Writer::new();
        writer.open(
            "s:Envelope",
            &[
                ("xml:lang", "en-US"),
                ("xmlns:s", uri::SOAP),
                ("xmlns:wsmid", uri::IDENTITY),
            ],
        );
        writer.empty("s:Header", &[]);
        writer.open("s:Body", &[]);
        writer.open("wsmid:IdentifyResponse", &[]);
        writer.leaf("wsmid:ProtocolVersion", &[], uri::WSMAN);
        writer.leaf("wsmid:ProductVendor", &[], self.source.vendor());
        let version = if authenticated {
            format!("OS: {} SP: 0.0 Stack: 3.0", self.source.version())
        } else {
            "OS: 0.0.0 SP: 0.0 Stack: 3.0".to_owned()
        };
        writer.leaf("wsmid:ProductVersion", &[], &version);
        if authenticated {
            writer.open("wsmid:SecurityProfiles", &[]);
            for profile in ["https/basic", "http/spnego-kerberos", "https/spnego-kerberos"] {
                let name = format!("http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/{profile}");
                writer.leaf("wsmid:SecurityProfileName", &[], &name);
            }
            writer.close();
        }
        writer.finish()
    }
}
