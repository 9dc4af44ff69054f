<#
.SYNOPSIS
    Moves a license server to another machine, in three steps: saves it, restores it, and checks that nothing is served twice.

.DESCRIPTION
    -Save makes a checked archive of a server, running or not. -Restore makes a data folder of an archive on the new machine; a
    folder that already has the server of this archive is left as it is, so that the runbook can run again. -Compare asks both servers
    which serial numbers they have in common: until the old server is stopped, or its license files are removed, every one of them is
    served twice. The exit code of -Compare is 1 while there is one, and 0 afterwards.

    -Compare also lists the pools that the new server does not serve, with the reason: a license file that is bound to the old machine has to
    be issued again for the new one. -Save and -Restore run as the server's account on its machine; -Compare needs a token that counts at both
    servers, or the sessions that are open with them.

.PARAMETER Save
    Saves the server of -DataPath to -Archive.

.PARAMETER Restore
    Makes -DataPath of -Archive.

.PARAMETER Compare
    Compares the servers -From and -To.

.PARAMETER DataPath
    Data folder of the server.

.PARAMETER Archive
    The archive. One that exists is never replaced.

.PARAMETER WithKey
    Saves the certificate and the keys too, so that clients go on without a change. Who has such an archive can pass for the server.

.PARAMETER Program
    The program licensingd; found on the search path unless given.

.PARAMETER From
    Address of the old server.

.PARAMETER To
    Address of the new server.

.PARAMETER CertHash
    SHA-256 hashes of the certificates of the old and the new server; LICENSING_CERT_HASH for both unless given.

.PARAMETER Token
    Bearer token; LICENSING_TOKEN or the file that LICENSING_TOKEN_FILE names unless given.

.EXAMPLE
    ./Move-LicenseServer.ps1 -Save -DataPath /var/lib/licensing -Archive ./licensing.tar -WithKey

.EXAMPLE
    ./Move-LicenseServer.ps1 -Restore -Archive ./licensing.tar -DataPath /var/lib/licensing

.EXAMPLE
    ./Move-LicenseServer.ps1 -Compare -From old.example.net -To new.example.net -CertHash $oldHash, $newHash
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory, ParameterSetName = 'Save')] [switch] $Save,
    [Parameter(Mandatory, ParameterSetName = 'Restore')] [switch] $Restore,
    [Parameter(Mandatory, ParameterSetName = 'Compare')] [switch] $Compare,
    [Parameter(Mandatory, ParameterSetName = 'Save')] [Parameter(Mandatory, ParameterSetName = 'Restore')] [ValidateNotNullOrWhiteSpace()] [string] $DataPath,
    [Parameter(Mandatory, ParameterSetName = 'Save')] [Parameter(Mandatory, ParameterSetName = 'Restore')] [ValidateNotNullOrWhiteSpace()] [string] $Archive,
    [Parameter(ParameterSetName = 'Save')] [switch] $WithKey,
    [Parameter(ParameterSetName = 'Save')] [Parameter(ParameterSetName = 'Restore')] [ValidateNotNullOrWhiteSpace()] [string] $Program = 'licensingd',
    [Parameter(Mandatory, ParameterSetName = 'Compare')] [ValidateNotNullOrWhiteSpace()] [string] $From,
    [Parameter(Mandatory, ParameterSetName = 'Compare')] [ValidateNotNullOrWhiteSpace()] [string] $To,
    [Parameter(ParameterSetName = 'Compare')] [ValidateCount(2, 2)] [ValidateNotNullOrWhiteSpace()] [string[]] $CertHash,
    [Parameter(ParameterSetName = 'Compare')] [securestring] $Token
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

function Invoke-Server([string[]] $Arguments) {
    $said = & $Program @Arguments 2>&1
    if ($LASTEXITCODE -ne 0) {
        throw "licensingd $($Arguments[0]) ended with exit code ${LASTEXITCODE}: $($said -join ' ')"
    }
}

function Get-Step([string] $Step, [string] $Path, [bool] $Done) {
    [pscustomobject]@{ PSTypeName = 'LicensingRunbook.MoveStep'; Step = $Step; Path = $Path; Done = $Done }
}

# What one of the two servers has.
function Get-Pool([string] $Address, [int] $At) {
    $connection = @{ Server = $Address }
    if ($CertHash) {
        $connection['CertHash'] = $CertHash[$At]
    }
    if ($Token) {
        $connection['Token'] = $Token
    }
    try {
        Get-LicenseInventory @connection
    }
    catch {
        # A server without pools has nothing in common with another.
        if ($_.FullyQualifiedErrorId -notlike 'NoInventory*') { throw }
    }
}

if ($Save) {
    $file = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Archive)
    $done = -not (Test-Path -LiteralPath $file) -and $PSCmdlet.ShouldProcess($file, "Save the license server of $DataPath")
    if ($done) {
        Invoke-Server (@('backup', '--data', $PSCmdlet.GetUnresolvedProviderPathFromPSPath($DataPath), '--output', $file) + @(if ($WithKey) { '--with-keys' }))
    }
    if (Test-Path -LiteralPath $file) {
        Invoke-Server @('restore', '--verify', $file)
    }
    Get-Step 'Save' $file $done
    return
}
if ($Restore) {
    $file = (Get-Item -LiteralPath $Archive).FullName
    $data = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($DataPath)
    $mark = Join-Path $data 'restored-from.sha256'
    $hash = (Get-FileHash -LiteralPath $file).Hash.ToLowerInvariant()
    $isThere = (Test-Path -LiteralPath $mark) -and [System.IO.File]::ReadAllText($mark).Trim() -eq $hash
    $done = -not $isThere -and $PSCmdlet.ShouldProcess($data, "Make the data folder of $file")
    if ($done) {
        Invoke-Server @('restore', $file, '--data', $data)
        [System.IO.File]::WriteAllText($mark, "$hash`n")
    }
    Get-Step 'Restore' $data $done
    return
}

$old = @(Get-Pool $From 0 | ForEach-Object { $_.SerialNumbers })
$new = @(Get-Pool $To 1)
$duplicates = 0
foreach ($pool in $new) {
    $twice = @($pool.SerialNumbers | Where-Object { $_ -and $_ -in $old })
    $duplicates += $twice.Count
    if ($twice -or $pool.Status -ne 'Serving') {
        [pscustomobject]@{
            PSTypeName    = 'LicensingRunbook.MovedPool'
            Feature       = $pool.Feature
            Version       = $pool.Version
            Status        = $pool.Status
            SerialNumbers = $twice
            Server        = $pool.Server
        }
    }
}
exit [int] ($duplicates -gt 0)
