function Set-LicSARenewalOptions {
    <#
    .SYNOPSIS
        Sets what a license server does about renewals.

    .DESCRIPTION
        With Notify the server looks for renewals once a day and raises an alert, with Install it installs them, with Manual it
        does nothing by itself.

    .PARAMETER AdminAddress
        Address of Web Services for Licensing, such as https://host:8083, as Get-LicLocation returns it. host:port
        and the host alone are taken too.

    .PARAMETER Option
        Notify, Install or Manual.

    .PARAMETER CertHash
        SHA-256 hash of the one server certificate to trust, the CertHash of Get-LicCertificate.

    .PARAMETER Credentials
        Account and password at the license server. Without it the session that Connect-LicenseServer opened with
        the same host and port lends its own, else the token in the environment variable LICENSING_TOKEN is used.

    .EXAMPLE
        Set-LicSARenewalOptions -AdminAddress https://licserver.example.net:8083 -Option Notify

        Raises an alert about renewals.

    .EXAMPLE
        Set-LicSARenewalOptions -AdminAddress https://licserver.example.net:8083 -Option Manual
        Get-LicSARenewalOptions -AdminAddress https://licserver.example.net:8083

        Leaves renewals to the administrators, and shows the option.

    .INPUTS
        System.String.

    .OUTPUTS
        None.

    .NOTES
        Errors carry the name of the LicensingAdminStatus code as their id.

    .LINK
        Get-LicSARenewalOptions

    .LINK
        Set-LicenseRenewalOption
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType([void])]
    [LicensingAdmin.SharedParameters('TimeoutSeconds')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([LicensingAdmin.ServerAddressCompleter])]
        [string] $AdminAddress,

        [Parameter(Mandatory)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompletions('Notify', 'Install', 'Manual')]
        [string] $Option,

        [string] $CertHash,

        [System.Management.Automation.Credential()]
        [pscredential] $Credentials
    )

    process {
        if ($PSCmdlet.ShouldProcess($AdminAddress, "Set the renewal option to $Option")) {
            $null = Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'SetRenewalOption' -Request @{ option = $Option } -Target $Option
        }
    }
}
