function Set-LicenseServerCertificate {
    <#
    .SYNOPSIS
        Replaces the certificate of license servers without a restart.

    .DESCRIPTION
        Sends a certificate with its key, as PEM files or one PFX file. Connections that exist keep what they have. With
        -Next it is only announced: Get-LicenseCertificate shows its hash beside the one in use, so that clients that pin
        the hash can be told both; -UseNext switches to it.

    .PARAMETER Path
        PEM file with the certificate chain, the server's own certificate first, or a PFX file.

    .PARAMETER KeyPath
        PEM file with the key; not needed for a PFX file.

    .PARAMETER Password
        Password of the PFX file.

    .PARAMETER Next
        Only announces the certificate.

    .PARAMETER UseNext
        Uses the certificate that was announced.

    .EXAMPLE
        Set-LicenseServerCertificate ./server.crt -KeyPath ./server.key -Next -WhatIf

        Says which certificate would be announced.

    .EXAMPLE
        Set-LicenseServerCertificate ./server.pfx -Password (Read-Host 'Password' -AsSecureString) -WhatIf

        Says from which file the certificate would be taken.

    .EXAMPLE
        Set-LicenseServerCertificate -UseNext -WhatIf

        Says that the certificate that was announced would be used.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.Certificate.

    .LINK
        Get-LicenseCertificate
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High', DefaultParameterSetName = 'Path')]
    [OutputType('LicensingAdmin.Certificate')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ParameterSetName = 'Path')]
        [ValidateNotNullOrWhiteSpace()]
        [string] $Path,

        [Parameter(ParameterSetName = 'Path')]
        [ValidateNotNullOrWhiteSpace()]
        [string] $KeyPath,

        [Parameter(ParameterSetName = 'Path')]
        [ValidateNotNull()]
        [securestring] $Password,

        [Parameter(ParameterSetName = 'Path')]
        [switch] $Next,

        [Parameter(Mandatory, ParameterSetName = 'UseNext')]
        [switch] $UseNext
    )

    process {
        if ($UseNext) {
            $request = @{ useNext = $true }
            $what = 'Use the certificate that was announced'
        }
        else {
            $file = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path)
            $what = if ($Next) { "Announce the certificate $file" } else { "Replace the certificate by $file" }
            $content = Read-LicensingFile -Cmdlet $PSCmdlet -Path $file
            if ($null -eq $content) {
                return
            }
            $request = @{ next = [bool] $Next }
            if ($KeyPath) {
                $keyFile = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($KeyPath)
                $key = Read-LicensingFile -Cmdlet $PSCmdlet -Path $keyFile
                if ($null -eq $key) {
                    return
                }
                $request['certificate'] = [System.Text.Encoding]::UTF8.GetString($content)
                $request['key'] = [System.Text.Encoding]::UTF8.GetString($key)
            }
            else {
                $request['pfx'] = $content
                if ($Password) {
                    $request['password'] = $Password
                }
            }
        }
        $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action $what)
        if ($allowed) {
            Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'SetCertificate' -Request $request
        }
    }
}
