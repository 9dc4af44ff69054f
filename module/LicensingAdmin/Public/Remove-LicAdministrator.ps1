function Remove-LicAdministrator {
    <#
    .SYNOPSIS
        Removes an administrator from a license server.

    .DESCRIPTION
        Removes an account or group by name or by SID. Like the snap-in it does not ask; give -Confirm to be asked.
        Remove-LicenseAdministrator asks by itself.

    .PARAMETER AdminAddress
        Address of Web Services for Licensing, such as https://host:8083, as Get-LicLocation returns it. host:port
        and the host alone are taken too.

    .PARAMETER Account
        DOMAIN\name or name@domain.

    .PARAMETER AccountSid
        SID of the account; taken from the objects of Get-LicAdministrator.

    .PARAMETER CertHash
        SHA-256 hash of the one server certificate to trust, the CertHash of Get-LicCertificate.

    .PARAMETER Credentials
        Account and password at the license server. Without it the session that Connect-LicenseServer opened with
        the same host and port lends its own, else the token in the environment variable LICENSING_TOKEN is used.

    .EXAMPLE
        Remove-LicAdministrator -AdminAddress https://licserver.example.net:8083 -Account 'EXAMPLE\alice'

        Removes one account.

    .EXAMPLE
        Get-LicAdministrator https://licserver.example.net:8083 | Where-Object Account -like 'OLD\*' | Remove-LicAdministrator -AdminAddress https://licserver.example.net:8083

        Removes the accounts of a domain.

    .INPUTS
        System.String, or objects with the property AccountSid.

    .OUTPUTS
        None.

    .NOTES
        Errors carry the name of the LicensingAdminStatus code as their id.

    .LINK
        Get-LicAdministrator

    .LINK
        New-LicAdministrator

    .LINK
        Set-LicAdministrator

    .LINK
        Remove-LicenseAdministrator
    #>
    [CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'Account')]
    [OutputType([void])]
    [LicensingAdmin.SharedParameters('TimeoutSeconds')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([LicensingAdmin.ServerAddressCompleter])]
        [string] $AdminAddress,

        [Parameter(Mandatory, Position = 1, ParameterSetName = 'Account')]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([LicensingAdmin.AccountCompleter])]
        [LicensingAdmin.AccountName()]
        [string] $Account,

        [Parameter(Mandatory, ParameterSetName = 'AccountSid', ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([LicensingAdmin.AccountSidCompleter])]
        [string] $AccountSid,

        [string] $CertHash,

        [System.Management.Automation.Credential()]
        [pscredential] $Credentials
    )

    process {
        $identity = if ($PSCmdlet.ParameterSetName -eq 'AccountSid') { $AccountSid } else { $Account }
        if ($PSCmdlet.ShouldProcess($AdminAddress, "Remove administrator $identity")) {
            $null = Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'RemoveAdministrator' -Request @{ identity = $identity } -Target $identity
        }
    }
}
