function Get-LicensePool {
    <#
    .SYNOPSIS
        Lists the license pools of a license server as Windows Management Instrumentation shows them.

    .DESCRIPTION
        Asks the class Citrix_GT_License_Pool over WS-Management: a license server on Windows named with -WmiServer, or this
        product's server where WS-Management is enabled. This works from PowerShell on Linux and macOS as well.

        Installed counts the seats without overdraft; Count is what the class says, with overdraft.

        Without -WmiServer the server of the default session is asked. Get-LicenseInventory shows more of this product's
        server, and needs no WS-Management.

    .PARAMETER Feature
        Features (the property PLD), wildcards allowed.

    .PARAMETER WmiServer
        Host, host:port or URL of the server.

    .PARAMETER Credential
        Account and password. Without it a session with the same host lends its account.

    .PARAMETER Authentication
        Basic, over HTTPS alone, or Ntlm.

    .PARAMETER NoTls
        Uses HTTP and encrypts with NTLM, as Windows offers it on port 5985.

    .PARAMETER CertHash
        SHA-256 hash of the one certificate that is trusted.

    .PARAMETER CaFile
        PEM file of authorities that are trusted; those of the operating system unless given.

    .PARAMETER Namespace
        Namespace of the class.

    .PARAMETER TimeoutSeconds
        Longest time for each request; 60 unless given.

    .EXAMPLE
        Get-LicensePool -WmiServer licsrv01 -Credential (Get-Credential EXAMPLE\monitor) -NoTls

        Lists the pools of a license server on Windows, over HTTP with messages that NTLM encrypts.

    .EXAMPLE
        Get-LicensePool XDT_* -WmiServer licsrv01 -Credential (Get-Credential monitor) -NoTls | Where-Object PercentInUse -GE 90

        Lists the pools that are nearly used up.

    .INPUTS
        None.

    .OUTPUTS
        LicensingAdmin.LicensePool.

    .LINK
        Get-LicenseInventory

    .LINK
        Invoke-LicenseWmiQuery
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.LicensePool')]
    param(
        [Parameter(Position = 0)]
        [Alias('PLD', 'ProductEditionModel')]
        [SupportsWildcards()]
        [ArgumentCompleter([LicensingAdmin.FeatureCompleter])]
        [string[]] $Feature,

        [Alias('ComputerName')]
        [ArgumentCompleter([LicensingAdmin.HostCompleter])]
        [string] $WmiServer,

        [System.Management.Automation.Credential()]
        [pscredential] $Credential = [pscredential]::Empty,

        [ValidateSet('Basic', 'Ntlm')]
        [string] $Authentication,

        [switch] $NoTls,

        [string] $CertHash,

        [string] $CaFile,

        [ValidateNotNullOrEmpty()]
        [ArgumentCompletions('ROOT\CitrixLicensing')]
        [string] $Namespace = 'ROOT\CitrixLicensing',

        [ValidateRange(1, 3600)]
        [int] $TimeoutSeconds = 60
    )

    process {
        $ask = @{} + $PSBoundParameters
        $ask.Remove('Feature')
        Invoke-LicenseWmiQuery -Query 'SELECT * FROM Citrix_GT_License_Pool' @ask |
            Where-Object { $row = $_; -not $Feature -or @($Feature | Where-Object { $row.PLD -like $_ }).Count -gt 0 } |
            ForEach-Object {
                [pscustomobject]@{
                    PSTypeName       = 'LicensingAdmin.LicensePool'
                    Feature          = $_.PLD
                    FullName         = $_.PLDFullName
                    LicenseType      = $_.LicenseType
                    Installed        = $_.Count - $_.Overdraft
                    InUse            = $_.InUseCount
                    Free             = $_.PooledAvailable
                    Overdraft        = $_.Overdraft
                    Count            = $_.Count
                    PercentInUse     = if ($_.Count) { [math]::Round(100 * $_.InUseCount / $_.Count, 1) } else { 0 }
                    SubscriptionDate = if ($_.SubscriptionDate) { $_.SubscriptionDate.ToUniversalTime().Date } else { $null }
                    VendorString     = $_.VendorString
                }
            }
    }
}
