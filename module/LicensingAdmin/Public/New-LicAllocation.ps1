function New-LicAllocation {
    <#
    .SYNOPSIS
        Allocates licenses of an entitlement to a license server.

    .DESCRIPTION
        Has the vendor make a license file of so many licenses for this server, and installs it.

    .PARAMETER AdminAddress
        Address of Web Services for Licensing, such as https://host:8083, as Get-LicLocation returns it. host:port
        and the host alone are taken too.

    .PARAMETER EntitlementId
        Id of the entitlement, from Get-LicEntitlements.

    .PARAMETER Count
        Number of licenses.

    .PARAMETER SessionId
        Session of the list that showed the entitlement, its EntitlementSessionId.

    .PARAMETER CertHash
        SHA-256 hash of the one server certificate to trust, the CertHash of Get-LicCertificate.

    .PARAMETER Credentials
        Account and password at the license server. Without it the session that Connect-LicenseServer opened with
        the same host and port lends its own, else the token in the environment variable LICENSING_TOKEN is used.

    .EXAMPLE
        New-LicAllocation -AdminAddress https://licserver.example.net:8083 -EntitlementId SO-4711-1 -Count 5 -SessionId SES-0123456789

        Allocates five licenses.

    .EXAMPLE
        Get-LicEntitlements -AdminAddress https://licserver.example.net:8083 -AccessCode LA-0000431065-00000 | New-LicAllocation -AdminAddress https://licserver.example.net:8083 -Count 5

        Allocates five licenses of each entitlement of an order.

    .INPUTS
        System.String.

    .OUTPUTS
        None.

    .NOTES
        Errors carry the name of the LicensingAdminStatus code as their id.

    .LINK
        Get-LicEntitlements

    .LINK
        New-LicenseAllocation
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType([void])]
    [LicensingAdmin.SharedParameters('TimeoutSeconds')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([LicensingAdmin.ServerAddressCompleter])]
        [string] $AdminAddress,

        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [ValidateLength(1, 300)]
        [string] $EntitlementId,

        [Parameter(Mandatory)]
        [int] $Count,

        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [Alias('EntitlementSessionId')]
        [ValidateNotNullOrEmpty()]
        [ValidateLength(1, 300)]
        [string] $SessionId,

        [string] $CertHash,

        [System.Management.Automation.Credential()]
        [pscredential] $Credentials
    )

    process {
        if ($PSCmdlet.ShouldProcess($AdminAddress, "Allocate $Count seats of $EntitlementId")) {
            $request = @{ entitlementId = $EntitlementId; count = $Count; sessionId = $SessionId }
            $null = Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'NewAllocation' -Request $request -Target $EntitlementId
        }
    }
}
