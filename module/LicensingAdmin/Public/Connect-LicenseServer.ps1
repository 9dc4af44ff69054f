function Connect-LicenseServer {
    <#
    .SYNOPSIS
        Opens a session with a license server.

    .DESCRIPTION
        Checks address, certificate and credentials at once and makes the session the default one for the other
        commands. Several servers can be given; those that answer are connected, the others give an error each.

        Connecting again with the same server and account goes on with the same session. When no server can be connected, or
        a parameter is refused, no default session is left, so that what follows does not reach another server by mistake.

        A server that cannot be connected is a non-terminating error beside those that can. When none of the servers can
        be connected the error is terminating, unless -ErrorAction or $ErrorActionPreference says otherwise.

        The certificate of a license server is usually self-signed. Pin it with -CertHash, name its authority with
        -CaFile, have it signed by an authority that the operating system trusts, or trust it on first use. Without
        these the environment variables LICENSING_CERT_HASH and LICENSING_CA_FILE count, then the file of the servers
        that were trusted on first use. The environment also serves where nothing is given for the server
        (LICENSING_SERVER), the credentials (LICENSING_TOKEN, LICENSING_TOKEN_FILE, or LICENSING_ACCOUNT with
        LICENSING_PASSWORD_FILE) and the timeout (LICENSING_TIMEOUT), as for the licensing command. Proxies of the
        environment are never used.

    .PARAMETER Server
        Addresses of web services: https://host:8083, host:port, or the host alone for port 8083; Get-LicLocation finds
        them. All are connected at the same time.

    .PARAMETER Credential
        Account and password at the license server.

    .PARAMETER Token
        Secret of a bearer token, as New-LicenseToken returns it.

    .PARAMETER CertHash
        SHA-256 hash of the one certificate to trust, as Get-LicenseCertificate shows it.

    .PARAMETER CaFile
        File in PEM form with the authorities to trust.

    .PARAMETER TrustOnFirstUse
        Trusts the certificate that a server shows the first time, says its hash in a warning, and remembers it in a file
        (known_servers in the folder licensing of the user's application data, or the file that LICENSING_KNOWN_SERVERS
        names). Another certificate of the same server is refused later.

    .PARAMETER TimeoutSeconds
        Longest time for one operation, in seconds; 100 unless given. Connecting takes at most 10 of them.

    .PARAMETER NotDefault
        Leaves the default session as it is; the new one is used where -Session names it.

    .PARAMETER PassThru
        Returns the sessions.

    .PARAMETER UnknownArgument
        Takes what no parameter is meant for, only to refuse it: the default session of before must not outlive a mistyped call.

    .EXAMPLE
        $certificate = Get-LicenseCertificate https://lic1.example.net:8083
        Connect-LicenseServer https://lic1.example.net:8083 -Credential (Get-Credential) -CertHash $certificate.CertHash

        Asks for account and password and opens the default session. Compare the hash with the one on the server
        before trusting it.

    .EXAMPLE
        Import-Csv ./servers.csv | Connect-LicenseServer -Credential (Get-Credential)

        Connects all servers of a table with the columns Server and CertHash at the same time.

    .EXAMPLE
        $both = Connect-LicenseServer lic1.example.net, lic2.example.net -Token $token -CaFile ./ca.pem -PassThru
        Get-LicenseInventory -Session $both

        Opens sessions with two servers and lists the inventory of both.

    .INPUTS
        System.String, or objects with the properties Server and CertHash.

    .OUTPUTS
        None; with -PassThru LicensingAdmin.LicensingSession.

    .LINK
        Disconnect-LicenseServer

    .LINK
        Get-LicenseServer

    .LINK
        Get-LicenseCertificate

    .LINK
        New-LicenseToken

    .LINK
        about_Licensing_Sessions
    #>
    [CmdletBinding(DefaultParameterSetName = 'Environment')]
    [OutputType([LicensingAdmin.LicensingSession])]
    param(
        # Blank values pass here and are refused below: a default session of before must not outlive them.
        [Parameter(Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [Alias('AdminAddress', 'ComputerName')]
        [LicensingAdmin.Connecting()]
        [string[]] $Server,

        [Parameter(Mandatory, Position = 1, ParameterSetName = 'Credential')]
        [Alias('Credentials')]
        [System.Management.Automation.Credential()]
        [LicensingAdmin.Connecting()]
        [pscredential] $Credential,

        [Parameter(Mandatory, ParameterSetName = 'Token')]
        [AllowNull()]
        [LicensingAdmin.Connecting()]
        [securestring] $Token,

        [Parameter(ValueFromPipelineByPropertyName)]
        [LicensingAdmin.Connecting()]
        [string] $CertHash,

        [LicensingAdmin.Connecting()]
        [string] $CaFile,

        [LicensingAdmin.Connecting()]
        [switch] $TrustOnFirstUse,

        [ValidateRange(1, 86400)]
        [LicensingAdmin.Connecting()]
        [int] $TimeoutSeconds,

        [LicensingAdmin.Connecting(KeepsDefault = $true)]
        [switch] $NotDefault,

        [LicensingAdmin.Connecting()]
        [switch] $PassThru,

        [Parameter(ValueFromRemainingArguments, DontShow)]
        [LicensingAdmin.Connecting()]
        [object[]] $UnknownArgument
    )

    begin {
        $list = [LicensingAdmin.SessionList]::Current
        if (-not $NotDefault) {
            $list.SetDefault(@())
        }
        if ($UnknownArgument) {
            $PSCmdlet.ThrowTerminatingError((New-LicensingErrorRecord -Code 'InvalidRequest' -Category InvalidArgument -Target $UnknownArgument `
                        -Message "No parameter is meant for: $UnknownArgument." -Action 'See Get-Help Connect-LicenseServer for the parameters.'))
        }
        # A table may have servers without a hash; who types one means one.
        foreach ($name in 'CertHash', 'CaFile') {
            if ($PSBoundParameters.ContainsKey($name) -and [string]::IsNullOrWhiteSpace($PSBoundParameters[$name])) {
                $PSCmdlet.ThrowTerminatingError((New-LicensingErrorRecord -Code 'InvalidRequest' -Category InvalidArgument -Target $name `
                            -Message "The value of the parameter $name is blank." -Action 'Give a value, or leave the parameter out.'))
            }
        }
        if ($CertHash -and $CaFile) {
            $PSCmdlet.ThrowTerminatingError((New-LicensingErrorRecord -Code 'InvalidRequest' -Category InvalidArgument -Target $CaFile `
                        -Message 'CertHash and CaFile exclude each other.' -Action 'Give one of the two.'))
        }
        $wanted = [System.Collections.Generic.List[LicensingAdmin.ConnectionSettings]]::new()
    }

    process {
        $addresses = @(if ($null -ne $Server) { $Server } else { [LicensingAdmin.ConnectionSettings]::EnvironmentServer })
        foreach ($address in $addresses) {
            if ([string]::IsNullOrWhiteSpace($address)) {
                $PSCmdlet.ThrowTerminatingError((New-LicensingErrorRecord -Code 'InvalidRequest' -Category InvalidArgument -Target 'Server' `
                            -Message 'The parameter Server names no license server.' -Action 'Give an address, or leave it out and set LICENSING_SERVER.'))
            }
            $wanted.Add([LicensingAdmin.ConnectionSettings]@{
                    Server         = $address
                    Credential     = $Credential
                    Token          = $Token
                    CertHash       = $CertHash
                    CaFile         = $CaFile ? $PSCmdlet.GetUnresolvedProviderPathFromPSPath($CaFile) : ''
                    TimeoutSeconds = $TimeoutSeconds
                })
        }
    }

    end {
        $failures = [System.Collections.Generic.List[System.Management.Automation.ErrorRecord]]::new()
        $outcome = @{ Held = $failures }
        $firstUse = @(if ($TrustOnFirstUse) { Set-LicensingFirstTrust -Cmdlet $PSCmdlet -Settings $wanted -Outcome $outcome })
        $connected = @(Open-LicensingSession -Cmdlet $PSCmdlet -Settings $wanted -Outcome $outcome)
        foreach ($settings in $firstUse) {
            if ($connected | Where-Object { $_.IsWith($settings.Server) }) {
                [LicensingAdmin.KnownServers]::Add($settings.Server, $settings.CertHash)
                $PSCmdlet.WriteWarning("The certificate of $($settings.Server) is trusted from now on: $($settings.CertHash). Compare it with the hash that licensingd init showed.")
            }
        }
        $sessions = @($connected | ForEach-Object { $list.Add($_) })
        if (-not $NotDefault) {
            $list.SetDefault($sessions)
        }
        $list.EndConnect()
        if ($PassThru) {
            $sessions
        }
        # Who connects nothing cannot go on, unless they said that they would.
        $endsAll = $sessions.Count -eq 0 -and $ErrorActionPreference -eq 'Continue' -and -not $PSBoundParameters.ContainsKey('ErrorAction')
        for ($at = 0; $at -lt $failures.Count; $at++) {
            if ($endsAll -and $at -eq $failures.Count - 1) {
                $PSCmdlet.ThrowTerminatingError($failures[$at])
            }
            $PSCmdlet.WriteError($failures[$at])
        }
    }

    clean {
        [LicensingAdmin.SessionList]::Current.EndConnect()
    }
}
