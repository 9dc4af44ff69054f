function Get-LicLACLocation {
    <#
    .SYNOPSIS
        Gets the address of the console of a license server.

    .DESCRIPTION
        Asks the license manager for the address of the console. The web page is served by Web Services for Licensing, so
        that this is the address that Get-LicLocation returns.

    .PARAMETER LicenseServerAddress
        Host name or IP address of the license server; LocalHost unless given.

    .PARAMETER LicenseServerPort
        Port of the license manager; 27000 unless given.

    .EXAMPLE
        Get-LicLACLocation licserver.example.net -LicenseServerPort 27001

        Returns the address of the console.

    .EXAMPLE
        Get-LicLACLocation -LicenseServerAddress licserver.example.net -LicenseServerPort 27001

        Asks a license manager on another port.

    .INPUTS
        None.

    .OUTPUTS
        System.String.

    .NOTES
        Errors carry the name of the LicensingAdminStatus code as their id.

    .LINK
        Get-LicLocation
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
        [int] $LicenseServerPort = 27000
    )

    process {
        $tasks = [System.Collections.Generic.List[LicensingAdmin.LicensingTask]]::new()
        try {
            $tasks.Add([LicensingAdmin.LicensingTask]::Locate($LicenseServerAddress, $LicenseServerPort, 'LAC'))
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
