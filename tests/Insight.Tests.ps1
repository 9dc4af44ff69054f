# Insight Services from PowerShell: a real insightd, two license servers with the same file, and everything that administrators do.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $insight = $first = $second = $null
    # Two servers need not have a serial number for a quarter of an hour to be found.
    $insight = Start-TestInsight -Environment @{ INSIGHTD_OVERLAP_MINUTES = '0' }
    $null = Connect-TestInsight $insight
    $grants = @{ ACME_PRO_CCU = @{ count = 3 } }
    $first = Start-TestServer -Grants $grants
    $second = Start-TestServer
    # The same file on both: the second one trusts the issuer of the first one.
    Copy-Item -LiteralPath (Join-Path $first.Folder 'issuer/test-issuer.pub') -Destination (Join-Path $second.Data 'trust/first.pub')
    $one = Connect-TestServer $first -NotDefault
    $two = Connect-TestServer $second -NotDefault
    $null = Import-LicenseFile (Join-Path $first.Data 'licenses/base.lic') -Session $two -ErrorAction Stop

    function Register([object] $Session) {
        $code = (New-InsightRegistration -Organization Example -Days 1).RegistrationCode
        Set-LicenseManagementService -Session $Session -Enabled $true -Destination $insight.Address -DestinationCertHash $insight.CertHash -RegistrationCode $code -ErrorAction Stop
    }

    # Each with a session of its own: ann may change things, bob may look, and carol belongs to somebody else.
    $null = New-InsightOrganization Other
    $ann = Connect-TestInsight $insight -Token (New-InsightAccount ann -Organization Example -Permission Full).Secret -NotDefault
    $bob = Connect-TestInsight $insight -Token (New-InsightAccount bob -Organization Example).Secret -NotDefault
    $carol = Connect-TestInsight $insight -Token (New-InsightAccount carol -Organization Other -Permission Full).Secret -NotDefault
}

AfterAll {
    Disconnect-LicenseServer -All
    Disconnect-InsightServer -All
    $first, $second, $insight | ForEach-Object { Stop-TestServer $_ }
}

Describe 'Connect-InsightServer' {
    It 'opens a session apart from those with license servers' {
        $session = [LicensingAdmin.SessionList]::Of('Insight').Default
        $session | Should -HaveCount 1
        "$($session.Account) $($session.Permissions)" | Should -Be 'operator Full'
        [LicensingAdmin.SessionList]::Current.Default | Should -BeNullOrEmpty
        { Get-LicenseInventory -Session $session -ErrorAction Stop } | Should -Throw -ErrorId 'OperationNotFound*'
        { Get-InsightServer -Session $one -ErrorAction Stop } | Should -Throw -ErrorId 'OperationNotFound*'
        { Get-LicenseInventory -ErrorAction Stop } | Should -Throw '*session with a license server*'
    }

    It 'refuses <Name>' -ForEach @(
        @{ Name = 'a token that is none'; Change = { @{ Token = ConvertTo-TestSecret 'ins_nothing' } }; Code = 'AuthorizationFailed*' }
        @{ Name = 'another certificate'; Change = { @{ CertHash = '00' * 32 } }; Code = 'CertificateVerificationFailed*' }
    ) {
        $arguments = @{ Server = $insight.Address; CertHash = $insight.CertHash; Token = ConvertTo-TestSecret $insight.Token; NotDefault = $true; ErrorAction = 'Stop' }
        $changes = & $Change
        foreach ($key in $changes.Keys) { $arguments[$key] = $changes[$key] }
        { Connect-InsightServer @arguments } | Should -Throw -ErrorId $Code
        Get-InsightOrganization Example | Should -HaveCount 1
    }

    It 'takes the token as password, and the environment' {
        $session = Connect-InsightServer $insight.Address -CertHash $insight.CertHash -Credential (New-TestCredential anybody $insight.Token) -NotDefault -PassThru
        $session.Account | Should -Be 'operator'
        $env:INSIGHT_TOKEN = $insight.Token
        try {
            (Connect-InsightServer $insight.Address -CertHash $insight.CertHash -NotDefault -PassThru).Account | Should -Be 'operator'
        }
        finally {
            Remove-Item Env:INSIGHT_TOKEN
        }
    }

    It 'serves one call without a session' {
        Get-InsightAccount -Server $insight.Address -CertHash $insight.CertHash -Token (ConvertTo-TestSecret $insight.Token) | Should -HaveCount 4
    }

    It 'completes what the service answers' {
        (TabExpansion2 'New-InsightAccount x -Organization E' 36).CompletionMatches.CompletionText | Should -Contain 'Example'
    }
}

