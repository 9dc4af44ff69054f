# What public scripts for the original do, one case for each way of doing it: as written there, and unmodified.

BeforeDiscovery {
    $built = if ($env:LICENSING_OUT) { $env:LICENSING_OUT } else { Join-Path $PSScriptRoot '../out' }
    $commands = (Import-PowerShellDataFile (Join-Path $built 'LicensingAdmin/LicensingAdmin.psd1')).FunctionsToExport
    $shapes = Import-PowerShellDataFile (Join-Path $PSScriptRoot 'data/OldScripts.psd1')
    $cases = foreach ($group in 'Loading', 'Snapin', 'Wmi', 'Reading') {
        foreach ($shape in $shapes[$group]) {
            @{ Group = $group; Shape = $shape.Shape; Script = $shape.Script; Expect = $shape.Expect; Needs = $shape['Needs'] }
        }
    }
    $runnable = $cases.Where{ -not $_.Needs -or $_.Needs -in $commands }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    Import-Module (Get-BuiltPath 'LicensingAdmin.Compat') -Global
    $modulePath = $env:PSModulePath
    $env:PSModulePath = (Get-BuiltPath) + [System.IO.Path]::PathSeparator + $env:PSModulePath
    $licensing = $null
    $licensing = Start-TestServer -Grants ([ordered]@{
            XDT_PLT_UD  = @{ count = 25; version = "'2027.0401'"; vendor_string = "{ license_type = 'Retail', overdraft_percent = 20 }" }
            XDT_ENT_UD  = @{ count = 10 }
            MPS_ADV_CCU = @{ count = 5 }
        }) -Environment @{
        LICENSINGD_WSMAN__ENABLED         = 'true'
        LICENSINGD_WSMAN__PORT            = '0'
        LICENSINGD_WSMAN__REFRESH_SECONDS = '1'
    }
    $null = Start-TestProduct $licensing MPS_ADV_CCU anna ws-101
    $null = Start-TestProduct $licensing XDT_ENT_UD bashir ws-102
    $env:LICENSING_WMI_PORT = $licensing.Endpoints.wsman -replace '^.*:'
    Connect-TestServer $licensing
    $extra = New-TestLicenseFile $licensing 'more.lic' ([ordered]@{ XDT_STD_CCU = @{ count = 2 } })

    # Runs a script as its author wrote it: not strict, and with the variables that it sets itself elsewhere.
    function Invoke-OldScript([string] $Text) {
        Set-StrictMode -Off
        $server = $s = $licensing.Endpoints.wsman
        $name, $port = $licensing.Endpoints.webServices -split ':'
        $url = $licensing.Address
        $manager, $managerPort = $licensing.Manager -split ':'
        $path = $extra
        $folder = $licensing.Folder
        $cred = New-TestCredential admin $licensing.Password
        $cert = Get-LicCertificate -AdminAddress $url
        $type = 'XDT'
        & ([scriptblock]::Create($Text))
    }
}

AfterAll {
    $env:LICENSING_WMI_PORT = $null
    $env:PSModulePath = $modulePath
    Disconnect-LicenseServer -All
    Remove-Module Citrix.Licensing.Admin.V1, LicensingAdmin.Compat -ErrorAction SilentlyContinue
    Stop-TestServer $licensing
}

Describe 'A script that' {
    It '<Shape>' -ForEach $runnable {
        $result = Invoke-OldScript $Script
        $ok = & ([scriptblock]::Create($Expect)) $result
        if (-not $ok) {
            throw "It gave: $(($result | Out-String).Trim())"
        }
    }
}
