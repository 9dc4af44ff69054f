function Get-LicAlerts {
    <#
    .SYNOPSIS
        Gets the alerts that concern one product.

    .DESCRIPTION
        Returns what an administrator should know of the licenses of one product, with what to do about each. Alerts that
        concern no product are shown by Get-LicenseAlert.

    .PARAMETER AdminAddress
        Address of Web Services for Licensing, such as https://host:8083, as Get-LicLocation returns it. host:port and the
        host alone are taken too.

    .PARAMETER ProductEditionModel
        Feature in the form product_edition_model, such as XDT_PLT_UD; * for all.

    .PARAMETER SADate
        Subscription Advantage date that the product demands, in the form yyyy.MMdd.

    .PARAMETER FilterThreshold
        Percent of the seats in use from which on they are nearly out.

    .PARAMETER MetaData
        Text that is returned unchanged, for the caller's own use.

    .PARAMETER Locale
        Language of the texts: en, de, fr, es or ja; EN unless given.

    .PARAMETER CertHash
        SHA-256 hash of the one server certificate to trust.

    .EXAMPLE
        (Get-LicAlerts -AdminAddress https://licserver.example.net:8083 -ProductEditionModel XDT_PLT_UD -SADate 2015.1201).AlertList

        Returns the alerts of one product.

    .EXAMPLE
        (Get-LicAlerts https://licserver.example.net:8083 -ProductEditionModel * -SADate 2015.1201 -FilterThreshold 80).AlertList.Description | Format-List Title, Detail, Action

        Shows the alerts of all products in words.

    .INPUTS
        System.String.

    .OUTPUTS
        Citrix.Licensing.Admin.SDK.WSLAlertMessages.

    .NOTES
        Errors carry the name of the LicensingAdminStatus code as their id.

    .LINK
        Get-LicenseAlert
    #>
    [CmdletBinding()]
    [OutputType('Citrix.Licensing.Admin.SDK.WSLAlertMessages')]
    [LicensingAdmin.SharedParameters('TimeoutSeconds')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([LicensingAdmin.ServerAddressCompleter])]
        [string] $AdminAddress,

        [Parameter(Mandatory)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([LicensingAdmin.FeatureCompleter])]
        [string] $ProductEditionModel,

        [Parameter(Mandatory)]
        [ValidateNotNullOrEmpty()]
        [string] $SADate,

        [ValidateRange(1, 101)]
        [int] $FilterThreshold,

        [string] $MetaData,

        [ValidateNotNullOrEmpty()]
        [string] $Locale = 'EN',

        [string] $CertHash
    )

    process {
        $demanded = [datetime]::MinValue
        if (-not [datetime]::TryParseExact($SADate, 'yyyy.MMdd', [cultureinfo]::InvariantCulture, 'None', [ref] $demanded)) {
            $PSCmdlet.WriteError((New-LicensingErrorRecord -Code 'InvalidSADateFormat' -Category InvalidArgument -Target $SADate `
                        -Message "'$SADate' is not a Subscription Advantage date." -Action 'Write it as yyyy.MMdd.'))
            return
        }
        $request = @{ feature = $ProductEditionModel; saDate = $demanded.ToString('yyyy-MM-dd', [cultureinfo]::InvariantCulture); locale = $Locale.ToLowerInvariant() }
        if ($PSBoundParameters.ContainsKey('FilterThreshold')) {
            $request['usagePercent'] = $FilterThreshold
        }
        $outcome = @{}
        $alerts = @(
            foreach ($row in Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'GetAlerts' -Request $request -Target $ProductEditionModel -Outcome $outcome) {
                [pscustomobject]@{
                    PSTypeName  = 'Citrix.Licensing.Admin.SDK.WSLAlert'
                    TypeCode    = $row.Code
                    Level       = $row.Level
                    Priority    = @('Info', 'Alert', 'Alarm').IndexOf("$($row.Level)")
                    Description = [pscustomobject]@{
                        PSTypeName = 'Citrix.Licensing.Admin.SDK.WSLAlertDescription'
                        Title      = $row.Title
                        Detail     = $row.Detail
                        Action     = $row.Action
                    }
                }
            }
        )
        if (-not $outcome.ContainsKey('Failed')) {
            [pscustomobject]@{
                PSTypeName = 'Citrix.Licensing.Admin.SDK.WSLAlertMessages'
                AlertList  = $alerts
                MetaData   = $MetaData
            }
        }
    }
}
