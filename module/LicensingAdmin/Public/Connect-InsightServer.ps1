function Connect-InsightServer {
    <#
    .SYNOPSIS
        Opens a session with Insight Services.

    .DESCRIPTION
        Checks address, certificate and token at once and makes the session the default one for the other commands whose noun
        begins with Insight. Sessions with license servers are apart from it.

        Connecting again with the same address and account goes on with the same session. When nothing can be connected, or a
        parameter is refused, no default session is left.

        The certificate is usually self-signed: pin it with -CertHash, name its authority with -CaFile, have it signed by an
        authority that the operating system trusts, or trust it on first use. Without these the environment variables
        INSIGHT_CERT_HASH and INSIGHT_CA_FILE count. The environment also serves where nothing is given for the address
        (INSIGHT_SERVER), the token (INSIGHT_TOKEN, INSIGHT_TOKEN_FILE) and the timeout (INSIGHT_TIMEOUT). Proxies of the
        environment are never used.

    .PARAMETER Server
        Addresses of Insight Services: https://host:8443, host:port, or the host alone for port 8443. All are connected at the
        same time.

    .PARAMETER Credential
        The token as password; the account name does not matter.

    .PARAMETER Token
        Token of an account, as New-InsightAccount or insightd account add returns it.

    .PARAMETER CertHash
        SHA-256 hash of the one certificate to trust, as insightd init shows it.

    .PARAMETER CaFile
        File in PEM form with the authorities to trust.

    .PARAMETER TrustOnFirstUse
        Trusts the certificate that is shown the first time, says its hash in a warning, and remembers it as
        Connect-LicenseServer does.

    .PARAMETER TimeoutSeconds
        Longest time for one operation, in seconds; 100 unless given. Connecting takes at most 10 of them.

    .PARAMETER NotDefault
        Leaves the default session as it is; the new one is used where -Session names it.

    .PARAMETER PassThru
        Returns the sessions.

    .PARAMETER UnknownArgument
        Takes what no parameter is meant for, only to refuse it: the default session of before must not outlive a mistyped call.

    .EXAMPLE
        $token = Read-Host 'Token' -AsSecureString
        Connect-InsightServer https://insight.example.com:8443 -CertHash $hash -Token $token

        Opens the default session with the one certificate that insightd init showed.

    .EXAMPLE
        $session = Connect-InsightServer insight.example.com -CaFile ./ca.pem -Token $token -NotDefault -PassThru
        Get-InsightServer -Session $session

        Opens a further session and uses it by name.

    .INPUTS
        System.String, or objects with the properties Server and CertHash.

    .OUTPUTS
        None; with -PassThru LicensingAdmin.LicensingSession.

    .LINK
        Disconnect-InsightServer

    .LINK
        New-InsightAccount

    .LINK
        about_Licensing_Insight
    #>
    [CmdletBinding(DefaultParameterSetName = 'Environment')]
    [OutputType([LicensingAdmin.LicensingSession])]
    param(
        # Blank values pass here and are refused below: a default session of before must not outlive them.
        [Parameter(Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [Alias('ComputerName')]
        [LicensingAdmin.Connecting(Service = 'Insight')]
        [string[]] $Server,

        [Parameter(Mandatory, Position = 1, ParameterSetName = 'Credential')]
        [Alias('Credentials')]
        [System.Management.Automation.Credential()]
        [LicensingAdmin.Connecting(Service = 'Insight')]
        [pscredential] $Credential,

        [Parameter(Mandatory, ParameterSetName = 'Token')]
        [AllowNull()]
        [LicensingAdmin.Connecting(Service = 'Insight')]
        [securestring] $Token,

        [Parameter(ValueFromPipelineByPropertyName)]
        [LicensingAdmin.Connecting(Service = 'Insight')]
        [string] $CertHash,

        [LicensingAdmin.Connecting(Service = 'Insight')]
        [string] $CaFile,

        [LicensingAdmin.Connecting(Service = 'Insight')]
        [switch] $TrustOnFirstUse,

        [ValidateRange(1, 86400)]
        [LicensingAdmin.Connecting(Service = 'Insight')]
        [int] $TimeoutSeconds,

        [LicensingAdmin.Connecting(Service = 'Insight', KeepsDefault = $true)]
        [switch] $NotDefault,

        [LicensingAdmin.Connecting(Service = 'Insight')]
        [switch] $PassThru,

        [Parameter(ValueFromRemainingArguments, DontShow)]
        [LicensingAdmin.Connecting(Service = 'Insight')]
        [object[]] $UnknownArgument
    )

    begin {
        Initialize-LicensingConnect -Cmdlet $PSCmdlet -Service Insight -NotDefault:$NotDefault
        $wanted = [System.Collections.Generic.List[LicensingAdmin.ConnectionSettings]]::new()
    }

    process {
        foreach ($setting in Get-LicensingConnectSetting -Cmdlet $PSCmdlet -Service Insight) {
            $wanted.Add($setting)
        }
    }

    end {
        Complete-LicensingConnect -Cmdlet $PSCmdlet -Service Insight -Settings $wanted -TrustOnFirstUse:$TrustOnFirstUse -NotDefault:$NotDefault -PassThru:$PassThru
    }

    clean {
        [LicensingAdmin.SessionList]::Of('Insight').EndConnect()
    }
}
