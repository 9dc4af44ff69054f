# What monitoring reads from a real server.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $server = $null
    $server = Start-TestServer -Grants ([ordered]@{
            ACME_PRO_CCU = @{ count = 5; vendor_string = "{ license_type = 'Retail', overdraft_percent = 20 }" }
        }) -Options 'RESERVE 2 ACME_PRO_CCU USER carol'
    $null = Connect-TestServer $server
    $handler = [System.Net.Http.HttpClientHandler]::new()
    $handler.ServerCertificateCustomValidationCallback = [System.Net.Http.HttpClientHandler]::DangerousAcceptAnyServerCertificateValidator
    $client = [System.Net.Http.HttpClient]::new($handler)

    function Get-Metric {
        param([string] $Token)

        $request = [System.Net.Http.HttpRequestMessage]::new('Get', "$($server.Address)/metrics")
        if ($Token) {
            $request.Headers.Authorization = [System.Net.Http.Headers.AuthenticationHeaderValue]::new('Bearer', $Token)
        }
        $client.SendAsync($request).GetAwaiter().GetResult()
    }
}

AfterAll {
    $client.Dispose()
    Disconnect-LicenseServer -All
    Stop-TestServer $server
}

Describe '/metrics' {
    It 'wants credentials' {
        (Get-Metric).StatusCode | Should -Be 'Unauthorized'
    }

    It 'shows the seats of a pool, grants, refusals and commits' {
        $null = Start-TestProduct $server ACME_PRO_CCU -User alice -Device pc1 -Count 3
        { Start-TestProduct $server ACME_PRO_CCU -User bob -Device pc2 -Count 2 } | Should -Throw
        $token = New-LicenseToken -Name prometheus
        $answer = Get-Metric ([System.Net.NetworkCredential]::new('', $token.Secret).Password)
        $answer.StatusCode | Should -Be 'OK'
        $answer.Content.Headers.ContentType.MediaType | Should -Be 'application/openmetrics-text'
        $lines = $answer.Content.ReadAsStringAsync().GetAwaiter().GetResult() -split "`n"
        $pool = Get-LicenseInventory ACME_PRO_CCU
        $labels = "{vendor=`"ACME`",feature=`"ACME_PRO_CCU`",version=`"2026.0401`",pool=`"$($pool.PoolId)`"}"
        foreach ($expected in @(
                "licensing_pool_seats_installed$labels 5"
                "licensing_pool_seats_overdraft$labels 1"
                "licensing_pool_seats_in_use$labels 3"
                "licensing_pool_seats_reserved$labels 2"
                "licensing_pool_seats_free$labels 1"
                'licensing_vendor_up{vendor="ACME"} 1'
                'licensing_leases{vendor="ACME"} 1'
                'licensing_checkouts_granted_total{vendor="ACME"} 1'
                'licensing_checkouts_denied_total{vendor="ACME",reason="AllReserved"} 1'
            )) {
            $lines | Should -Contain $expected
        }
        $commits = $lines | Where-Object { $_ -match '^licensing_commit_duration_seconds_count' }
        [int] ($commits -replace '^.* ') | Should -BeGreaterOrEqual 1
        $lines[-2] | Should -Be '# EOF'
    }
}
