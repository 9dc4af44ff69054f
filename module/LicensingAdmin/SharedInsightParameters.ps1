# Parameters that several functions of Insight Services have; see SharedParameters.ps1. The build gives them to the functions whose
# noun begins with Insight.
function Get-SharedInsightParameter {
    <#
    .SYNOPSIS
        Declares the parameters; it is never called.

    .PARAMETER ServerGuid
        GUID of a license server; all that you may see unless given.

    .PARAMETER Organization
        Organization that it is for; your own unless given.

    .PARAMETER Server
        Addresses of Insight Services: https://host:8443, host:port, or the host alone for port 8443. An open session is used;
        without one the command connects for this one call, with -Credential, -Token or what the environment holds.

    .PARAMETER Session
        Sessions from Connect-InsightServer, or the names of their servers; several are asked at the same time. Without
        -Session and -Server the default sessions are used, else the server in INSIGHT_SERVER.

    .PARAMETER Credential
        The token as password, for this one call; the account name does not matter.

    .PARAMETER Token
        Token of an account, for this one call.

    .PARAMETER CertHash
        SHA-256 hash of the one server certificate to trust, for this one call.

    .PARAMETER TimeoutSeconds
        Longest time for one operation, in seconds; that of the session, of INSIGHT_TIMEOUT, or 100 unless given.
    #>
    [CmdletBinding()]
    param(
        [Parameter(ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.InsightServerGuidCompleter])]
        [string] $ServerGuid,

        # Rows of operators and of what concerns all have none: it is not taken from the pipeline.
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.InsightOrganizationCompleter])]
        [string] $Organization,

        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('ComputerName')]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.InsightSessionCompleter])]
        [string[]] $Server,

        [Parameter(ValueFromPipeline)]
        [ValidateNotNullOrEmpty()]
        [LicensingAdmin.SessionTransformation(Service = 'Insight')]
        [ArgumentCompleter([LicensingAdmin.InsightSessionCompleter])]
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
