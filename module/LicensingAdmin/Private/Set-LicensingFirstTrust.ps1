# Lets the settings of servers that are seen for the first time trust the certificate that the server shows, and returns them.
function Set-LicensingFirstTrust {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Changes settings in memory only.')]
    [CmdletBinding()]
    [OutputType([LicensingAdmin.ConnectionSettings])]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [Parameter(Mandatory)] [AllowEmptyCollection()] [LicensingAdmin.ConnectionSettings[]] $Settings,
        [hashtable] $Outcome = @{}
    )

    foreach ($one in $Settings) {
        if (-not $one.NamesTrust -and -not [LicensingAdmin.KnownServers]::Find($one.Address)) {
            $certificate = Get-LicCertificateRow -Cmdlet $Cmdlet -Address $one.Address -Outcome $Outcome
            if ($certificate) {
                $one.CertHash = $certificate.CertHash
                $one
            }
        }
    }
}
