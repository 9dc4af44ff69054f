# Seats that were bought, from the order at the vendor to the product that holds one: with a license server and Insight Services of
# the vendor as real programs.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $server = $insight = $null

    # Insight Services of a vendor with one issuer.
    function Start-TestFulfilment {
        $folder = Join-Path ([System.IO.Path]::GetTempPath()) "licensing-test-$([guid]::NewGuid().ToString('n'))"
        $data = Join-Path $folder 'insight'
        $null = New-Item -ItemType Directory -Path $folder
        $null = Invoke-Program insightd @('init', '--data', $data, '--port', '0', '--host-name', 'localhost')
        $null = Invoke-Program insightd @('issuer', 'init', '--name', 'Acme Vendor', '--vendor', 'ACME', '--data', $data)
        $started = [pscustomobject]@{ Folder = $folder; Data = $data; Program = $null; Endpoints = $null }
        $started.Program = Start-Program insightd @('run', '--data', $data)
        $started.Endpoints = $started.Program.Process.StandardOutput.ReadLine() | ConvertFrom-Json
        $started
    }

    # Loads an order with one entitlement and gives its access code.
    function Add-TestOrder([string] $Number, [int] $Count = 25, [string] $Further = '', [string] $Feature = 'CAD_PRO_CCU', [string] $Expires = '2037-12-31') {
        $file = Join-Path $insight.Folder "$Number.toml"
        Set-Content -LiteralPath $file -Value @"
order_number = '$Number'
customer = 'Example Ltd'
vendor = 'ACME'

[[entitlements]]
product = 'Acme CAD Professional'
count = $Count
subscription_date = '2027-06-30'
expires = '$Expires'
$Further

[[entitlements.grants]]
feature = '$Feature'
"@
        "$(Invoke-Program insightd @('order', 'add', $file, '--data', $insight.Data))".Trim()
    }

    function Get-Seat([string] $Feature = 'CAD_PRO_CCU') {
        $rows = @(Get-LicenseInventory -ErrorAction Ignore | Where-Object Feature -EQ $Feature)
        if ($rows) { ($rows | Measure-Object -Property Installed -Sum).Sum } else { 0 }
    }

    $insight = Start-TestFulfilment
    $server = Start-TestServer -Grants @{ ACME_BASE_CCU = @{ count = 1 } } -Environment @{
        LICENSINGD_FULFILMENT__ADDRESS   = "https://$($insight.Endpoints.https)"
        LICENSINGD_FULFILMENT__CERT_HASH = $insight.Endpoints.certHash
    }
    Copy-Item -LiteralPath (Join-Path $insight.Data 'issuers/acme-vendor.pub') -Destination (Join-Path $server.Data 'trust')
    $null = Connect-TestServer $server
    $null = Invoke-LicenseReread
    $url = $server.Address
    $cert = Get-LicCertificate $url
    $code = Add-TestOrder 'SO-1'
}

AfterAll {
    Disconnect-LicenseServer -All
    Stop-TestServer $server
    if ($insight) {
        Stop-Program $insight.Program
        Remove-Item -LiteralPath $insight.Folder -Recurse -Force
    }
}

