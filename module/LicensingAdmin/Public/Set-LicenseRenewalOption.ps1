function Set-LicenseRenewalOption {
    <#
    .SYNOPSIS
        Changes what a license server does about renewals by itself.

    .DESCRIPTION
        With Notify the server looks for renewals once a day and raises the alert RenewalAvailable, with Install it installs them, with
        Manual it does nothing by itself.

    .PARAMETER Option
        Notify, Install or Manual.

    .PARAMETER PassThru
        Returns the option as it is then.

    .EXAMPLE
        Set-LicenseRenewalOption Install

        Installs renewals as soon as they were bought.

    .EXAMPLE
        Set-LicenseRenewalOption Manual -PassThru

        Leaves renewals to the administrators, and shows the option.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        None; with -PassThru LicensingAdmin.RenewalOptionRow.

    .LINK
        Get-LicenseRenewalOption
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('LicensingAdmin.RenewalOptionRow')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0)]
        [ValidateSet('Notify', 'Install', 'Manual')]
        [string] $Option,

        [switch] $PassThru
    )

    process {
        $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Set the renewal option to $Option")
        if ($allowed) {
            Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'SetRenewalOption' -Request @{ option = $Option } |
                Where-Object { $PassThru }
        }
    }
}
