function New-CimSession {
    <#
    .SYNOPSIS
        Makes a session for Get-CimInstance.

    .DESCRIPTION
        Remembers where and as whom to ask. Nothing is sent before the first query, unless the certificate of the server is to
        be trusted as it is.

    .PARAMETER ComputerName
        Hosts; a port may follow a colon. Without it the server of the default session.

    .PARAMETER Credential
        Account and password.

    .PARAMETER Authentication
        Basic; any other name uses NTLM.

    .PARAMETER SessionOption
        Options from New-CimSessionOption.

    .PARAMETER Port
        Port of the server. 5985 is HTTP, where NTLM encrypts each message.

    .PARAMETER Name
        Name of the session.

    .PARAMETER OperationTimeoutSec
        Longest time for each request.

    .PARAMETER SkipTestConnection
        Accepted; connections are not tested.

    .EXAMPLE
        $session = New-CimSession -ComputerName licsrv01 -Credential monitor -Authentication Basic
        Get-CimInstance -CimSession $session -Namespace root\CitrixLicensing -ClassName Citrix_GT_License_Pool

        Asks for the pools over a session.

    .OUTPUTS
        A session.
    #>
    [System.Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'As the command of Windows.')]
    [CmdletBinding()]
    param(
        [Parameter(Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [Alias('CN', 'ServerName')]
        [string[]] $ComputerName = @(''),

        [Parameter(Position = 1)]
        [System.Management.Automation.Credential()]
        [pscredential] $Credential = [pscredential]::Empty,

        [ValidateSet('Default', 'Basic', 'Digest', 'Negotiate', 'Kerberos', 'NtlmDomain', 'CredSsp')]
        [string] $Authentication = 'Default',

        [psobject] $SessionOption,

        [uint32] $Port,

        [string] $Name,

        [Alias('OT')]
        [uint32] $OperationTimeoutSec,

        [switch] $SkipTestConnection
    )

    process {
        if ($SessionOption -and $SessionOption.Protocol -eq 'Dcom') {
            $PSCmdlet.WriteVerbose('DCOM is not available; the session uses WS-Management.')
        }
        foreach ($computer in $ComputerName) {
            $address = if ($computer -and $Port) { "${computer}:$Port" } else { $computer }
            $way = if ($Authentication -in 'Default', 'Basic') { '' } else { 'Negotiate' }
            $target = ConvertTo-CompatTarget -ComputerName $address -Credential $Credential -Authentication $way
            if ($OperationTimeoutSec) {
                $target['TimeoutSeconds'] = [int] $OperationTimeoutSec
            }
            if ($SessionOption -and $SessionOption.SkipCACheck -and $target.ContainsKey('WmiServer') -and -not $target.ContainsKey('NoTls')) {
                $shown = "https://$($address -replace '^https://')"
                if ($shown -notmatch ':\d+$') {
                    $shown += ':5986'
                }
                $target['CertHash'] = (LicensingAdmin\Get-LicCertificate -AdminAddress $shown).CertHash
                $PSCmdlet.WriteVerbose("The certificate $($target['CertHash']) is trusted for this session.")
            }
            $script:LastCimSession++
            $session = [pscustomobject]@{
                PSTypeName   = 'Microsoft.Management.Infrastructure.CimSession'
                Id           = $script:LastCimSession
                Name         = if ($Name) { $Name } else { "CimSession$script:LastCimSession" }
                InstanceId   = [guid]::NewGuid()
                ComputerName = if ($computer) { $computer -replace ':\d+$' } else { 'localhost' }
                Protocol     = 'WSMAN'
            }
            $session.PSObject.Properties.Add([psnoteproperty]::new('LicensingTarget', $target))
            $script:CimSessions.Add($session)
            $session
        }
    }
}
