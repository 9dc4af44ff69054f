# Every example of the help of the Insight commands runs against a real insightd with two registered license servers: as an operator,
# and as somebody who may only look.

BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $examples = foreach ($command in Get-Command -Module LicensingAdmin -Name *-Insight*) {
        $number = 0
        foreach ($example in $command.ScriptBlock.Ast.GetHelpContent().Examples) {
            $number++
            @{ Name = $command.Name; Number = $number; Code = ($example.Trim() -split '\r?\n\s*\r?\n', 2)[0] }
        }
    }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $insight = $first = $second = $null
    $insight = Start-TestInsight
    $null = Connect-TestInsight $insight
    $first = Start-TestServer -Grants @{ ACME_PRO_CCU = @{ count = 3 } }
    $second = Start-TestServer
    $servers = @(Connect-TestServer $first -NotDefault) + @(Connect-TestServer $second -NotDefault)
    $looking = (New-InsightAccount monitoring -Organization Example).Secret
    $workplace = Join-Path $insight.Folder 'workplace'
    $places = @(
        , ('https://insight.example.com:8443', $insight.Address)
        , ('insight.example.com', $insight.Name)
        , ('old-server.example.com', 'lic-test')
        , ('New-InsightAccount monitoring', 'New-InsightAccount another')
    )

    # What examples begin with, whatever the one before did.
    function Reset-State {
        Disconnect-InsightServer -All
        $null = Connect-TestInsight $insight
        $registered = @(Get-InsightServer | ForEach-Object ServerGuid)
        foreach ($session in $servers) {
            if ((Get-LicenseManagementService -Session $session).ServerGuid -notin $registered) {
                $code = (New-InsightRegistration -Organization Example).RegistrationCode
                Set-LicenseManagementService -Session $session -Destination $insight.Address -DestinationCertHash $insight.CertHash -RegistrationCode $code -ErrorAction Stop
                $null = Start-LicenseUpload -Session $session
            }
        }
        Get-InsightAccount | Where-Object Name -NotIn operator, monitoring | Remove-InsightAccount -Confirm:$false
        $null = New-InsightAccount bob -Organization Example
        Get-InsightTarget | Remove-InsightTarget -Confirm:$false
        $null = New-InsightTarget licensing@example.com -Organization Example
        $null = [pscustomobject]@{ SerialNumber = 'ACME-4711' } | Import-InsightRescission
        $null = [pscustomobject]@{ Feature = 'CAD_PRO_CCU'; ProductVersion = '2.0'; RequiredDate = '2026-01-01' } | Import-InsightRequirement
        if (Test-Path -LiteralPath $workplace) {
            Remove-Item -LiteralPath $workplace -Recurse
        }
        $null = New-Item -ItemType Directory -Path $workplace, (Join-Path $workplace 'bundles')
        $null = Export-LicenseUpload (Join-Path $workplace 'bundle.json') -Session $servers[0]
        Copy-Item -LiteralPath (Join-Path $workplace 'bundle.json') -Destination (Join-Path $workplace 'bundles')
        Copy-Item -LiteralPath (Join-Path $insight.Data 'tls/server.crt') -Destination (Join-Path $workplace 'ca.pem')
        [System.IO.File]::WriteAllText((Join-Path $workplace 'rescinded.csv'), "SerialNumber,Vendor,Effective,Reason`nACME-1,ACME,2026-01-01T00:00:00Z,refunded`n")
        [System.IO.File]::WriteAllText((Join-Path $workplace 'requirements.csv'), "Feature,ProductVersion,RequiredDate`nCAD_PRO_CCU,3.0,2026-06-01`n")
    }
}

AfterAll {
    Disconnect-LicenseServer -All
    Disconnect-InsightServer -All
    $first, $second, $insight | ForEach-Object { Stop-TestServer $_ }
}

Describe 'The examples of the help, as <Account>' -ForEach @(@{ Account = 'operator' }, @{ Account = 'monitoring' }) {
    It '<Name>, example <Number>' -ForEach $examples {
        Reset-State
        $secret = if ($Account -eq 'operator') { ConvertTo-TestSecret $insight.Token } else { $looking }
        Disconnect-InsightServer -All
        $null = Connect-TestInsight $insight -Token $secret
        foreach ($place in $places) {
            $Code = $Code.Replace($place[0], $place[1])
        }
        $shell = {
            param($code, $folder, $token, $hash)
            $ErrorActionPreference = 'Stop'
            $PSDefaultParameterValues = @{ '*-Insight*:ErrorAction' = 'Stop' }
            $null = $PSDefaultParameterValues, $hash
            function Read-Host { $token }
            Push-Location -LiteralPath $folder
            try {
                . ([scriptblock]::Create($code)) | Out-String
            }
            finally {
                Pop-Location
            }
        }
        $failure = try { $null = & $shell $Code $workplace $secret $insight.CertHash } catch { $_ }
        if ($Account -eq 'operator') {
            $failure | Should -BeNullOrEmpty
        }
        elseif ($failure) {
            # What changes something is refused by its name; all else works.
            $failure.FullyQualifiedErrorId | Should -BeLike 'UserNotAuthorized*' -Because "$failure"
        }
    }
}
