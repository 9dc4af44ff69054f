# When seats were assigned to users and devices, and released.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $server = $null
    $server = Start-TestServer -Grants ([ordered]@{
            ACME_PRO_CCU = @{ count = 1 }
            ACME_STD_UD  = @{ count = 3 }
        })
    $null = Connect-TestServer $server
    $null = Start-TestProduct $server ACME_PRO_CCU -User alice -Device pc-alice
    $null = Start-TestProduct $server ACME_STD_UD -User dave -Device pc-dave
}

AfterAll {
    Disconnect-LicenseServer -All
    Stop-TestServer $server
}

Describe 'Get-LicenseAssignmentEvent' {
    It 'lists assignment and release, oldest first' {
        Get-LicenseUsage -Model User | Revoke-License -Confirm:$false
        $last = @(Get-LicenseAssignmentEvent ACME_*_UD -Newest 2)
        $last.Event | Should -Be 'Assigned', 'Released'
        $last[1].PSTypeNames[0] | Should -Be 'LicensingAdmin.AssignmentEventRow'
        $last[1].User | Should -Be 'dave'
        $last[1].Device | Should -Be 'pc-dave'
        $last[1].At | Should -BeGreaterOrEqual $last[0].At
    }

    It 'has none of sessions, which are not assigned' {
        Get-LicenseAssignmentEvent ACME_PRO_CCU | Should -BeNullOrEmpty
    }
}
