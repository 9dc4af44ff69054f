function Test-LicenseAlertRoute {
    <#
    .SYNOPSIS
        Sends one message by an alert route, and tells how that went.

    .DESCRIPTION
        The message is sent at once, past the queue, and says that it is a test.

    .PARAMETER Name
        Names of routes.

    .EXAMPLE
        Get-LicenseAlertRoute | Test-LicenseAlertRoute

        Tries every route.

    .EXAMPLE
        Get-LicenseAlertRoute | Test-LicenseAlertRoute | Where-Object Delivered -eq $false | Format-List Name, Reason

        Shows why messages are not taken.

    .INPUTS
        Objects with the properties Name and Server.

    .OUTPUTS
        LicensingAdmin.AlertRouteTest.

    .LINK
        Get-LicenseAlertRoute

    .LINK
        New-LicenseAlertRoute
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('LicensingAdmin.AlertRouteTest')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.AlertRouteNameCompleter])]
        [string[]] $Name
    )

    process {
        foreach ($one in $Name) {
            $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Send a test by the alert route $one")
            if ($allowed) {
                Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'TestAlertRoute' -Request @{ name = $one } -Target $one
            }
        }
    }
}
