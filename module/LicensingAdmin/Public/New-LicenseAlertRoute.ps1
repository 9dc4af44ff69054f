function New-LicenseAlertRoute {
    <#
    .SYNOPSIS
        Lets license servers send alerts to a mail address or a webhook.

    .DESCRIPTION
        One message is sent when an alert is raised or becomes more urgent, and one when it is over. Messages wait in a
        durable queue and are tried again for about a week. The mail server is set in the section mail of the settings.
        Webhooks are signed: the header licensing-signature holds t= and the seconds since 1970, and v1= and the HMAC-
        SHA-256 of seconds, a full stop and the body.

    .PARAMETER Name
        Name of the route.

    .PARAMETER Address
        Mail address, or https:// address of a webhook.

    .PARAMETER Enabled
        Whether anything is sent. A route that is $false from the beginning sends nothing until Set-LicenseAlertRoute enables it.

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
        New-LicenseAlertRoute operations ops@example.net -Level Alarm -WhatIf

        Says who would be told of what.

    .EXAMPLE
        New-LicenseAlertRoute nightwatch night@example.net -SilencedCode 'Certificate*' -Locale de -WhatIf

        Says that everything but the certificate would be told, in German.

    .EXAMPLE
        New-LicenseAlertRoute chat https://chat.example.net/hook -Enabled $false -WhatIf

        Says that a route would be made that sends nothing yet.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.AlertRoute.

    .LINK
        Get-LicenseAlertRoute

    .LINK
        Set-LicenseAlertRoute

    .LINK
        Test-LicenseAlertRoute

    .LINK
        Remove-LicenseAlertRoute
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('LicensingAdmin.AlertRoute')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0)]
        [ValidateNotNullOrWhiteSpace()]
        [string] $Name,

        [Parameter(Mandatory, Position = 1)]
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
        $request = [LicensingAdmin.Command]::Request($PSCmdlet, 'NewAlertRoute')
        $isOff = $PSBoundParameters.ContainsKey('Enabled') -and -not $Enabled
        $action = $isOff ? "Add the alert route $Name to $Address, which sends nothing yet" : "Send alerts by the route $Name to $Address"
        $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action $action)
        if ($allowed) {
            Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'NewAlertRoute' -Request $request -Target $Name
        }
    }
}
