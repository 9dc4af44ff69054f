<#
.SYNOPSIS
    Writes what proves compliance into one signed zip file: uploads, findings, license files, use, and the check of the audit.

.DESCRIPTION
    The file holds JSON documents, among them every upload byte for byte, a manifest with the SHA-256 of each document, and the signature
    of the manifest with the key of -CertificatePath. Test-ComplianceEvidence.ps1 checks it; openssl does, too:

        openssl x509 -in signer.pem -noout -pubkey > signer.pub
        openssl dgst -sha256 -verify signer.pub -signature manifest.sig manifest.json

    The file is replaced at once, so that the runbook can run again. Changes nothing on the server; a ReadOnly token suffices. The exit
    code is 0 when the audit is whole and there is no open violation, and 1 otherwise.

.PARAMETER Path
    File to write.

.PARAMETER CertificatePath
    Certificate of who signs, PEM. RSA and ECDSA keys are supported.

.PARAMETER KeyPath
    Private key of the certificate, PEM, without a password.

.PARAMETER Server
    Address of the web services; the environment variable LICENSING_SERVER unless given.

.PARAMETER CertHash
    SHA-256 hash of the certificate to trust; LICENSING_CERT_HASH unless given.

.PARAMETER Token
    Bearer token; LICENSING_TOKEN or the file that LICENSING_TOKEN_FILE names unless given.

.EXAMPLE
    ./Export-ComplianceEvidence.ps1 ./evidence.zip -CertificatePath ./signer.pem -KeyPath ./signer.key

.EXAMPLE
    ./Export-ComplianceEvidence.ps1 ./evidence.zip -CertificatePath ./signer.pem -KeyPath ./signer.key -WhatIf
#>
[CmdletBinding(SupportsShouldProcess)]
[OutputType([System.IO.FileInfo])]
param(
    [Parameter(Mandatory, Position = 0)] [ValidatePattern('\.zip$')] [string] $Path,
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
$signer = [System.Security.Cryptography.X509Certificates.X509Certificate2]::CreateFromPemFile(
    $PSCmdlet.GetUnresolvedProviderPathFromPSPath($CertificatePath), $PSCmdlet.GetUnresolvedProviderPathFromPSPath($KeyPath))
$rsa = [System.Security.Cryptography.X509Certificates.RSACertificateExtensions]::GetRSAPrivateKey($signer)
$ecdsa = [System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions]::GetECDsaPrivateKey($signer)
if (-not $rsa -and -not $ecdsa) {
    throw "The key of '$CertificatePath' is neither RSA nor ECDSA."
}

# The documents by the names that they have in the file.
$documents = [ordered]@{}

function Add-Document([string] $Name, [string] $Text) {
    $documents[$Name] = [System.Text.Encoding]::UTF8.GetBytes($Text)
}

function Add-Row([string] $Name, [object[]] $Rows) {
    Add-Document $Name (ConvertTo-Json -InputObject @($Rows) -Depth 8)
}

# A server without licenses is a fact like another.
function Get-Pool {
    try {
        Get-LicenseInventory @connection
    }
    catch {
        if ($_.FullyQualifiedErrorId -notlike 'NoInventory*') { throw }
    }
}

Add-Row 'server.json' (Get-LicenseServer @connection)
Add-Row 'license-files.json' (Get-LicenseFile @connection)
Add-Row 'inventory.json' (Get-Pool)
$findings = @(Get-LicenseComplianceFinding -IncludeResolved @connection)
Add-Row 'findings.json' $findings
$uploads = @(Get-LicenseUpload @connection)
Add-Row 'uploads.json' ($uploads | Select-Object -Property * -ExcludeProperty Document)
foreach ($upload in $uploads) {
    Add-Document "uploads/$($upload.State)-$($upload.Sequence).json" $upload.Document
}
$audit = @(Test-LicenseAudit @connection)
Add-Row 'audit-check.json' $audit
Add-Row 'administration.json' (Get-LicenseAudit -Vendor server -Newest 100000 @connection)

$sums = [ordered]@{}
foreach ($name in $documents.Keys) {
    $sums[$name] = [System.Convert]::ToHexString([System.Security.Cryptography.SHA256]::HashData($documents[$name])).ToLowerInvariant()
}
$manifest = [ordered]@{ made = [datetime]::UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", [cultureinfo]::InvariantCulture); signer = $signer.Subject; sha256 = $sums }
Add-Document 'manifest.json' (ConvertTo-Json $manifest -Depth 3)
$sha256 = [System.Security.Cryptography.HashAlgorithmName]::SHA256
$documents['manifest.sig'] = if ($rsa) {
    $rsa.SignData($documents['manifest.json'], $sha256, [System.Security.Cryptography.RSASignaturePadding]::Pkcs1)
}
else {
    $ecdsa.SignData($documents['manifest.json'], $sha256, [System.Security.Cryptography.DSASignatureFormat]::Rfc3279DerSequence)
}

$file = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path)
if ($PSCmdlet.ShouldProcess($file, "Write $($documents.Count) documents")) {
    $draft = "$file.new"
    $zip = [System.IO.Compression.ZipArchive]::new([System.IO.File]::Create($draft), [System.IO.Compression.ZipArchiveMode]::Create)
    try {
        foreach ($name in $documents.Keys) {
            $stream = $zip.CreateEntry($name).Open()
            $stream.Write($documents[$name], 0, $documents[$name].Length)
            $stream.Dispose()
        }
    }
    finally {
        $zip.Dispose()
    }
    [System.IO.File]::Move($draft, $file, $true)
    Get-Item -LiteralPath $file
}
exit [int] [bool] (@($audit | Where-Object { -not $_.Whole }) + @($findings | Where-Object { $_.Severity -eq 'Violation' -and $_.State -eq 'Open' }))
