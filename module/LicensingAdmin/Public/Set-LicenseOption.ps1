function Set-LicenseOption {
    <#
    .SYNOPSIS
        Replaces the options file of a vendor after explaining it.

    .DESCRIPTION
        Sends the lines of an options file. Before anything changes, the server explains them and says who would lose or
        gain seats; -WhatIf and the confirmation show that. A file with lines that cannot be read is refused unless -Force
        is given.

    .PARAMETER Vendor
        Vendor whose daemon the file is for.

    .PARAMETER Line
        Lines of the whole file; lines that other objects bring in the property Text are put together.

    .PARAMETER Path
        Local options file.

    .PARAMETER Force
        Takes lines that cannot be read, too.

    .PARAMETER Explain
        Only returns the explanation; nothing is changed.

    .EXAMPLE
        Set-LicenseOption ACME -Line 'GROUP designers alice', 'RESERVE 1 ACME_PRO_CCU GROUP designers' -Explain

        Explains two lines, and who would lose or gain seats.

    .EXAMPLE
        Set-LicenseOption ACME -Line '# no rules' -WhatIf

        Says what lifting all rules would mean.

    .EXAMPLE
        Set-LicenseOption ACME -Line 'GROUP designers alice', 'RESERVE 1 ACME_PRO_CCU GROUP designers' -Confirm:$false

        Replaces the file without asking.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.OptionsExplanation.

    .LINK
        Get-LicenseOption
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High', DefaultParameterSetName = 'Line')]
    [OutputType('LicensingAdmin.OptionsExplanation')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0)]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.VendorCompleter])]
        [string] $Vendor,

        [Parameter(Mandatory, Position = 1, ParameterSetName = 'Line')]
        [AllowEmptyString()]
        [string[]] $Line,

        [Parameter(Mandatory, ParameterSetName = 'Path')]
        [ValidateNotNullOrWhiteSpace()]
        [string] $Path,

        [switch] $Force,

        [switch] $Explain
    )

    process {
        if ($PSCmdlet.ParameterSetName -eq 'Path') {
            $file = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path)
            $bytes = Read-LicensingFile -Cmdlet $PSCmdlet -Path $file
            if ($null -eq $bytes) {
                return
            }
            $content = [System.Text.Encoding]::UTF8.GetString($bytes)
        }
        else {
            $content = ($Line -join "`n") + "`n"
        }
        foreach ($connection in [LicensingAdmin.Command]::Sessions($PSCmdlet)) {
            $explained = Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $connection -Operation 'ExplainOptions' -Request @{ vendor = $Vendor; content = $content } -Target $Vendor
            if ($Explain) {
                $explained
                continue
            }
            if (-not $explained -and -not $Force) {
                continue
            }
            if ($PSCmdlet.ShouldProcess($connection.Server, "Replace the options file of $Vendor`: $(Format-LicensingOptionEffect $explained)")) {
                Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $connection -Operation 'SetOptions' -Request @{ vendor = $Vendor; content = $content; force = [bool] $Force } -Target $Vendor
            }
        }
    }
}
