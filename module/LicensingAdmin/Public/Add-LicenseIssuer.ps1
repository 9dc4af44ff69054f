function Add-LicenseIssuer {
    <#
    .SYNOPSIS
        Lets license servers trust an issuer.

    .DESCRIPTION
        Sends the file with the public key of an issuer. Lines that it has signed serve from then on; the result shows how
        the pools changed.

    .PARAMETER Path
        Files with public keys, as licensing authority init writes them; wildcards allowed.

    .PARAMETER LiteralPath
        Such files, taken as written; files from Get-ChildItem bind to it.

    .EXAMPLE
        Add-LicenseIssuer ./vendor.pub -WhatIf

        Says whom the server would trust.

    .EXAMPLE
        Get-ChildItem ./issuers -Filter *.pub | Add-LicenseIssuer

        Trusts every issuer of a folder.

    .INPUTS
        System.String, or files from Get-ChildItem.

    .OUTPUTS
        LicensingAdmin.ChangedIssuer.

    .LINK
        Get-LicenseIssuer

    .LINK
        Remove-LicenseIssuer
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High', DefaultParameterSetName = 'Path')]
    [OutputType('LicensingAdmin.ChangedIssuer')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ParameterSetName = 'Path')]
        [SupportsWildcards()]
        [ValidateNotNullOrEmpty()]
        [string[]] $Path,

        [Parameter(Mandatory, ParameterSetName = 'LiteralPath', ValueFromPipelineByPropertyName)]
        [Alias('PSPath', 'FullName')]
        [ValidateNotNullOrEmpty()]
        [string[]] $LiteralPath
    )

    process {
        foreach ($file in Resolve-LicensingPath -Cmdlet $PSCmdlet -Path $Path -LiteralPath $LiteralPath) {
            $content = Read-LicensingFile -Cmdlet $PSCmdlet -Path $file
            if ($null -eq $content) {
                continue
            }
            $request = @{ content = [System.Text.Encoding]::UTF8.GetString($content) }
            $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Trust the issuer of $file")
            if ($allowed) {
                Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'AddIssuer' -Request $request -Target $file
            }
        }
    }
}
