<#
.SYNOPSIS
    Tells people by mail or webhook when a feature is used above a threshold, and when it is over.

.DESCRIPTION
    Adds up the pools of each feature, without overdraft. One message goes out when a feature passes the threshold, and one when it
    is below it again; the state file remembers what was said, so that the runbook can run as often as a scheduler likes. A message
    that cannot be sent is an error and is tried again with the next run. Changes nothing on the server; a ReadOnly token suffices.

.PARAMETER Threshold
    Share in use, in percent.

.PARAMETER Feature
    Features, wildcards allowed; all unless given.

.PARAMETER StatePath
    File that remembers which features were above the threshold.

.PARAMETER Webhook
    Address that a JSON object is posted to: feature, installed, inUse, percent, threshold, state (Above or Below), server, text.

.PARAMETER MailServer
    Host of the mail server, with -MailFrom and -MailTo.

.PARAMETER MailPort
    Port of the mail server.

.PARAMETER MailFrom
    Sender.

.PARAMETER MailTo
    Recipients.

.PARAMETER Server
    Address of the web services; the environment variable LICENSING_SERVER unless given.

.PARAMETER CertHash
    SHA-256 hash of the certificate to trust; LICENSING_CERT_HASH unless given.

.PARAMETER Token
    Bearer token; LICENSING_TOKEN or the file that LICENSING_TOKEN_FILE names unless given.

.EXAMPLE
    ./Send-SeatUsageAlert.ps1 -Threshold 90 -StatePath ./alerts.json -Webhook https://chat.example.com/hooks/licenses

.EXAMPLE
    ./Send-SeatUsageAlert.ps1 -StatePath ./alerts.json -MailServer mail.example.com -MailFrom licenses@example.com -MailTo it@example.com -WhatIf
#>
[CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'Webhook')]
param(
    [ValidateRange(1, 1000)] [int] $Threshold = 90,
    [ValidateNotNullOrWhiteSpace()] [string[]] $Feature = '*',
    [Parameter(Mandatory)] [ValidateNotNullOrWhiteSpace()] [string] $StatePath,
    [Parameter(Mandatory, ParameterSetName = 'Webhook')]
    [ValidateScript({ $_.IsAbsoluteUri -and $_.Scheme -in 'http', 'https' }, ErrorMessage = "'{0}' is no address that begins with https:// or http://.")]
    [uri] $Webhook,
    [Parameter(Mandatory, ParameterSetName = 'Mail')] [ValidateNotNullOrWhiteSpace()] [string] $MailServer,
    [Parameter(ParameterSetName = 'Mail')] [ValidateRange(1, 65535)] [int] $MailPort = 25,
    [Parameter(Mandatory, ParameterSetName = 'Mail')] [mailaddress] $MailFrom,
    [Parameter(Mandatory, ParameterSetName = 'Mail')] [mailaddress[]] $MailTo,
    [ValidateNotNullOrWhiteSpace()] [string] $Server,
    [ValidateNotNullOrWhiteSpace()] [string] $CertHash,
    [securestring] $Token
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$connection = @{}
'Server', 'CertHash', 'Token' | Where-Object { $PSBoundParameters.ContainsKey($_) } | ForEach-Object { $connection[$_] = $PSBoundParameters[$_] }

function Send-Message([System.Collections.IDictionary] $Message) {
    if ($PSCmdlet.ParameterSetName -eq 'Webhook') {
        $body = [System.Text.Encoding]::UTF8.GetBytes(($Message | ConvertTo-Json -Compress))
        $null = Invoke-RestMethod -Uri $Webhook -Method Post -ContentType 'application/json; charset=utf-8' -Body $body -TimeoutSec 30
        return
    }
    $client = [System.Net.Mail.SmtpClient]::new($MailServer, $MailPort)
    $mail = [System.Net.Mail.MailMessage]::new()
    try {
        $client.Timeout = 30000
        $mail.From = $MailFrom
        $MailTo | ForEach-Object { $mail.To.Add($_) }
        $mail.Subject = $Message.text
        $mail.Body = ($Message.GetEnumerator() | ForEach-Object { "$($_.Key): $($_.Value)" }) -join "`r`n"
        $client.Send($mail)
    }
    catch {
        throw "The mail server ${MailServer}:$MailPort did not take the message: $($_.Exception.GetBaseException().Message)"
    }
    finally {
        $mail.Dispose()
        $client.Dispose()
    }
}

$stateFile = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($StatePath)
if (-not (Test-Path -LiteralPath (Split-Path -Parent $stateFile) -PathType Container)) {
    throw "There is no folder for the state file '$StatePath'; nothing was sent."
}
$above = [System.Collections.Generic.HashSet[string]]::new()
if (Test-Path -LiteralPath $stateFile) {
    try {
        foreach ($name in ([System.IO.File]::ReadAllText($stateFile) | ConvertFrom-Json).above) {
            $null = $above.Add($name)
        }
    }
    catch {
        throw "The state file '$StatePath' is not as this runbook wrote it; nothing was sent. Remove it to have everything said anew. $($_.Exception.Message)"
    }
}
foreach ($total in Get-LicenseInventory -Total -Feature $Feature @connection | Where-Object { -not $_.Uncounted }) {
    $name = $total.Feature
    $key = "$($total.Server) $name"
    $installed = $total.Installed
    $percent = $total.PercentInUse
    $state = if ($percent -ge $Threshold) { 'Above' } else { 'Below' }
    if (($state -eq 'Above') -eq $above.Contains($key)) {
        continue
    }
    $figure = $percent.ToString([cultureinfo]::InvariantCulture)
    $text = if ($state -eq 'Above') { "$name`: $figure % of $installed seats are in use" } else { "$name`: down to $figure % of $installed seats" }
    if ($PSCmdlet.ShouldProcess($text, 'Send')) {
        $message = [ordered]@{ feature = $name; installed = $installed; inUse = $total.InUse; percent = $percent; threshold = $Threshold; state = $state; server = $total.Server; text = $text }
        Send-Message $message
        $null = if ($state -eq 'Above') { $above.Add($key) } else { $above.Remove($key) }
        # After each message: what was said is not said again when a later one fails.
        $draft = "$stateFile.new"
        [System.IO.File]::WriteAllText($draft, (ConvertTo-Json @{ above = @($above) } -Compress))
        [System.IO.File]::Move($draft, $stateFile, $true)
        [pscustomobject] $message
    }
}
