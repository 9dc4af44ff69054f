function Connect-LicenseServer {
    <#
    .SYNOPSIS
        Opens a session with a license server.

    .DESCRIPTION
        Checks address, certificate and credentials at once and makes the session the default one for the other
        commands. Several servers can be given; those that answer are connected, the others give an error each.

        The certificate of a license server is usually self-signed. Pin it with -CertHash, name its authority with
        -CaFile, or have it signed by an authority that the operating system trusts. Without these the environment
        variables LICENSING_CERT_HASH and LICENSING_CA_FILE count. Without -Credential and -Token the token in
        LICENSING_TOKEN is used.

    .PARAMETER Server
        Address of the web services: https://host:8083, host:port, or the host alone for port 8083. Get-LicLocation
        finds it.

    .PARAMETER Credential
        Account and password at the license server.

    .PARAMETER Token
        Secret of a bearer token, as New-LicenseToken returns it.

    .PARAMETER CertHash
        SHA-256 hash of the one certificate to believe, as Get-LicCertificate shows it.

    .PARAMETER CaFile
        File in PEM form with the authorities to believe.

    .PARAMETER TimeoutSeconds
        Longest time for one operation, in seconds; 100 unless given. Connecting takes at most 10 of them.

    .PARAMETER NotDefault
        Leaves the default session as it is; the new one is used where -Session names it.

    .PARAMETER PassThru
        Returns the sessions.

    .EXAMPLE
        $certificate = Get-LicCertificate https://lic1.example.net:8083
        Connect-LicenseServer https://lic1.example.net:8083 -Credential (Get-Credential) -CertHash $certificate.CertHash

        Asks for account and password and opens the default session. Compare the hash with the one on the server
        before trusting it.

    .EXAMPLE
        $both = Connect-LicenseServer lic1.example.net, lic2.example.net -Token $token -CaFile ./ca.pem -PassThru
        Get-LicenseInventory -Session $both

        Opens sessions with two servers and lists the inventory of both.

    .INPUTS
        System.String. Addresses of servers.

    .OUTPUTS
        None; with -PassThru LicensingAdmin.LicensingSession.

    .LINK
        Disconnect-LicenseServer

    .LINK
        Get-LicenseServer

    .LINK
        New-LicenseToken

    .LINK
        about_Licensing_Sessions
    #>
    [CmdletBinding(DefaultParameterSetName = 'Environment')]
    [OutputType([LicensingAdmin.LicensingSession])]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [Alias('AdminAddress', 'ComputerName')]
        [ValidateNotNullOrEmpty()]
        [string[]] $Server,

        [Parameter(Mandatory, Position = 1, ParameterSetName = 'Credential')]
        [Alias('Credentials')]
        [System.Management.Automation.Credential()]
        [pscredential] $Credential,

        [Parameter(Mandatory, ParameterSetName = 'Token')]
        [securestring] $Token,

        [ValidateNotNullOrEmpty()]
        [string] $CertHash,

        [ValidateNotNullOrEmpty()]
        [string] $CaFile,

        [ValidateRange(1, 3600)]
        [int] $TimeoutSeconds,

        [switch] $NotDefault,

        [switch] $PassThru
    )

    begin {
        if ($CertHash -and $CaFile) {
            $PSCmdlet.ThrowTerminatingError((New-LicensingErrorRecord -Code 'InvalidRequest' -Category InvalidArgument -Target $CaFile `
                        -Message 'CertHash and CaFile exclude each other.' -Action 'Give one of the two.'))
        }
        $connected = [System.Collections.Generic.List[LicensingAdmin.LicensingSession]]::new()
        $options = if ($CertHash) {
            @{ certHash = $CertHash }
        }
        elseif ($CaFile) {
            @{ caFile = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($CaFile) }
        }
        else {
            Get-LicensingEnvironmentTrust
        }
        if ($Credential) {
            $options['account'] = $Credential.UserName
        }
        if ($TimeoutSeconds) {
            $options['timeoutMs'] = 1000 * $TimeoutSeconds
            $options['connectTimeoutMs'] = 1000 * [math]::Min(10, $TimeoutSeconds)
        }
        $secret = switch ($PSCmdlet.ParameterSetName) {
            'Credential' { $Credential.Password }
            'Token' { $Token }
            'Environment' { Get-LicensingEnvironmentToken }
        }
    }
    process {
        $opened = @(
            foreach ($address in $Server) {
                $options['address'] = $address
                try {
                    [LicensingAdmin.LicensingSession]::Open($options, $secret)
                }
                catch {
                    Write-LicensingProblem -Cmdlet $PSCmdlet -Problem (Get-LicensingProblem $_) -Target $address
                }
            }
        )
        try {
            foreach ($permission in Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $opened -Operation 'GetEffectivePermission') {
                $session = $opened | Where-Object -Property Server -EQ -Value $permission.Server | Select-Object -First 1
                $session.Account = $permission.Account
                $session.Permissions = $permission.Permissions
                $connected.Add($session)
            }
        }
        finally {
            foreach ($session in $opened) {
                if (-not $connected.Contains($session)) {
                    $session.Dispose()
                }
            }
        }
    }
    end {
        if ($connected.Count -gt 0) {
            [LicensingAdmin.SessionList]::Current.Add($connected.ToArray(), -not $NotDefault)
        }
        if ($PassThru) {
            $connected
        }
    }
}
