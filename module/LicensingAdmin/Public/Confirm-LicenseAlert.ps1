function Confirm-LicenseAlert {
    <#
    .SYNOPSIS
        Acknowledges alerts: nobody is told of them any more until they are over.

    .DESCRIPTION
        The alert stays active and shows who acknowledged it. When it becomes more urgent, it is told again.

    .PARAMETER Code
        Code of the alert.

    .PARAMETER Subject
        Its subject, as Get-LicenseAlert shows it.

    .EXAMPLE
        Get-LicenseAlert | Where-Object Level -eq Info | Confirm-LicenseAlert -WhatIf

        Says which alerts would be acknowledged.

    .EXAMPLE
        Get-LicenseAlert -Level Info | Select-Object -First 1 | Confirm-LicenseAlert

        Acknowledges one alert.

    .INPUTS
        Objects with the properties Code, Subject and Server.

    .OUTPUTS
        LicensingAdmin.ActiveAlert.

    .LINK
        Get-LicenseAlert
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('LicensingAdmin.ActiveAlert')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.AlertCodeCompleter])]
        [string] $Code,

        [Parameter(Position = 1, ValueFromPipelineByPropertyName)]
        [AllowEmptyString()]
        [ArgumentCompleter([LicensingAdmin.AlertSubjectCompleter])]
        [string] $Subject
    )

    process {
        $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Acknowledge the alert $Code $Subject")
        if ($allowed) {
            Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'ConfirmAlert' -Request @{ code = $Code; subject = "$Subject" } -Target $Code
        }
    }
}