Describe 'Seats of an order' {
    It 'are served after one line of the old commands' {
        Get-LicEntitlements -AdminAddress $url -CertHash $cert.CertHash -AccessCode $code | New-LicAllocation -AdminAddress $url -CertHash $cert.CertHash -Count 5
        Get-Seat | Should -Be 5
        $null = Start-TestProduct $server CAD_PRO_CCU -User anna -Device ws-1
        (Get-LicenseUsage -Feature CAD_PRO_CCU).User | Should -Be 'anna'
    }

    It 'are served after one line of the new commands' {
        $done = Get-LicenseEntitlement (ConvertTo-TestSecret $code) | New-LicenseAllocation -Count 7
        $done.PSTypeNames[0] | Should -Be 'LicensingAdmin.Allocation'
        $done.State | Should -Be 'Installed'
        Get-Seat | Should -Be 12
        (Get-LicenseFile $done.FileName).Signature | Should -Be 'Valid'
        (Get-LicenseAllocation -State Installed) | Should -HaveCount 2
    }

    It 'show what is left' {
        $row = Get-LicEntitlements -AdminAddress $url -AccessCode $code
        $row.PSTypeNames[0] | Should -Be 'Citrix.Licensing.Admin.SDK.WSLEntitlements'
        $row.EntitlementId | Should -Be 'SO-1-1'
        $row.EntitlementProductName | Should -Be 'Acme CAD Professional'
        $row.LicenseBindType | Should -Be 'HOSTNAME'
        $row.LicensesTotal | Should -Be 25
        $row.LicensesAvailable | Should -Be 13
        $row.FeatureList | Should -Be 'CAD_PRO_CCU'
        $row.EntitlementSubscriptionAdvantageDate | Should -BeOfType [datetime]
        $row.EntitlementCustomerSuccessServicesDate | Should -Be $row.EntitlementSubscriptionAdvantageDate
    }

    It 'are allocated once for a request, however often it is made' {
        $row = Get-LicenseEntitlement (ConvertTo-TestSecret $code)
        $id = [guid]::NewGuid()
        $one, $two = 1, 2 | ForEach-Object { $row | New-LicenseAllocation -Count 1 -RequestId $id }
        $two.FulfillmentId | Should -Be $one.FulfillmentId
        Get-Seat | Should -Be 13
    }

    It 'come back, and can be allocated again' {
        $row = (Get-LicenseAllocation -State Installed)[0]
        $back = $row | Remove-LicenseAllocation -Confirm:$false
        $back.State | Should -Be 'Returned'
        Get-Seat | Should -Be 12
        (Get-LicenseEntitlement (ConvertTo-TestSecret $code)).LicensesAvailable | Should -Be 13
        { Remove-LicenseAllocation 'FID-none' -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'AllocationNotFound*'
    }

    It 'are asked for and answered in files' {
        $file = Join-Path $TestDrive 'seats.request.json'
        $answer = Join-Path $TestDrive 'seats.answer.json'
        $null = Export-LicenseAllocationRequest $file -AccessCode (ConvertTo-TestSecret $code) -EntitlementId 'SO-1-1' -Count 2
        (Get-Content $file -Raw) | Should -Not -Match $code.Substring(3)
        $null = Invoke-Program insightd @('allocation', 'answer', $file, '--output', $answer, '--data', $insight.Data)
        $changed = Join-Path $TestDrive 'changed.json'
        (Get-Content $answer -Raw).Replace('"count":2', '"count":3') | Set-Content $changed
        { Import-LicenseAllocationAnswer $changed -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidAllocationAnswer*'
        (Import-LicenseAllocationAnswer $answer).State | Should -Be 'Installed'
        (Import-LicenseAllocationAnswer $answer).State | Should -Be 'Installed'
        Get-Seat | Should -Be 14
    }

    It 'are not asked for when the request has no place, and leave no file when they are refused' {
        $before = @(Get-LicenseAllocation).Count
        $wanted = @{ AccessCode = ConvertTo-TestSecret $code; EntitlementId = 'SO-1-1' }
        $file = Join-Path $TestDrive 'no-such-folder' 'seats.request.json'
        (Get-OnlyError { Export-LicenseAllocationRequest $file -Count 1 @wanted }).FullyQualifiedErrorId | Should -BeLike 'LocalFileUnwritable*'
        $file = Join-Path $TestDrive 'none.request.json'
        (Get-OnlyError { Export-LicenseAllocationRequest $file -Count 0 @wanted }).FullyQualifiedErrorId | Should -BeLike 'InvalidCount*'
        $file | Should -Not -Exist
        Set-Content -LiteralPath $file -Value 'kept'
        (Get-OnlyError { Export-LicenseAllocationRequest $file -Count 1 @wanted }).FullyQualifiedErrorId | Should -BeLike 'FileAlreadyExists*'
        Get-Content -LiteralPath $file | Should -Be 'kept'
        Get-LicenseAllocation | Should -HaveCount $before
    }

    It 'stay where they are when the proof has no place' {
        $row = (Get-LicenseAllocation -State Installed)[0]
        $file = Join-Path $TestDrive 'a-file'
        Set-Content $file 'no folder'
        $row | Remove-LicenseAllocation -ProofPath $file -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable problem | Should -BeNullOrEmpty
        $problem[-1].FullyQualifiedErrorId | Should -BeLike 'LocalFileUnwritable*'
        Get-Seat | Should -Be 14
    }

    It 'go back by a proof in a file' {
        $row = (Get-LicenseAllocation -State Installed)[0]
        $proofs = Join-Path $TestDrive 'proofs'
        $back = $row | Remove-LicenseAllocation -ProofPath $proofs -Confirm:$false
        $back.State | Should -Be 'ReturnPending'
        Get-Seat | Should -Be 12
        $said = Invoke-Program insightd @('allocation', 'return', (Join-Path $proofs $back.ProofFileName), '--data', $insight.Data)
        "$said" | Should -Match '2 seats of SO-1-1 returned; 13 available'
    }

    It 'leave records of who did it' {
        $returned = @(Get-LicenseAllocation | Where-Object State -EQ Returned)[-1]
        $returned | Should -Not -BeNullOrEmpty
        $records = Get-LicenseAudit -Vendor server
        foreach ($operation in 'NewAllocation', 'ReturnAllocation', 'ConfirmReturn', 'ExportAllocationRequest', 'ImportAllocationAnswer') {
            $found = @($records | Where-Object Operation -EQ $operation)
            @($found | ForEach-Object Actor) | Should -Contain 'LIC-TEST\admin' -Because $operation
        }
        ($records | Where-Object Operation -EQ ConfirmReturn).Target | Should -Contain $returned.FulfillmentId
        # The files themselves, with the allocation that they are of.
        $texts = @{}
        foreach ($operation in 'ImportLicenseFile', 'RemoveLicenseFile') {
            $texts[$operation] = ($records | Where-Object Operation -EQ $operation).Detail -join "`n"
            $texts[$operation] | Should -Match $returned.FulfillmentId -Because $operation
        }
        ($records.Detail -join "`n") | Should -Not -Match $code.Substring(3)
        Stop-Program $server.Program
        (Invoke-Program licensingd @('verify', '--data', $server.Data)) -join "`n" | Should -Match 'server'
        Resume-TestServer $server
        $script:url = $server.Address
        Disconnect-LicenseServer -All
        $null = Connect-TestServer $server
    }

    It 'leave records at the vendor as well' {
        $records = @(Invoke-Program insightd @('audit', 'list', '--data', $insight.Data))
        foreach ($operation in 'NewInsightOrder', 'FulfilAllocation', 'FulfilReturn') {
            ($records -join "`n") | Should -Match "`t$operation`t"
        }
        @($records -match "`tNewInsightOrder`tSO-1`tinsightd`t") | Should -HaveCount 1
        Invoke-Program insightd @('audit', 'verify', '--data', $insight.Data) | Should -Match "^$($records.Count) records"
    }
}

Describe 'The error <Code>' {
    It 'UserNotFound: nobody has the access code' {
        { Get-LicEntitlements $server.Address -AccessCode LA-0000431065-00000 -ErrorAction Stop } | Should -Throw -ErrorId 'UserNotFound*'
    }

    It 'UserNotAuthorized: the caller may only look' {
        $null = New-LicenseAdministrator -Credential (New-TestCredential looker $server.Password) -Permission ReadOnly
        $looker = New-TestCredential looker $server.Password
        { Get-LicEntitlements $server.Address -AccessCode $code -Credentials $looker -ErrorAction Stop } | Should -Throw -ErrorId 'UserNotAuthorized*'
        { New-LicAllocation $server.Address -EntitlementId x -Count 1 -SessionId y -Credentials $looker -ErrorAction Stop } | Should -Throw -ErrorId 'UserNotAuthorized*'
        { Get-LicRenewals $server.Address -Credentials $looker -ErrorAction Stop } | Should -Throw -ErrorId 'UserNotAuthorized*'
        { Set-LicSARenewalOptions $server.Address -Option Notify -Credentials $looker -ErrorAction Stop } | Should -Throw -ErrorId 'UserNotAuthorized*'
    }

    It 'InvalidSession, InvalidEntitlementId and InvalidCount: each by what is wrong, and nothing is allocated' {
        $row = Get-LicEntitlements $server.Address -AccessCode $code
        $right = @{ EntitlementId = $row.EntitlementId; SessionId = $row.EntitlementSessionId; Count = 1 }
        $cases = @(
            @{ Id = 'InvalidSession*'; Change = @{ SessionId = 'SES-0' } }
            @{ Id = 'InvalidEntitlementId*'; Change = @{ EntitlementId = 'SO-9-9' } }
            @{ Id = 'InvalidCount*'; Change = @{ Count = 0 } }
            @{ Id = 'InvalidCount*'; Change = @{ Count = -1 } }
            @{ Id = 'InvalidCount*'; Change = @{ Count = 1000 } }
        )
        foreach ($case in $cases) {
            $arguments = $right.Clone()
            foreach ($key in $case.Change.Keys) {
                $arguments[$key] = $case.Change[$key]
            }
            { New-LicAllocation $server.Address @arguments -ErrorAction Stop } | Should -Throw -ErrorId $case.Id
        }
        (Get-LicEntitlements $server.Address -AccessCode $code).LicensesAvailable | Should -Be $row.LicensesAvailable
        (Get-LicenseAllocation -State Pending) | Should -BeNullOrEmpty
    }

    It 'NoWriteAccess: the license folder is not there to be written to' {
        $row = Get-LicEntitlements $server.Address -AccessCode $code
        $licenses = Join-Path $server.Data 'licenses'
        Rename-Item $licenses "$licenses.away"
        try {
            { $row | New-LicAllocation $server.Address -Count 1 -ErrorAction Stop } | Should -Throw -ErrorId 'NoWriteAccess*'
        }
        finally {
            Rename-Item "$licenses.away" $licenses
        }
        (Get-LicEntitlements $server.Address -AccessCode $code).LicensesAvailable | Should -Be $row.LicensesAvailable
    }

    It 'LicenseWriteFailed: something else has the name of the license file' {
        $file = Join-Path $TestDrive 'blocked.request.json'
        $answer = Join-Path $TestDrive 'blocked.answer.json'
        $null = Export-LicenseAllocationRequest $file -AccessCode (ConvertTo-TestSecret $code) -EntitlementId 'SO-1-1' -Count 1
        $null = Invoke-Program insightd @('allocation', 'answer', $file, '--output', $answer, '--data', $insight.Data)
        $name = (Get-Content $answer -Raw | ConvertFrom-Json).allocated.fileName
        $blocking = New-Item -ItemType Directory (Join-Path $server.Data "licenses/$name")
        { Import-LicenseAllocationAnswer $answer -ErrorAction Stop } | Should -Throw -ErrorId 'LicenseWriteFailed*'
        Remove-Item $blocking.FullName
        (Import-LicenseAllocationAnswer $answer).State | Should -Be 'Installed'
    }

    It 'LicenseWriteFailed: the answer is kept, and installed as soon as that works' {
        $file = Join-Path $TestDrive 'kept.request.json'
        $answer = Join-Path $TestDrive 'kept.answer.json'
        $null = Export-LicenseAllocationRequest $file -AccessCode (ConvertTo-TestSecret $code) -EntitlementId 'SO-1-1' -Count 1
        $null = Invoke-Program insightd @('allocation', 'answer', $file, '--output', $answer, '--data', $insight.Data)
        $name = (Get-Content $answer -Raw | ConvertFrom-Json).allocated.fileName
        $blocking = New-Item -ItemType Directory (Join-Path $server.Data "licenses/$name")
        { Import-LicenseAllocationAnswer $answer -ErrorAction Stop } | Should -Throw -ErrorId 'LicenseWriteFailed*'
        $row = Get-LicenseAllocation -State Pending
        $row.Problem | Should -Not -BeNullOrEmpty
        @(Get-LicenseAlert | Where-Object Code -EQ AllocationPending) | Should -HaveCount 1
        # A start tries at once, and then every minute.
        Stop-Program $server.Program
        Remove-Item $blocking.FullName
        Resume-TestServer $server
        Disconnect-LicenseServer -All
        $null = Connect-TestServer $server
        $deadline = [datetime]::UtcNow.AddSeconds(120)
        do {
            $row = Get-LicenseAllocation | Where-Object RequestId -EQ $row.RequestId
        } while ($row.State -ne 'Installed' -and [datetime]::UtcNow -lt $deadline)
        $row.State | Should -Be 'Installed'
        $row.FileName | Should -Be $name
        $record = @(Get-LicenseAudit -Vendor server | Where-Object { $_.Operation -eq 'ImportLicenseFile' -and $_.Target -eq $name })
        $record[-1].Actor | Should -Be 'licensingd for LIC-TEST\admin'
    }

    It 'InvalidSARenewalOption, NoSARenewals and NoRenewalLicenseFound' {
        { Set-LicSARenewalOptions $server.Address -Option Sometimes -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidSARenewalOption*'
        { Get-LicRenewals $server.Address -ErrorAction Stop } | Should -Throw -ErrorId 'NoSARenewals*'
        { Install-LicRenewals $server.Address -FulfillmentID 'none@none' -ErrorAction Stop } | Should -Throw -ErrorId 'NoRenewalLicenseFound*'
    }
}

Describe 'A renewal' {
    BeforeAll {
        $trial = Add-TestOrder 'SO-2' 4 -Feature 'VIEW_STD_CCU' -Expires ([datetime]::UtcNow.AddDays(20).ToString('yyyy-MM-dd'))
        $null = Get-LicenseEntitlement (ConvertTo-TestSecret $trial) | New-LicenseAllocation -Count 4
        $null = Add-TestOrder 'SO-3' 4 "renews = 'SO-2-1'" -Feature 'VIEW_STD_CCU'
    }

    It 'is offered for what is installed, as new and for what is expiring' {
        $row = Get-LicRenewals $server.Address
        $row.PSTypeNames[0] | Should -Be 'Citrix.Licensing.Admin.SDK.WSLFulfillment'
        $row.Quantity | Should -Be 4
        $row.SerialNumber | Should -BeLike 'SO-2:FID-*'
        (Get-LicenseRenewal -Expiring -New).FulfillmentId | Should -Be $row.FulfillmentId
    }

    It 'raises an alert where that is the option' {
        Set-LicSARenewalOptions $server.Address -Option Notify
        (Get-LicSARenewalOptions $server.Address).SARenewalOption | Should -Be 'Notify'
        (Get-LicenseAlert | Where-Object Code -EQ RenewalAvailable).Detail | Should -Match 'Acme CAD'
        Set-LicenseRenewalOption Manual
        (Get-LicenseRenewalOption).Option | Should -Be 'Manual'
    }

    It 'takes the place of what it renews' {
        $before = (Get-LicenseFile).Count
        Get-LicRenewals $server.Address | ForEach-Object { Install-LicRenewals $server.Address -FulfillmentID $_.FulfillmentId }
        (Get-LicenseFile).Count | Should -Be $before
        $row = Get-LicenseInventory VIEW_STD_CCU
        $row.Installed | Should -Be 4
        $row.Expires.Year | Should -Be 2037
        { Get-LicRenewals $server.Address -ErrorAction Stop } | Should -Throw -ErrorId 'NoSARenewals*'
    }

    It 'has a record in the audit, and so has the option' {
        $records = Get-LicenseAudit -Vendor server
        ($records | Where-Object Operation -EQ SetRenewalOption).Detail | Should -Be '{"option":"Notify"}', '{"option":"Manual"}'
        $record = @($records | Where-Object { $_.Operation -eq 'InstallRenewal' -and $_.Target -ne 'none@none' })
        $record | Should -HaveCount 1
        $record[0].Actor | Should -Be 'LIC-TEST\admin'
    }
}
