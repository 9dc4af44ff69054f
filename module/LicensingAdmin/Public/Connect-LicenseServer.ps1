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
        (LICENSING_SERVER), the credentials (LICENSING_TOKEN, LICENSING_TOKEN_FILE, LICENSING_TOKEN_SECRET
        for a secret of SecretManagement, or LICENSING_ACCOUNT with LICENSING_PASSWORD_FILE) and the timeout
        (LICENSING_TIMEOUT), as for the licensing command. Proxies of the environment are never used.

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
        [ArgumentCompleter([LicensingAdmin.ServerAddressCompleter])]
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
        Initialize-LicensingConnect -Cmdlet $PSCmdlet -Service LicenseServer -NotDefault:$NotDefault
        $wanted = [System.Collections.Generic.List[LicensingAdmin.ConnectionSettings]]::new()
    }

    process {
        foreach ($setting in Get-LicensingConnectSetting -Cmdlet $PSCmdlet -Service LicenseServer) {
            $wanted.Add($setting)
        }
    }

    end {
        Complete-LicensingConnect -Cmdlet $PSCmdlet -Service LicenseServer -Settings $wanted -TrustOnFirstUse:$TrustOnFirstUse -NotDefault:$NotDefault -PassThru:$PassThru
    }

    clean {
        [LicensingAdmin.SessionList]::Current.EndConnect()
    }
}
