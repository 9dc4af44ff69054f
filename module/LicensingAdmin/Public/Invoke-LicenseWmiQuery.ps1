function Invoke-LicenseWmiQuery {
    <#
    .SYNOPSIS
        Asks a license server over WS-Management, as Windows Management Instrumentation.

    .DESCRIPTION
        Sends a query in WQL to a license server on Windows, or to this product's server where WS-Management is enabled, and
        returns an object for each instance. Values have the type that the class declares: numbers are numbers, points in time
        are DateTime.

        Over HTTPS (port 5986) the password goes with each request, or NTLM is used. With -NoTls (port 5985) NTLM encrypts
        each message; a password alone is never sent without TLS.

        Where pools are missing because a vendor daemon of this product's server is down, an error says so after the others.
        -Verbose shows when the numbers were taken, which a license server on Windows does not say.

        Without -WmiServer the server of the default session is asked, else the one that LICENSING_SERVER names, else this
        machine. Without -Credential a session with the same host lends its account.

    .PARAMETER Query
        A query in WQL.

    .PARAMETER Class
        Describes this class instead: an object for each property.

    .PARAMETER Identify
        Returns vendor and version of the server instead.

    .PARAMETER Namespace
        Namespace of the classes; ROOT\CitrixLicensing unless given.

    .PARAMETER WmiServer
        Host, host:port or URL of the server.

    .PARAMETER Credential
        Account and password.

    .PARAMETER Authentication
        Basic, over HTTPS alone, or Ntlm.

    .PARAMETER NoTls
        Uses HTTP and encrypts with NTLM, as Windows offers it on port 5985.

    .PARAMETER CertHash
        SHA-256 hash of the one certificate that is trusted.

    .PARAMETER CaFile
        PEM file of authorities that are trusted; those of the operating system unless given.

    .PARAMETER TimeoutSeconds
        Longest time for each request; 60 unless given.

    .EXAMPLE
        Invoke-LicenseWmiQuery 'SELECT PLD,Count,InUseCount FROM Citrix_GT_License_Pool' -WmiServer licsrv01 -Credential (Get-Credential monitor) -NoTls

        Asks a license server on Windows for its pools.

    .EXAMPLE
        Invoke-LicenseWmiQuery -Class Citrix_GT_License_Pool -WmiServer licsrv01 -Credential (Get-Credential monitor) -NoTls

        Lists the properties of the class with their types.

    .INPUTS
        None.

    .OUTPUTS
        An object for each instance.

    .LINK
        Get-LicensePool
    #>
    [CmdletBinding(DefaultParameterSetName = 'Query')]
    [OutputType([psobject])]
    param(
        [Parameter(Mandatory, Position = 0, ParameterSetName = 'Query')]
        [ValidateNotNullOrEmpty()]
        [string] $Query,

        [Parameter(Mandatory, ParameterSetName = 'Class')]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompletions('Citrix_GT_License_Pool', 'Citrix_GT_License', 'Citrix_GT_License_Server')]
        [string] $Class,

        [Parameter(Mandatory, ParameterSetName = 'Identify')]
        [switch] $Identify,

        [ValidateNotNullOrEmpty()]
        [ArgumentCompletions('ROOT\CitrixLicensing')]
        [string] $Namespace = 'ROOT\CitrixLicensing',

        [ArgumentCompleter([LicensingAdmin.HostCompleter])]
        [string] $WmiServer,

        [System.Management.Automation.Credential()]
        [pscredential] $Credential = [pscredential]::Empty,

        [ValidateSet('Basic', 'Ntlm')]
        [string] $Authentication,

        [switch] $NoTls,

        [string] $CertHash,

        [string] $CaFile,

        [ValidateRange(1, 3600)]
        [int] $TimeoutSeconds = 60
    )

    process {
        $ask = switch ($PSCmdlet.ParameterSetName) {
            'Query' { @{ query = @{ namespace = $Namespace; query = $Query } } }
            'Class' { @{ describe = @{ namespace = $Namespace; class = $Class } } }
            'Identify' { @{ identify = @{} } }
        }
        $target = @{
            Ask            = $ask
            WmiServer      = $WmiServer
            Credential     = if ($Credential -eq [pscredential]::Empty) { $null } else { $Credential }
            Authentication = if ($Authentication) { $Authentication } elseif ($NoTls) { 'Ntlm' } else { 'Basic' }
            NoTls          = $NoTls
            CertHash       = $CertHash
            CaFile         = if ($CaFile) { $PSCmdlet.GetUnresolvedProviderPathFromPSPath($CaFile) } else { '' }
            TimeoutSeconds = $TimeoutSeconds
        }
        $task = $null
        try {
            $task = Open-LicensingWmiTask @target
        }
        catch {
            Write-LicensingProblem -Cmdlet $PSCmdlet -Problem ([LicensingAdmin.Problem]::Of($_.Exception)) -Target $WmiServer
            return
        }
        $tasks = [System.Collections.Generic.List[LicensingAdmin.LicensingTask]]::new()
        $tasks.Add($task)
        try {
            $instances = Receive-LicensingTask -Cmdlet $PSCmdlet -Task $tasks -Target $(if ($WmiServer) { $WmiServer })
            if ($PSCmdlet.ParameterSetName -eq 'Class') {
                foreach ($property in @($instances | ForEach-Object { $_.Properties })) {
                    [pscustomobject]@{ Name = $property.Name; CimType = $property.Kind }
                }
            }
            else {
                $taken = @($instances).ForEach{ $_.Taken }.Where({ $_ }, 'First')
                if ($taken) {
                    $PSCmdlet.WriteVerbose("The numbers were taken at $taken.")
                }
                $instances | ConvertTo-LicensingWmiObject
            }
        }
        finally {
            $task.Dispose()
        }
    }
}
