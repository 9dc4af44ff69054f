<#
.SYNOPSIS
    Checks a file that Export-ComplianceEvidence.ps1 wrote: the signature, and every document against the manifest.

.DESCRIPTION
    Returns a row for the signature and one for each document, with its SHA-256. The exit code is 0 when all of them are as they were
    signed, and 1 otherwise. A name that the file has twice is a failure: programs would not agree on which of the two it is. Needs no
    server.

.PARAMETER Path
    The file.

.PARAMETER CertificatePath
    Certificate of who is to have signed it, PEM.

.EXAMPLE
    ./Test-ComplianceEvidence.ps1 ./evidence.zip -CertificatePath ./signer.pem

.EXAMPLE
    ./Test-ComplianceEvidence.ps1 ./evidence.zip -CertificatePath ./signer.pem | Where-Object Status -NE 'Passed'
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory, Position = 0)] [ValidateNotNullOrWhiteSpace()] [string] $Path,
    [Parameter(Mandatory)] [ValidateNotNullOrWhiteSpace()] [string] $CertificatePath
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# Larger documents are refused rather than unpacked.
$most = 256MB
$certificate = [System.Security.Cryptography.X509Certificates.X509Certificate2]::CreateFromPem([System.IO.File]::ReadAllText($PSCmdlet.GetUnresolvedProviderPathFromPSPath($CertificatePath)))
$results = [System.Collections.Generic.List[object]]::new()
$file = (Get-Item -LiteralPath $Path).FullName
# By their names, which differ by the case of letters, too.
$documents = [hashtable]::new([System.StringComparer]::Ordinal)

function Get-Sum([string] $Document) {
    if ($null -ne $documents[$Document]) {
        [System.Convert]::ToHexString([System.Security.Cryptography.SHA256]::HashData($documents[$Document])).ToLowerInvariant()
    }
}

function Add-Result([string] $Document, [bool] $Passed, [string] $Detail) {
    $results.Add([pscustomobject]@{
            PSTypeName = 'LicensingRunbook.EvidenceCheck'
            Document   = $Document
            Status     = if ($Passed) { 'Passed' } else { 'Failed' }
            Detail     = $Detail
            Sha256     = Get-Sum $Document
            Path       = $file
        })
}

$zip = try {
    [System.IO.Compression.ZipFile]::OpenRead($file)
}
catch [System.IO.InvalidDataException] {
    throw "'$Path' is no zip file: $($_.Exception.GetBaseException().Message)"
}
try {
    foreach ($entry in $zip.Entries) {
        if ($entry.Length -gt $most) {
            throw "The document '$($entry.FullName)' has $($entry.Length) bytes, more than $most."
        }
        if ($documents.ContainsKey($entry.FullName)) {
            Add-Result $entry.FullName $false 'twice in the file'
            continue
        }
        $memory = [System.IO.MemoryStream]::new()
        $stream = $entry.Open()
        $stream.CopyTo($memory)
        $stream.Dispose()
        $documents[$entry.FullName] = $memory.ToArray()
    }
}
finally {
    $zip.Dispose()
}

$isSigned = $false
if ($documents['manifest.json'] -and $documents['manifest.sig']) {
    $sha256 = [System.Security.Cryptography.HashAlgorithmName]::SHA256
    $rsa = [System.Security.Cryptography.X509Certificates.RSACertificateExtensions]::GetRSAPublicKey($certificate)
    $ecdsa = [System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions]::GetECDsaPublicKey($certificate)
    $isSigned = if ($rsa) {
        $rsa.VerifyData($documents['manifest.json'], $documents['manifest.sig'], $sha256, [System.Security.Cryptography.RSASignaturePadding]::Pkcs1)
    }
    elseif ($ecdsa) {
        $ecdsa.VerifyData($documents['manifest.json'], $documents['manifest.sig'], $sha256, [System.Security.Cryptography.DSASignatureFormat]::Rfc3279DerSequence)
    }
}
Add-Result 'manifest.json' $isSigned $(if ($isSigned) { "signed by $($certificate.Subject)" } else { 'not signed by this certificate' })
if ($isSigned) {
    $sums = ([System.Text.Encoding]::UTF8.GetString($documents['manifest.json']) | ConvertFrom-Json).sha256
    foreach ($property in $sums.PSObject.Properties) {
        $sum = Get-Sum $property.Name
        $isSame = $null -ne $sum -and $sum -eq $property.Value
        Add-Result $property.Name $isSame $(if ($isSame) { 'as signed' } elseif ($null -eq $sum) { 'missing' } else { 'changed' })
    }
    foreach ($name in $documents.get_Keys() | Where-Object { $_ -cnotin 'manifest.json', 'manifest.sig' -and $_ -cnotin $sums.PSObject.Properties.Name }) {
        Add-Result $name $false 'not signed'
    }
}
$results
exit [int] ($results.Status -contains 'Failed')
