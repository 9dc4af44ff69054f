function Get-LicenseIssuer {
    <#
    .SYNOPSIS
        Lists the issuers whose signatures license servers trust.

    .DESCRIPTION
        Lists the issuers of the trust folder with the key of each and how many installed lines it has signed.

    .PARAMETER Issuer
        Names of issuers, wildcards allowed.

    .EXAMPLE
        Get-LicenseIssuer

        Lists every issuer.

    .EXAMPLE
        Get-LicenseIssuer | Where-Object Lines -eq 0

        Finds issuers that have signed nothing of what is installed.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.Issuer.

    .LINK
        Add-LicenseIssuer

    .LINK
        Remove-LicenseIssuer
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.Issuer')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Position = 0)]
        [SupportsWildcards()]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.IssuerCompleter])]
        [string[]] $Issuer
    )

    process {
        Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'GetIssuers'
    }
}
