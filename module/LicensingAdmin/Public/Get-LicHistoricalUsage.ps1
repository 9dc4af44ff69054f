function Get-LicHistoricalUsage {
    <#
    .SYNOPSIS
        Gets samples of the seats in use over time.

    .DESCRIPTION
        Returns the samples of each pool whose Subscription Advantage date is SADate or later, and of pools without such a date.
        Samples miss what happens between them; Get-LicenseUsageHistory shows exact peaks, over all pools of a feature.

    .PARAMETER AdminAddress
        Address of Web Services for Licensing, such as https://host:8083, as Get-LicLocation returns it. host:port
        and the host alone are taken too.

    .PARAMETER StartDate
        First instant, 1 January 1970 unless given.

    .PARAMETER EndDate
        Last instant, now unless given.

    .PARAMETER Products
        Features in the form product_edition_model, such as XDT_PLT_UD. All unless given.

    .PARAMETER SADate
        Earliest Subscription Advantage date, as yyyy.MMdd.

    .PARAMETER CertHash
        SHA-256 hash of the one server certificate to trust, the CertHash of Get-LicCertificate.

    .EXAMPLE
        Get-LicHistoricalUsage -AdminAddress https://licserver.example.net:8083 -SADate 2015.1201 -CertHash $cert.CertHash

        Returns all samples of pools with this date or a later one.

    .EXAMPLE
        $usage = Get-LicHistoricalUsage https://licserver.example.net:8083 -StartDate (Get-Date).AddDays(-7) -Products XDT_PLT_UD -SADate 2015.1201
        $usage.LicPoolUsage | ForEach-Object { $_.UsgSampleList | Measure-Object Count -Maximum }

        Shows the largest sample of a week for each pool of a feature.

    .INPUTS
        System.String.

    .OUTPUTS
        Citrix.Licensing.Admin.SDK.WSLHistoricalUsage.

    .NOTES
        Errors carry the name of the LicensingAdminStatus code as their id.

    .LINK
        Get-LicenseUsageHistory

    .LINK
        Get-LicConfigUsageSamples
    #>
    [CmdletBinding()]
    [OutputType('Citrix.Licensing.Admin.SDK.WSLHistoricalUsage')]
    [LicensingAdmin.SharedParameters('TimeoutSeconds')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([LicensingAdmin.ServerAddressCompleter])]
        [string] $AdminAddress,

        [datetime] $StartDate = [datetime]::new(1970, 1, 1),

        [datetime] $EndDate,

        [string[]] $Products,

        [Parameter(Mandatory)]
        [ValidateNotNullOrEmpty()]
        [string] $SADate,

        [string] $CertHash
    )

    process {
        $day = [datetime]::MinValue
        if (-not [datetime]::TryParseExact($SADate, 'yyyy.MMdd', [cultureinfo]::InvariantCulture, 'None', [ref] $day)) {
            $PSCmdlet.WriteError((New-LicensingErrorRecord -Code 'InvalidSADateFormat' -Category InvalidArgument -Target $SADate `
                        -Message "'$SADate' is not a Subscription Advantage date." -Action 'Write it as yyyy.MMdd.'))
            return
        }
        foreach ($product in $Products) {
            if ($product -notmatch '^[A-Za-z0-9_.*?-]+$') {
                $PSCmdlet.WriteError((New-LicensingErrorRecord -Code 'InvalidProductEditionModelFormat' -Category InvalidArgument -Target $product `
                            -Message "'$product' is not the name of a feature." -Action 'Write product, edition and model joined by underscores.'))
                return
            }
        }
        $request = @{ since = $StartDate.ToUniversalTime() }
        if ($PSBoundParameters.ContainsKey('EndDate')) {
            $request['until'] = $EndDate.ToUniversalTime()
        }
        if ($Products) {
            $request['feature'] = @($Products)
        }
        $outcome = @{}
        $rows = @(Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'GetUsageSamples' -Request $request -Outcome $outcome)
        if ($outcome.ContainsKey('Failed') -and -not $rows) {
            return
        }
        $info = Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'GetServerInfo' -Request @{}
        $pools = @(foreach ($row in $rows) {
                $printed = [datetime]::MinValue
                $isDate = [datetime]::TryParseExact($row.Version, 'yyyy.MMdd', [cultureinfo]::InvariantCulture, 'None', [ref] $printed)
                if ($isDate -and $printed -lt $day) {
                    continue
                }
                [pscustomobject]@{
                    PSTypeName    = 'Citrix.Licensing.Admin.SDK.WSLLicensePoolUsage'
                    LicPool       = [pscustomobject]@{
                        PSTypeName                     = 'Citrix.Licensing.Admin.SDK.WSLLicensePool'
                        ProductEditionModel            = $row.Feature
                        SADate                         = $row.Version
                        CSSDate                        = $row.Version
                        ExpirationDate                 = $row.Expires
                        TotalLicensesIncludingOverDraft = $row.Installed + $row.Overdraft
                        OverdraftLicenses              = $row.Overdraft
                        LicenseSerialNos               = @($row.SerialNumbers)
                        VendorString                   = $row.VendorString
                        LicenseType                    = $row.LicenseType
                        Notices                        = @($row.Notices)
                        StartDates                     = @(foreach ($date in $row.StartDates) { [datetime]::ParseExact($date, 'yyyy-MM-dd', [cultureinfo]::InvariantCulture) })
                        LicenseIssueDate               = $row.IssueDate
                    }
                    UsgSampleList = @(foreach ($sample in $row.Samples) {
                            [pscustomobject]@{
                                PSTypeName = 'Citrix.Licensing.Admin.SDK.WSLUsageSample'
                                Datetime   = ([datetime] $sample.At).ToLocalTime()
                                Count      = $sample.Count
                            }
                        })
                }
            })
        $instants = @($pools | ForEach-Object { $_.UsgSampleList } | ForEach-Object { $_.Datetime } | Sort-Object)
        [pscustomobject]@{
            PSTypeName             = 'Citrix.Licensing.Admin.SDK.WSLHistoricalUsage'
            LSVersion              = $info.LSVersion
            MacAddress             = "$($info.MacAddresses | Select-Object -First 1)"
            EarliestDateOfSample   = if ($instants) { $instants[0] }
            MostRecentDateOfSample = if ($instants) { $instants[-1] }
            LicPoolUsage           = $pools
        }
    }
}
