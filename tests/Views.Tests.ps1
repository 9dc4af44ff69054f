# What lists look like in 80 columns: what matters comes first, and nothing is written from top to bottom.

BeforeDiscovery {
    # List, and the headings that must be there in full.
    $lists = @(
        @{ List = { Get-LicenseInventory }; Headings = 'Feature', 'InUse', 'Free', 'Expires', 'Status' }
        @{ List = { Get-LicenseUsage }; Headings = 'Feature', 'User', 'Device', 'State', 'Count', 'Since' }
        @{ List = { Get-LicenseQueue }; Headings = 'Feature', 'User' }
        @{ List = { Get-LicenseReservation }; Headings = 'Feature', 'Kind', 'Name', 'Seats', 'InUse', 'Idle' }
        @{ List = { Get-LicenseDenial | Format-Table }; Headings = 'LastTime', 'Times', 'Feature', 'User', 'Device', 'Reason' }
        @{ List = { Get-LicenseAssignmentEvent }; Headings = 'At', 'Event', 'Feature', 'User', 'Device' }
        @{ List = { Get-LicenseUsageHistory -Last 1d }; Headings = 'Start', 'Feature', 'Peak', 'Installed', 'Overdraft', 'Denials' }
        @{ List = { Get-LicenseForecast }; Headings = 'Feature', 'Installed', 'Peak', 'Forecast' }
        @{ List = { Get-LicenseAudit -Newest 5 }; Headings = 'At', 'Event', 'Feature', 'User' }
        @{ List = { Test-LicenseAudit }; Headings = 'Vendor', 'Whole', 'Records', 'Segments' }
        @{ List = { Get-LicenseFile }; Headings = 'FileName', 'Vendors', 'Increments', 'Signature' }
        @{ List = { Get-LicenseAdministrator }; Headings = 'Account', 'Permissions', 'Group' }
        @{ List = { Get-LicenseToken }; Headings = 'TokenId', 'Name', 'Permissions', 'Expires' }
        @{ List = { Get-LicenseVendorDaemon }; Headings = 'Vendor', 'State', 'Port', 'Leases' }
        @{ List = { Get-LicenseUpload }; Headings = 'Sequence', 'State', 'Created', 'Bytes' }
        @{ List = { Get-LicenseErrorCode }; Headings = 'Number', 'Code', 'Title', 'Action' }
        @{ List = { [LicensingAdmin.SessionList]::Current.Default }; Headings = 'Server', 'Account', 'Permissions', 'Open' }
    ) | ForEach-Object { $_ + @{ Text = "$($_.List)".Trim() } }
}

BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $rowTypes = [LicensingAdmin.OperationTable]::Current.Operations | Where-Object { $_.Cmdlets } |
        ForEach-Object { @{ Name = $_.Row.Name; Type = $_.Row; IsList = $_.Rows } } | Group-Object { $_.Name } | ForEach-Object { $_.Group[0] }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $server = $null
    $server = Start-TestServer -Grants ([ordered]@{
            ZEBRA_STD_CCU         = @{ count = 1 }
            DESIGN_PLT_UD         = @{ count = 3 }
            ACME_PROFESSIONAL_CCU = @{ count = 1000; version = "'2025.0401'" }
        }) -Options 'RESERVE 1 ACME_PROFESSIONAL_CCU USER alice'
    $null = Connect-TestServer $server
    $null = Import-LicenseFile (New-TestLicenseFile $server 'newer.lic' @{ ACME_PROFESSIONAL_CCU = @{ count = 7; version = "'2026.0401'" } })
    $null = New-LicenseToken monitoring
    $null = Start-TestProduct $server DESIGN_PLT_UD -User 'anna.von.hohenheim@example.net' -Device 'PC-OF-THE-DESIGN-DEPARTMENT-1'
    $null = Start-TestProduct $server ZEBRA_STD_CCU -User 'carol' -Device 'PC-3'
    $null = Start-TestProduct $server ACME_PROFESSIONAL_CCU -User 'ben' -Device 'PC-2'
    # One who is refused, and one who waits.
    try { $null = Start-TestProduct $server ZEBRA_STD_CCU -User 'dora' -Device 'PC-4' } catch { $null = $_ }
}

AfterAll {
    Disconnect-LicenseServer -All
    Stop-TestServer $server
}

