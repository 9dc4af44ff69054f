function Get-LicLocation {
    <#
    .SYNOPSIS
        Gets the address of one of the services of a license server.

    .DESCRIPTION
        Asks the license manager where the services of the server are, so that nobody needs to know more than its
        host name.

    .PARAMETER LicenseServerAddress
        Host name or IP address of the license server; LocalHost unless given.

    .PARAMETER LicenseServerPort
        Port of the license manager; 27000 unless given.

    .PARAMETER AddressType
        Which address: LS for the license server, VD for the vendor daemon, LAC for the console, WSL for Web
        Services for Licensing; WSL unless given. The web page is served by Web Services for Licensing, so that LAC
        and WSL are the same address.

    .EXAMPLE
        Get-LicLocation licserver.example.net

        Returns the address of Web Services for Licensing, such as https://licserver.example.net:8083/.

    .EXAMPLE
        Get-LicLocation -LicenseServerAddress licserver.example.net -LicenseServerPort 27001 -AddressType VD

        Returns host and port of the vendor daemon of a server whose manager listens on another port.

    .INPUTS
        None

    .OUTPUTS
        System.String.

    .NOTES
        Errors carry the name of the LicensingAdminStatus code as their id.

    .LINK
        Connect-LicenseServer

    .LINK
        Get-LicCertificate
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Position = 0)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([LicensingAdmin.HostCompleter])]
        [string] $LicenseServerAddress = 'LocalHost',

        [Parameter(Position = 1)]
        [ValidateRange(1, 65535)]
        [int] $LicenseServerPort = 27000,

        [Parameter(Position = 2)]
        [ArgumentCompletions('LS', 'VD', 'LAC', 'WSL')]
        [string] $AddressType = 'WSL'
    )

    process {
        $tasks = [System.Collections.Generic.List[LicensingAdmin.LicensingTask]]::new()
        try {
            $tasks.Add([LicensingAdmin.LicensingTask]::Locate($LicenseServerAddress, $LicenseServerPort, $AddressType))
            Receive-LicensingTask -Cmdlet $PSCmdlet -Task $tasks -Target $LicenseServerAddress | ForEach-Object -MemberName Address
        }
        catch [LicensingAdmin.LicensingException] {
            Write-LicensingProblem -Cmdlet $PSCmdlet -Problem ([LicensingAdmin.Problem]::Of($_.Exception)) -Target $LicenseServerAddress
        }
        finally {
            foreach ($task in $tasks) {
                $task.Dispose()
            }
        }
    }
}
