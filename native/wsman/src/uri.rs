//! Namespaces, actions and addresses of the protocol (DSP0226, DSP0227, \[MS-WSMV\]).

/// SOAP 1.2.
pub const SOAP: &str = "http://www.w3.org/2003/05/soap-envelope";
/// WS-Addressing.
pub const ADDRESSING: &str = "http://schemas.xmlsoap.org/ws/2004/08/addressing";
/// WS-Enumeration.
pub const ENUMERATION: &str = "http://schemas.xmlsoap.org/ws/2004/09/enumeration";
/// WS-Transfer.
pub const TRANSFER: &str = "http://schemas.xmlsoap.org/ws/2004/09/transfer";
/// WS-Management.
pub const WSMAN: &str = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd";
/// The CIM binding.
pub const CIM_BINDING: &str = "http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd";
/// Types of CIM.
pub const CIM: &str = "http://schemas.dmtf.org/wbem/wscim/1/common";
/// Extensions of Windows.
pub const MICROSOFT: &str = "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd";
/// Details of faults of Windows.
pub const MICROSOFT_FAULT: &str = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault";
/// Identify.
pub const IDENTITY: &str = "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd";
/// XML Schema instances.
pub const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Address of whoever asks.
pub const ANONYMOUS: &str = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous";

/// Action of Enumerate.
pub const ENUMERATE: &str = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate";
/// Action of Pull.
pub const PULL: &str = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Pull";
/// Action of Release.
pub const RELEASE: &str = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Release";
/// Action of Get.
pub const GET: &str = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get";

/// Action of faults of WS-Management.
pub const WSMAN_FAULT_ACTION: &str = "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault";
/// Action of faults of WS-Addressing.
pub const ADDRESSING_FAULT_ACTION: &str = "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault";
/// Action of faults of WS-Enumeration.
pub const ENUMERATION_FAULT_ACTION: &str = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/fault";
/// Where the details of faults are named.
pub const FAULT_DETAIL: &str = "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/";

/// Classes as Windows addresses them: namespace and class follow.
pub const WMI: &str = "http://schemas.microsoft.com/wbem/wsman/1/wmi/";
/// Classes as the DMTF addresses them: the class follows, the namespace is a selector.
pub const CIM_SCHEMA: &str = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/";
/// All classes of the DMTF.
pub const ALL_CLASSES: &str = "http://schemas.dmtf.org/wbem/wscim/1/*";
/// Descriptions of classes.
pub const CLASS_DESCRIPTIONS: &str = "http://schemas.dmtf.org/wbem/cim-xml/2/cim-schema/2/*";

/// Our own header that says when rows were taken, and what they lack.
pub const SNAPSHOT: &str = "urn:licensing-services:wsman:snapshot:1";

/// Selector that names the namespace.
pub const NAMESPACE_SELECTOR: &str = "__cimnamespace";

/// Dialect of WQL.
pub const WQL: &str = "http://schemas.microsoft.com/wbem/wsman/1/WQL";
/// Dialect of CQL.
pub const CQL: &str = "http://schemas.dmtf.org/wbem/cql/1/dsp0202.pdf";
/// Dialect of filters by selectors.
pub const SELECTOR_FILTER: &str = "http://schemas.dmtf.org/wbem/wsman/1/wsman/SelectorFilter";
