<#
.SYNOPSIS
    Creates a read-only token for a monitoring system and stores it in a file that only its owner can read.

.PARAMETER Path
    File for the token; it must not exist.

.PARAMETER Name
    Name of the token, to find it again in Get-LicenseToken.

.PARAMETER Server
    Address of the web services, such as https://licserver.example.net:8083.

.PARAMETER CertHash
    SHA-256 hash of the certificate to trust, as 'licensingd init' shows it.

.PARAMETER Credential
    Account with Full permission and its password.

.EXAMPLE
    ./New-MonitoringToken.ps1 ./monitoring.token -Server https://licserver.example.net:8083 -CertHash $hash -Credential admin
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory, Position = 0)] [string] $Path,
    [string] $Name = 'monitoring',
    [Parameter(Mandatory)] [string] $Server,
    [Parameter(Mandatory)] [string] $CertHash,
    [Parameter(Mandatory)] [System.Management.Automation.Credential()] [pscredential] $Credential
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$file = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path)
# Looked at before there is a token whose secret would be lost.
if (Test-Path -LiteralPath $file) {
    throw "The file '$Path' exists; no token was made."
}
if (-not (Test-Path -LiteralPath (Split-Path -Parent $file) -PathType Container)) {
    throw "There is no folder for the file '$Path'; no token was made."
}
$session = Connect-LicenseServer $Server -CertHash $CertHash -Credential $Credential -NotDefault -PassThru
try {
    $token = New-LicenseToken $Name -Permission ReadOnly -Session $session
    if ($token) {
        # The mode is set before the secret is written. On Windows the access list of the folder counts.
        $options = [System.IO.FileStreamOptions]@{ Mode = 'CreateNew'; Access = 'Write' }
        if (-not $IsWindows) {
            $options.UnixCreateMode = 'UserRead, UserWrite'
        }
        $writer = [System.IO.StreamWriter]::new($file, $options)
        try {
            $writer.WriteLine((ConvertFrom-SecureString $token.Secret -AsPlainText))
        }
        finally {
            $writer.Dispose()
        }
        Get-Item -LiteralPath $file
    }
}
finally {
    Disconnect-LicenseServer $session
}
