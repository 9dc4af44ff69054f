<#
.SYNOPSIS
    Replaces the certificate of a license server, and checks that clients see the new one.

.DESCRIPTION
    Sends certificate and key to the server, which changes over without a restart, and looks at the certificate that it shows then. When the
    server shows the new certificate already nothing is done, so that the runbook can run again, such as after each renewal of an
    ACME client. Returns the hashes before and after; clients that pin the hash need the new one. Needs a Full token.

.PARAMETER CertificatePath
    The new certificate with its chain, PEM.

.PARAMETER KeyPath
    Its private key, PEM, without a password.

.PARAMETER Server
    Address of the web services; the environment variable LICENSING_SERVER unless given.

.PARAMETER CertHash
    SHA-256 hash of the certificate to trust; LICENSING_CERT_HASH unless given.

.PARAMETER Token
    Bearer token; LICENSING_TOKEN or the file that LICENSING_TOKEN_FILE names unless given.

.EXAMPLE
    ./Update-ServerCertificate.ps1 -CertificatePath ./fullchain.pem -KeyPath ./privkey.pem -Confirm:$false

.EXAMPLE
    ./Update-ServerCertificate.ps1 -CertificatePath ./fullchain.pem -KeyPath ./privkey.pem -WhatIf
#>
[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
param(
    [Parameter(Mandatory)] [ValidateNotNullOrWhiteSpace()] [string] $CertificatePath,
    [Parameter(Mandatory)] [ValidateNotNullOrWhiteSpace()] [string] $KeyPath,
    [ValidateNotNullOrWhiteSpace()] [string] $Server,
    [ValidateNotNullOrWhiteSpace()] [string] $CertHash,
    [securestring] $Token
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$connection = @{}
'Server', 'CertHash', 'Token' | Where-Object { $PSBoundParameters.ContainsKey($_) } | ForEach-Object { $connection[$_] = $PSBoundParameters[$_] }
$place = @{}
if ($Server) {
    $place['Server'] = $Server
}
# Certificate and key have to fit each other before the server hears of them.
$new = [System.Security.Cryptography.X509Certificates.X509Certificate2]::CreateFromPemFile(
    $PSCmdlet.GetUnresolvedProviderPathFromPSPath($CertificatePath), $PSCmdlet.GetUnresolvedProviderPathFromPSPath($KeyPath))
if ($new.NotAfter -lt (Get-Date)) {
    throw "The certificate '$CertificatePath' has expired on $($new.NotAfter.ToString('yyyy-MM-dd')); nothing was changed."
}
$newHash = $new.GetCertHashString('SHA256')

# Looked at without trusting it: after the change the hash that was pinned is the old one.
$before = (Get-LicenseCertificate @place).CertHash
$isSame = [LicensingAdmin.ConnectionSettings]::IsSameHash($before, $newHash)
$changed = $false
if (-not $isSame -and $PSCmdlet.ShouldProcess("the certificate until $($new.NotAfter.ToString('yyyy-MM-dd'))", 'Use from now on')) {
    $null = Set-LicenseServerCertificate -Path $CertificatePath -KeyPath $KeyPath -Confirm:$false @connection
    $shown = (Get-LicenseCertificate @place).CertHash
    if (-not [LicensingAdmin.ConnectionSettings]::IsSameHash($shown, $newHash)) {
        throw "The server took the certificate, and still shows another one: $shown."
    }
    $changed = $true
}
[pscustomobject]@{
    PSTypeName = 'LicensingRunbook.ReplacedCertificate'
    Before     = $before
    After      = if ($changed) { $newHash } else { $before }
    Changed    = $changed
    NotAfter   = $new.NotAfter
}
