function Set-LicenseAlertRoute {
    <#
    .SYNOPSIS
        Changes where and which alerts license servers send.

    .DESCRIPTION
        Parameters that are not given stay as they are. An empty list silences nothing.

    .PARAMETER Name
        Names of routes.

    .PARAMETER Address
        Mail address, or https:// address of a webhook.

    .PARAMETER Enabled
        Whether anything is sent.

    .PARAMETER Level
        Least level that is sent.

    .PARAMETER SilencedCode
        Codes of alerts that are not sent, wildcards allowed.

    .PARAMETER SilencedFeature
        Features about which nothing is sent, wildcards allowed.

    .PARAMETER Locale
        Language of the messages: en, de, fr, es or ja.

    .PARAMETER Secret
        Secret that webhooks are signed with, 16 characters or more.

    .PARAMETER WebhookCertHash
        SHA-256 hash of the one certificate of the webhook to trust.

    .EXAMPLE
        Get-LicenseAlertRoute | Set-LicenseAlertRoute -Enabled $false

        Sends nothing for now.

    .EXAMPLE
        Get-LicenseAlertRoute | Set-LicenseAlertRoute -SilencedFeature 'TRIAL_*' -WhatIf

        Says which routes would not tell of trials any more.

    .INPUTS
        Objects with the properties Name and Server.

    .OUTPUTS
        LicensingAdmin.AlertRoute.

    .LINK
        Get-LicenseAlertRoute

    .LINK
        New-LicenseAlertRoute
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('LicensingAdmin.AlertRoute')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.AlertRouteNameCompleter])]
        [string] $Name,

        [ValidateNotNullOrWhiteSpace()]
        [string] $Address,

        [bool] $Enabled,

        [ValidateSet('Info', 'Alert', 'Alarm')]
        [string] $Level,

        [AllowEmptyCollection()]
        [ArgumentCompleter([LicensingAdmin.AlertCodeCompleter])]
        [LicensingAdmin.Field('silencedCodes')]
        [string[]] $SilencedCode,

        [AllowEmptyCollection()]
        [ArgumentCompleter([LicensingAdmin.FeatureCompleter])]
        [LicensingAdmin.Field('silencedFeatures')]
        [string[]] $SilencedFeature,

        [ValidateNotNullOrEmpty()]
        [ArgumentCompletions('en', 'de', 'es', 'fr', 'ja')]
        [string] $Locale,

        [securestring] $Secret,

        [AllowEmptyString()]
        [LicensingAdmin.Field('certHash')]
        [string] $WebhookCertHash
    )

    process {
        $request = [LicensingAdmin.Command]::Request($PSCmdlet, 'SetAlertRoute')
        $shown = ($request.Keys | Where-Object { $_ -ne 'name' } | Sort-Object) -join ', '
        $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Change the alert route $Name`: $shown")
        if ($allowed) {
            Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'SetAlertRoute' -Request $request -Target $Name
        }
    }
}
