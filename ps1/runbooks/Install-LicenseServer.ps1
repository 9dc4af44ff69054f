<#
.SYNOPSIS
    Makes a license server from nothing: data folder, first administrator, trusted issuers, license files and options files.

.DESCRIPTION
    Calls 'licensingd init' where there is no data folder yet, and copies what is missing or differs. Running it again changes nothing,
    and repairs what was removed; a data folder that exists keeps its settings, certificate and accounts. Start the server with its
    service afterwards; one that runs reads copied files at once.

    Returns the data folder, the certificate and its hash for clients to trust, whether the folder was made, and the files that were
    copied. Run it as the account that the server runs as.

.PARAMETER DataPath
    Data folder of the server.

.PARAMETER PasswordFile
    File whose first line is the password of the first administrator; read only when the data folder is made.

.PARAMETER Administrator
    Name of the first administrator.

.PARAMETER HostName
    Name that license files are bound to; the machine's own unless given.

.PARAMETER Listen
    Address of all ports; loopback unless given. Elsewhere products need TLS and a token.

.PARAMETER Port
    Port of the license manager; 0 takes any free one.

.PARAMETER VendorPort
    Port of the first vendor daemon; 0 takes any free one.

.PARAMETER WebPort
    Port of the web services; 0 takes any free one.

.PARAMETER Issuer
    Public keys (.pub) of the issuers to trust.

.PARAMETER LicenseFile
    License files (.lic) and options files (VENDOR.opt) to install.

.PARAMETER Program
    The program licensingd; found on the search path unless given.

.EXAMPLE
    ./Install-LicenseServer.ps1 /var/lib/licensing -PasswordFile /run/secrets/admin -Issuer ./acme.pub -LicenseFile ./acme.lic, ./ACME.opt

.EXAMPLE
    ./Install-LicenseServer.ps1 /var/lib/licensing -PasswordFile /run/secrets/admin -Listen 0.0.0.0 -WhatIf
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory, Position = 0)] [ValidateNotNullOrWhiteSpace()] [string] $DataPath,
    [Parameter(Mandatory)] [ValidateNotNullOrWhiteSpace()] [string] $PasswordFile,
    [ValidateNotNullOrWhiteSpace()] [string] $Administrator = 'admin',
    [ValidateNotNullOrWhiteSpace()] [string] $HostName,
    [ValidateNotNullOrWhiteSpace()] [string] $Listen,
    [ValidateRange(0, 65535)] [int] $Port,
    [ValidateRange(0, 65535)] [int] $VendorPort,
    [ValidateRange(0, 65535)] [int] $WebPort,
    [ValidateNotNullOrWhiteSpace()] [string[]] $Issuer,
    [ValidateNotNullOrWhiteSpace()] [string[]] $LicenseFile,
    [ValidateNotNullOrWhiteSpace()] [string] $Program = 'licensingd'
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$data = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($DataPath)
# Everything is looked at before anything is made.
foreach ($path in @($Issuer) + @($LicenseFile) | Where-Object { $_ }) {
    if (-not (Test-Path -LiteralPath $path -PathType Leaf)) {
        throw "There is no file '$path'; nothing was done."
    }
}
$isNew = -not (Test-Path -LiteralPath (Join-Path $data 'licensingd.toml'))
$made = $isNew -and $PSCmdlet.ShouldProcess($data, 'Make the data folder of a license server')
if ($made) {
    $arguments = @('init', '--data', $data, '--administrator', $Administrator, '--password-file', $PSCmdlet.GetUnresolvedProviderPathFromPSPath($PasswordFile))
    $options = @{ HostName = '--host-name'; Listen = '--listen'; Port = '--port'; VendorPort = '--vendor-port'; WebPort = '--web-port' }
    foreach ($name in $options.Keys | Where-Object { $PSBoundParameters.ContainsKey($_) }) {
        $arguments += $options[$name], "$($PSBoundParameters[$name])"
    }
    $said = & $Program @arguments 2>&1
    if ($LASTEXITCODE -ne 0) {
        throw "licensingd init ended with exit code ${LASTEXITCODE}: $($said -join ' ')"
    }
}

# Copies what is missing or differs; the file appears whole or not at all.
function Copy-Changed([string[]] $Path, [string] $Folder) {
    foreach ($one in $Path | Where-Object { $_ }) {
        $from = (Get-Item -LiteralPath $one).FullName
        $to = Join-Path (Join-Path $data $Folder) (Split-Path -Leaf $from)
        $isThere = (Test-Path -LiteralPath $to) -and (Get-FileHash -LiteralPath $from).Hash -eq (Get-FileHash -LiteralPath $to).Hash
        if (-not $isThere -and $PSCmdlet.ShouldProcess($to, 'Copy')) {
            $draft = "$to.new"
            [System.IO.File]::Copy($from, $draft, $true)
            [System.IO.File]::Move($draft, $to, $true)
            $to
        }
    }
}

$copied = @(
    Copy-Changed $Issuer 'trust'
    Copy-Changed $LicenseFile 'licenses'
)
$certificate = Join-Path $data 'tls/server.crt'
[pscustomobject]@{
    PSTypeName      = 'LicensingRunbook.InstalledServer'
    DataPath        = $data
    CertificatePath = $certificate
    CertHash        = if (Test-Path -LiteralPath $certificate) {
        $raw = [System.Security.Cryptography.X509Certificates.X509Certificate2]::CreateFromPem([System.IO.File]::ReadAllText($certificate))
        $raw.GetCertHashString('SHA256')
    }
    Made            = $made
    Copied          = $copied
}
