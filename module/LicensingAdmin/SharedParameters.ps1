# Parameters that several functions have. The build writes those that a function names in its attribute SharedParameters into
# the function, with their help; Connection stands for all that choose the license servers.
function Get-SharedParameter {
    <#
    .SYNOPSIS
        Declares the parameters; it is never called.

    .PARAMETER Feature
        Features (product_edition_model), wildcards allowed.

    .PARAMETER User
        Users as the products named them, wildcards allowed.

    .PARAMETER Device
        Devices that the products run on or serve, wildcards allowed.

    .PARAMETER Vendor
        Vendors, wildcards allowed.

    .PARAMETER Server
        Addresses of web services: https://host:8083, host:port, or the host alone for port 8083. An open session with
        the server is used; without one the command connects for this one call, with -Credential, -Token or what the
        environment holds.

    .PARAMETER Session
        Sessions from Connect-LicenseServer, or the names of their servers; several are asked at the same time.
        Without -Session and -Server the default sessions are used, else the server in LICENSING_SERVER.

    .PARAMETER Credential
        Account and password at the license server, for this one call.

    .PARAMETER Token
        Secret of a bearer token, for this one call.

    .PARAMETER CertHash
        SHA-256 hash of the one server certificate to trust, for this one call.

    .PARAMETER TimeoutSeconds
        Longest time for one operation, in seconds; that of the session, of LICENSING_TIMEOUT, or 100 unless given.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Position = 0, ValueFromPipelineByPropertyName)]
        [Alias('ProductEditionModel', 'PEM')]
        [SupportsWildcards()]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.FeatureCompleter])]
        [string[]] $Feature,

        [Parameter(ValueFromPipelineByPropertyName)]
        [SupportsWildcards()]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.UserCompleter])]
        [string[]] $User,

        [Parameter(ValueFromPipelineByPropertyName)]
        [SupportsWildcards()]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.DeviceCompleter])]
        [string[]] $Device,

        [Parameter(ValueFromPipelineByPropertyName)]
        [SupportsWildcards()]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.VendorCompleter])]
        [string[]] $Vendor,

        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('ComputerName')]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.SessionCompleter])]
        [string[]] $Server,

        [Parameter(ValueFromPipeline)]
        [ValidateNotNullOrEmpty()]
        [LicensingAdmin.SessionTransformation()]
        [ArgumentCompleter([LicensingAdmin.SessionCompleter])]
        [LicensingAdmin.LicensingSession[]] $Session,

        [System.Management.Automation.Credential()]
        [ValidateNotNull()]
        [pscredential] $Credential,

        [ValidateNotNull()]
        [securestring] $Token,

        [ValidateNotNullOrWhiteSpace()]
        [string] $CertHash,

        [ValidateRange(1, 86400)]
        [int] $TimeoutSeconds
    )
}