Describe 'In 80 columns' {
    It '<Text> shows its headings in one line, and no line is longer' -ForEach $lists {
        $lines = (& $List | Out-String -Width 80) -split '\r?\n'
        ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 80
        $rule = @($lines | Where-Object { $_ -match '^\s*-[- ]*$' })
        if ($rule.Count -eq 0) {
            # Nothing to list, which the queue may have.
            $Text | Should -BeLike '*Queue*'
            return
        }
        $at = [array]::IndexOf($lines, $rule[0])
        $shown = -split $lines[$at - 1]
        foreach ($heading in $Headings) {
            $shown | Should -Contain $heading
        }
        # Headings that are broken over lines stand above.
        "$($lines[$at - 2])".Trim() | Should -BeNullOrEmpty
        # A column of a few characters says nothing.
        foreach ($column in -split $rule[0]) {
            $column.Length | Should -BeGreaterThan 1
        }
    }

    It 'a record shows nothing from top to bottom: <Text>' -ForEach @(
        { Get-LicenseServer }, { Get-LicenseDenial }, { Get-LicenseCertificate }, { Get-LicenseManagementService }, { Test-LicenseFile (Join-Path $server.Folder 'newer.lic') } |
            ForEach-Object { @{ Record = $_; Text = "$_".Trim() } }
    ) {
        $lines = (& $Record | Out-String -Width 80) -split '\r?\n'
        ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 80
        @($lines | Where-Object { $_ -match '^\s*\S{1,2}\s*$' }) | Should -BeNullOrEmpty
    }

    It 'lists are sorted by feature and version' {
        @(Get-LicenseInventory | ForEach-Object { "$($_.Feature) $($_.Version)" }) |
            Should -Be 'ACME_PROFESSIONAL_CCU 2025.0401', 'ACME_PROFESSIONAL_CCU 2026.0401', 'DESIGN_PLT_UD 2026.0401', 'ZEBRA_STD_CCU 2026.0401'
        (Get-LicenseUsage).Feature | Should -Be 'ACME_PROFESSIONAL_CCU', 'DESIGN_PLT_UD', 'ZEBRA_STD_CCU'
    }

    It 'names of others are shown without what would make them look like something else' {
        # A seat of a user has no device.
        $product = Start-TestProduct $server ACME_PROFESSIONAL_CCU -User "eve`u{202e}nimda" -Device "PC`u{200b}-9"
        $rows = Get-LicenseUsage -User 'eve*'
        $rows.User | Should -Be "eve`u{202e}nimda"
        $shown = $rows | Out-String -Width 200
        $shown.Contains('eve\u{202e}nimda') | Should -BeTrue
        $shown.Contains('PC\u{200b}-9') | Should -BeTrue
        [LicensingAdmin.ShownText]::Of(@("a`e[31m", 'b')) | Should -Be 'a\u{1b}[31m', 'b'
        [LicensingAdmin.ShownText]::Of(5) | Should -Be 5
        Stop-TestProduct $server $product
    }
}

Describe 'Every type' {
    BeforeAll {
        # An object of the type with values of ordinary length.
        function New-Sample([object[]] $Fields, [string] $TypeName) {
            $values = [ordered]@{}
            foreach ($field in $Fields) {
                $values[$field.PropertyName] = switch ($field.Kind) {
                    'Integer' { 12345 }
                    'Number' { 12.5 }
                    'Boolean' { $true }
                    'Instant' { [datetime]::new(2026, 11, 25, 13, 30, 0) }
                    'Date' { [datetime]::new(2026, 11, 25) }
                    'Secret' { ConvertTo-TestSecret 'x' }
                    'TextList' { , @('first-value', 'second-value') }
                    'Nested' { , @(New-Sample $field.Fields $field.TypeName) }
                    'Name' { @($field.Names)[0] }
                    default { "$($field.Name) of middling length" }
                }
            }
            $values['Server'] = 'lic1.example.net:8083'
            $row = [pscustomobject] $values
            $row.PSObject.TypeNames.Insert(0, "LicensingAdmin.$TypeName")
            $row
        }
    }

    It '<Name> fits 80 columns, and has no column that is too narrow to be read' -ForEach $rowTypes {
        $lines = (New-Sample $Type.Fields $Name | Out-String -Width 80) -split '\r?\n'
        ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 80
        # No column is so narrow that it is written from top to bottom.
        foreach ($rule in $lines | Where-Object { $_ -match '^\s*-[- ]*$' } | Select-Object -First 1) {
            foreach ($column in -split $rule) {
                $column.Length | Should -BeGreaterThan 1
            }
        }
    }

    It '<Name> has a view of its own' -ForEach ($rowTypes | Where-Object IsList) {
        $views = Get-ChildItem -Path (Get-BuiltPath 'LicensingAdmin') -Filter '*.ps1xml' | ForEach-Object {
            ([xml] (Get-Content -LiteralPath $_.FullName -Raw)).SelectNodes('/Configuration/ViewDefinitions/View/ViewSelectedBy/TypeName') | ForEach-Object InnerText
        }
        $views | Should -Contain "LicensingAdmin.$Name"
    }
}

Describe 'Words that say how something is' {
    It 'have a color on a terminal alone' -Skip:(-not (Get-Command script -CommandType Application -ErrorAction SilentlyContinue)) {
        $program = (Get-Process -Id $PID).Path
        $file = Join-Path $TestDrive 'color.ps1'
        Set-Content -LiteralPath $file -Value @(
            "Import-Module '$(Get-BuiltPath 'LicensingAdmin')'"
            "'Alarm', 'Warning', 'Serving' | ForEach-Object { [LicensingAdmin.StatusColor]::Of(`$_) }"
        )
        $escape = [char] 27
        $text = "$(& script -qec "$program -NoProfile -File $file" /dev/null)"
        $text | Should -Match "$escape\[[0-9;]+mAlarm$escape\["
        $text | Should -Match "$escape\[[0-9;]+mWarning$escape\["
        $text | Should -Not -Match "mServing"
        "$(& $program -NoProfile -File $file)" | Should -Be 'Alarm Warning Serving'
        $env:NO_COLOR = '1'
        try {
            "$(& script -qec "$program -NoProfile -File $file" /dev/null)" | Should -Not -Match "$escape\[[0-9;]+m(Alarm|Warning)"
        }
        finally {
            $env:NO_COLOR = $null
        }
    }
}
