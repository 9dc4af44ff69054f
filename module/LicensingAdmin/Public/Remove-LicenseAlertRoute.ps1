function Remove-LicenseAlertRoute {
    <#
    .SYNOPSIS
        Removes alert routes, and the messages that wait for them.

    .DESCRIPTION
        Removes routes by their names or from the pipeline. Asks before each unless -Confirm:$false is given.

    .PARAMETER Name
        Names of routes.

    .PARAMETER PassThru
        Returns the routes as they were.

    .EXAMPLE
        Get-LicenseAlertRoute | Remove-LicenseAlertRoute -Confirm:$false

        Removes every route without asking.

    .EXAMPLE
        Get-LicenseAlertRoute | Where-Object Kind -eq Webhook | Remove-LicenseAlertRoute -WhatIf

        Says which webhooks would be removed.

    .INPUTS
        Objects with the properties Name and Server.

    .OUTPUTS
        None; with -PassThru LicensingAdmin.AlertRoute.

    .LINK
        Get-LicenseAlertRoute

    .LINK
        New-LicenseAlertRoute
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    [OutputType('LicensingAdmin.AlertRoute')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.AlertRouteNameCompleter])]
        [string[]] $Name,

        [switch] $PassThru
    )

    process {
        foreach ($one in $Name) {
            $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Remove the alert route $one")
            if ($allowed) {
                Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'RemoveAlertRoute' -Request @{ name = $one } -Target $one |
                    Where-Object { $PassThru }
            }
        }
    }
}