Describe 'From a registration to a finding' {
    It 'registers servers by one-time codes' {
        $registration = New-InsightRegistration -Organization Example -Days 1
        $registration.RegistrationCode | Should -BeOfType securestring
        $registration.Expires | Should -BeLessOrEqual (Get-Date).AddDays(1)
        { New-InsightRegistration -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidRequest*'
        Register $one
        Register $two
        $servers = Get-InsightServer
        $servers | Should -HaveCount 2
        $servers.Organization | Should -Be 'Example', 'Example'
        $servers[0].LastUpload | Should -BeNullOrEmpty
    }

    It 'finds the file that is on both' {
        foreach ($session in $one, $two, $one) {
            (Start-LicenseUpload -Session $session -ErrorAction Stop).Succeeded | Should -BeTrue
        }
        Get-InsightUpload | Should -HaveCount 3
        Get-InsightServer | Get-InsightUpload -Most 1 | Should -HaveCount 2
        $found = Get-InsightFinding -Kind Duplicate*
        $found | Should -HaveCount 1
        "$($found.Severity) $($found.State)" | Should -Be 'Violation Open'
        $found.Servers | Should -HaveCount 2
        $found.Evidence.Count | Should -BeGreaterThan 0
        (Get-LicenseAlert -Session $one | Where-Object Code -EQ 'ComplianceDuplicateLicense') | Should -HaveCount 1
        (Get-LicenseComplianceFinding -Session $one).Kind | Should -Contain 'DuplicateLicense'
    }

    It 'acknowledges it with a reason, from the pipeline' {
        Get-InsightFinding -Kind DuplicateLicense | Confirm-InsightFinding -Reason 'moving' -WhatIf
        (Get-InsightFinding -Kind DuplicateLicense).State | Should -Be 'Open'
        $confirmed = Get-InsightFinding -Kind DuplicateLicense -Session $ann | Confirm-InsightFinding -Reason 'moving until Friday' -Session $ann
        "$($confirmed.State) $($confirmed.Reason) $($confirmed.AcknowledgedBy)" | Should -Be 'Acknowledged moving until Friday ann'
        { Confirm-InsightFinding no/such/key -Reason x -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidFilter*'
    }

    It 'takes a declared pair for no violation' {
        $a, $b = (Get-InsightServer).ServerGuid
        New-InsightPair $a $b -WhatIf
        Get-InsightPair | Should -BeNullOrEmpty
        (New-InsightPair $a $b -Session $ann).First | Should -BeIn $a, $b
        Get-InsightPair -Session $bob | Should -HaveCount 1
        Get-InsightFinding -Kind DuplicateLicense | Should -BeNullOrEmpty
        (Get-InsightFinding -Kind DuplicateLicense -IncludeResolved).State | Should -Be 'Resolved'
        Get-InsightPair | Remove-InsightPair -Confirm:$false
        Get-InsightPair | Should -BeNullOrEmpty
        $again = Get-InsightFinding -Kind DuplicateLicense
        "$($again.State) $($again.Reopened)" | Should -Be 'Open 1'
    }

    It 'shows capacity, without a forecast where the data carry none' {
        $row = Get-InsightCapacity ACME_PRO* | Select-Object -First 1
        $row.Installed | Should -Be 3
        $row.Forecast | Should -Be 'None'
        $row.NoForecast | Should -Not -BeNullOrEmpty
        $row.RunsOut | Should -BeNullOrEmpty
        Get-InsightServer | Get-InsightCapacity | Should -HaveCount 2
        Get-InsightCapacity -Session $carol | Should -BeNullOrEmpty
    }
}

Describe 'Lists that concern everybody' {
    It 'imports rescinded numbers from a file and from the pipeline, and withdraws them' {
        $serial = (Get-InsightFinding -Kind DuplicateLicense).Subject
        $file = Join-Path $TestDrive 'rescinded.csv'
        Set-Content -LiteralPath $file -Value 'SerialNumber,Vendor,Effective,Reason', "$serial,ACME,2026-01-01T00:00:00Z,refunded"
        Import-InsightRescission $file -WhatIf
        Get-InsightRescission | Should -BeNullOrEmpty
        (Import-InsightRescission $file).SerialNumber | Should -Be $serial
        Get-InsightFinding -Kind RescindedLicense | Should -HaveCount 2
        # With the next upload the license server knows the number, and finds it by itself.
        Test-LicenseCompliance -Session $one | Should -BeNullOrEmpty
        (Start-LicenseUpload -Session $one -ErrorAction Stop).Succeeded | Should -BeTrue
        $local = Test-LicenseCompliance -Session $one
        "$($local.Kind) $($local.Subject) $($local.Source)" | Should -Be "RescindedLicense $serial Local"
        # Of the others only what concerns their servers shows.
        $null = [pscustomobject]@{ SerialNumber = 'ELSE "1"'; Reason = 'stolen, sold' }, [pscustomobject]@{ SerialNumber = 'ELSE-2'; Effective = Get-Date '2030-01-02' } |
            Import-InsightRescission
        $rows = Get-InsightRescission ELSE*
        $rows | Should -HaveCount 2
        ($rows | Where-Object SerialNumber -EQ 'ELSE "1"').Reason | Should -Be 'stolen, sold'
        ($rows | Where-Object SerialNumber -EQ 'ELSE-2').Effective | Should -Be (Get-Date '2030-01-02')
        Get-InsightRescission -Session $ann | Should -HaveCount 1
        Get-InsightRescission -Session $carol | Should -BeNullOrEmpty
        $withdrawn = Get-InsightRescission | Where-Object SerialNumber -EQ $serial | Remove-InsightRescission -Confirm:$false
        $withdrawn.Withdrawn | Should -Not -BeNullOrEmpty
        Get-InsightFinding -Kind RescindedLicense | Should -BeNullOrEmpty
        Get-ChildItem $TestDrive -Filter *.csv | Import-InsightRescission | Should -HaveCount 1
        { Import-InsightRescission $file -Session $ann -ErrorAction Stop } | Should -Throw -ErrorId 'UserNotAuthorized*'
        { [pscustomobject]@{ Serial = 'x' } | Import-InsightRescission -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidRequest*'
    }

    It 'imports required dates, and removes them' {
        $rows = [pscustomobject]@{ Feature = 'ACME_PRO_CCU'; ProductVersion = '2.0'; RequiredDate = Get-Date '2027-01-01' },
        [pscustomobject]@{ Feature = 'OTHER_CCU'; ProductVersion = '1'; RequiredDate = '2026-06-01'; Vendor = 'ACME' } | Import-InsightRequirement
        $rows | Should -HaveCount 2
        (Get-InsightRequirement ACME*).RequiredDate.ToString('yyyy-MM-dd') | Should -Be '2027-01-01'
        (Get-InsightRequirement -Session $ann).Feature | Should -Be 'ACME_PRO_CCU'
        Get-InsightRequirement -Session $carol | Should -BeNullOrEmpty
        { Import-InsightRequirement (Join-Path $TestDrive 'rescinded.csv') -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidRequest*'
        Get-InsightRequirement | Remove-InsightRequirement -WhatIf
        Get-InsightRequirement | Should -HaveCount 2
        Get-InsightRequirement | Remove-InsightRequirement -Confirm:$false
        Get-InsightRequirement | Should -BeNullOrEmpty
    }
}

Describe 'Accounts' {
    It 'belong to the organization of who adds them' {
        $added = New-InsightAccount dora -Session $ann
        $added.Secret | Should -BeOfType securestring
        "$($added.Name) $($added.Organization) $($added.Permissions)" | Should -Be 'dora Example ReadOnly'
        $dora = Connect-TestInsight $insight -Token $added.Secret -NotDefault
        Get-InsightServer -Session $dora | Should -HaveCount 2
        (Get-InsightAccount -Session $ann).Name | Should -Be 'ann', 'bob', 'dora'
        Remove-InsightAccount dora -Session $ann -WhatIf
        Get-InsightAccount dora | Should -HaveCount 1
        Get-InsightAccount dora -Session $ann | Remove-InsightAccount -Confirm:$false -Session $ann
        { Get-InsightServer -Session $dora -ErrorAction Stop } | Should -Throw -ErrorId 'AuthorizationFailed*'
    }

    It 'refuse <Code>' -ForEach @(
        @{ Code = { New-InsightAccount eve -Organization Other -Session $ann }; Error = 'UserNotAuthorized*' }
        @{ Code = { New-InsightAccount eve -Operator -Session $ann }; Error = 'UserNotAuthorized*' }
        @{ Code = { New-InsightAccount eve }; Error = 'InvalidRequest*' }
        @{ Code = { New-InsightAccount ann -Organization Example }; Error = 'InvalidRequest*' }
        @{ Code = { New-InsightAccount eve -Organization Nobody }; Error = 'InvalidFilter*' }
        @{ Code = { Remove-InsightAccount ann -Session $ann -Confirm:$false }; Error = 'InvalidRequest*' }
        @{ Code = { Remove-InsightAccount carol -Session $ann -Confirm:$false }; Error = 'InvalidFilter*' }
        @{ Code = { Remove-InsightAccount operator -Session $ann -Confirm:$false }; Error = 'InvalidFilter*' }
        @{ Code = { New-InsightOrganization Third -Session $ann }; Error = 'UserNotAuthorized*' }
        @{ Code = { New-InsightAccount eve -Session $bob }; Error = 'UserNotAuthorized*' }
        @{ Code = { New-InsightRegistration -Organization Other -Session $ann }; Error = 'UserNotAuthorized*' }
    ) {
        $ErrorActionPreference = 'Stop'
        $Code | Should -Throw -ErrorId $Error
        (Get-InsightAccount).Name | Should -Be 'ann', 'bob', 'carol', 'operator'
    }

    It 'may be made operators by operators' {
        (New-InsightAccount root -Operator -Permission Full).Organization | Should -BeNullOrEmpty
        Remove-InsightAccount root -Confirm:$false
        (Get-InsightOrganization).Name | Should -Be 'Example', 'Other'
        (Get-InsightOrganization Example).Servers | Should -Be 2
        (Get-InsightOrganization -Session $carol).Name | Should -Be 'Other'
    }
}

Describe 'Targets' {
    It 'are added and removed, and show a secret once' {
        New-InsightTarget a@example.com -Organization Example -WhatIf
        Get-InsightTarget | Should -BeNullOrEmpty
        (New-InsightTarget ann@example.com -Session $ann).Organization | Should -Be 'Example'
        $hook = New-InsightTarget https://127.0.0.1:1/hook -WebhookCertHash ('00' * 32)
        $hook.Secret | Should -BeOfType securestring
        "$($hook.Kind)" | Should -Be 'Webhook'
        Get-InsightTarget | Should -HaveCount 2
        Get-InsightTarget | Get-Member -Name Secret | Should -BeNullOrEmpty
        Get-InsightTarget -Session $bob | Should -HaveCount 1
        Get-InsightTarget -Session $carol | Should -BeNullOrEmpty
        { New-InsightTarget https://127.0.0.1:1/ -Session $ann -ErrorAction Stop } | Should -Throw -ErrorId 'UserNotAuthorized*'
        { New-InsightTarget nonsense -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidRequest*'
        { New-InsightTarget https://127.0.0.1:2/ -WebhookCertHash abc -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidRequest*'
        { Remove-InsightTarget https://127.0.0.1:1/hook -Session $ann -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidFilter*'
        Get-InsightTarget | Remove-InsightTarget -Confirm:$false
        Get-InsightTarget | Should -BeNullOrEmpty
    }
}

Describe 'Bundles' {
    It 'bring uploads of a server without a connection, and a receipt back' {
        $bundle = Join-Path $TestDrive 'bundle.json'
        $receipt = Join-Path $TestDrive 'receipt.json'
        $null = Export-LicenseUpload $bundle -Session $one
        Import-InsightBundle $bundle -ReceiptPath $receipt -WhatIf
        $receipt | Should -Not -Exist
        $taken = Import-InsightBundle $bundle -ReceiptPath $receipt -Session $ann
        "$($taken.Stored) $($taken.AlreadyStored) $($taken.Refused)" | Should -Be '1 0 0'
        (Import-LicenseUploadReceipt $receipt -Session $one).Settled | Should -Be 1
        (Import-InsightBundle $bundle).AlreadyStored | Should -Be 1
        { Import-InsightBundle $bundle -ReceiptPath $receipt -ErrorAction Stop } | Should -Throw -ErrorId 'FileAlreadyExists*'
        { Import-InsightBundle $bundle -Session $carol -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidFilter*'
        { Import-InsightBundle $receipt -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidRequest*'
    }
}

Describe 'In 80 columns' {
    It '<Text> shows its headings in one line' -ForEach @(
        @{ List = { Get-InsightServer }; Headings = 'HostName', 'Organization', 'LastUpload', 'ProductVersion' }
        @{ List = { Get-InsightUpload }; Headings = 'ServerGuid', 'Sequence', 'Received', 'Bytes' }
        @{ List = { Get-InsightFinding }; Headings = 'Severity', 'Kind', 'State', 'Subject' }
        @{ List = { Get-InsightCapacity }; Headings = 'Feature', 'Installed', 'Peak', 'LastUsed', 'Unused', 'Forecast', 'RunsOut' }
        @{ List = { Get-InsightRescission }; Headings = 'SerialNumber', 'Vendor', 'Effective', 'Withdrawn' }
        @{ List = { Get-InsightAccount }; Headings = 'Name', 'Organization', 'Permissions', 'Added' }
        @{ List = { Get-InsightOrganization }; Headings = 'Name', 'Servers', 'Added' }
        @{ List = { [pscustomobject]@{ Feature = 'X'; ProductVersion = '1'; RequiredDate = '2026-01-01' } | Import-InsightRequirement }; Headings = 'Feature', 'Vendor', 'ProductVersion', 'RequiredDate' }
    ).ForEach({ $_ + @{ Text = "$($_.List)".Trim() } }) {
        $lines = (& $List | Out-String -Width 80) -split '\r?\n'
        ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 80
        $rule = @($lines | Where-Object { $_ -match '^\s*-[- ]*$' })[0]
        $shown = -split $lines[[array]::IndexOf($lines, $rule) - 1]
        foreach ($heading in $Headings) {
            $shown | Should -Contain $heading
        }
    }
}

Describe 'Remove-InsightServer' {
    It 'ends a registration' {
        $guid = (Get-LicenseManagementService -Session $two).ServerGuid
        Get-InsightServer $guid | Remove-InsightServer -WhatIf
        Get-InsightServer | Should -HaveCount 2
        { Remove-InsightServer $guid -Session $bob -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'UserNotAuthorized*'
        { Remove-InsightServer $guid -Session $carol -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidFilter*'
        Get-InsightServer $guid | Remove-InsightServer -Confirm:$false
        (Get-InsightServer).ServerGuid | Should -Not -Contain $guid
        { Start-LicenseUpload -Session $two -ErrorAction Stop } | Should -Throw -ErrorId 'RegistrationMissing*'
    }
}
