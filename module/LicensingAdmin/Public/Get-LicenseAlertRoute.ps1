function Get-LicenseAlertRoute {
    <#
    .SYNOPSIS
        Lists where alerts are sent.

    .DESCRIPTION
        Lists mail addresses and webhooks with what each is told, how many messages wait, and how the last try went.

    .PARAMETER Name
        Names of routes, wildcards allowed.

    .EXAMPLE
        Get-LicenseAlertRoute

        Lists every route.

    .EXAMPLE
        Get-LicenseAlertRoute | Where-Object LastError

        Finds routes whose last message was not taken.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.AlertRoute.

    .LINK
        New-LicenseAlertRoute

    .LINK
        Test-LicenseAlertRoute
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.AlertRoute')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Position = 0)]
        [SupportsWildcards()]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.AlertRouteNameCompleter])]
        [string[]] $Name
    )

    process {
        Invoke-LicensingList -Cmdlet $PSCmdlet -Operation 'GetAlertRoutes' -NameProperty 'Name' -Noun 'alert route' -NotFoundCode 'AlertRouteNotFound' `
            -NotFoundAction 'List all routes with Get-LicenseAlertRoute.'
    }
}
