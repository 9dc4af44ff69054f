function Get-LicenseOption {
    <#
    .SYNOPSIS
        Lists the lines of options files, with what each means.

    .DESCRIPTION
        Lists the options file of each vendor line by line: what becomes of the line, what it means, and what was noticed
        about it.

    .EXAMPLE
        Get-LicenseOption

        Lists every line.

    .EXAMPLE
        Get-LicenseOption | Where-Object State -eq NotUnderstood

        Finds lines without effect.

    .EXAMPLE
        Get-LicenseOption ACME | Format-Table Line, Text, Meaning -Wrap

        Explains the options file of one vendor.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.OptionLine.

    .LINK
        Set-LicenseOption
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.OptionLine')]
    [LicensingAdmin.SharedParameters('Vendor', 'Connection')]
    param(
        [Parameter(Position = 0, ValueFromPipelineByPropertyName)]
        [SupportsWildcards()]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.VendorCompleter])]
        [string[]] $Vendor
    )

    process {
        Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'GetOptions'
    }
}
