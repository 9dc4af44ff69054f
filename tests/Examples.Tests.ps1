# Every example of the help runs against a real server: the hosts, files and accounts it names are made to exist. It also runs
# where commands go to two servers at once, and where the caller may only look. Those of Insight Services have tests of their own.

BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $examples = foreach ($command in Get-Command -Module LicensingAdmin | Where-Object Name -NotLike '*-Insight*') {
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
    $server = $second = $null
    $settings = @{
        Grants      = @{ ACME_PRO_CCU = @{ count = 5 } }
        Options     = 'GROUP designers alice', 'RESERVE 1 ACME_PRO_CCU GROUP designers'
        Environment = @{
            LICENSINGD_WSMAN__ENABLED    = 'true'
            LICENSINGD_WSMAN__PORT       = '0'
            LICENSINGD_WSMAN__PLAIN      = 'true'
            LICENSINGD_WSMAN__PLAIN_PORT = '0'
        }
    }
    $server = Start-TestServer @settings
    # The order of license files of the second one is signed by the same issuer.
    $second = Start-TestServer @settings
    Copy-Item -LiteralPath (Join-Path $server.Folder 'issuer/test-issuer.pub') -Destination (Join-Path $second.Data 'trust/first-issuer.pub')
    $acme = New-TestLicenseFile $server 'acme.lic' @{ ACME_STD_CCU = @{ count = 3 } }
    $workplace = Join-Path $server.Folder 'workplace'
    $managerHost, $managerPort = $server.Manager -split ':'
    $monitor = New-TestCredential monitor $server.Password

    # What an example answers where it needs a receiver of uploads and there is none.
    $withoutReceiver = @{
        'Import-LicenseUploadReceipt 1'  = 'FileNotFound*'
        'Set-LicenseManagementService 2' = 'ReceiverUnavailable*'
        'Start-LicenseUpload 1'          = 'ManagementServiceOff*'
        'Get-LicenseEntitlement 1'       = 'FulfilmentNotConfigured*'
        'Get-LicenseEntitlement 2'       = 'FulfilmentNotConfigured*'
        'Get-LicenseRenewal 1'           = 'FulfilmentNotConfigured*'
        'Get-LicenseRenewal 2'           = 'FulfilmentNotConfigured*'
        'Install-LicenseRenewal 1'       = 'FulfilmentNotConfigured*'
        'Install-LicenseRenewal 2'       = 'FulfilmentNotConfigured*'
        'New-LicenseAllocation 1'        = 'FulfilmentNotConfigured*'
        'New-LicenseAllocation 2'        = 'FulfilmentNotConfigured*'
        'Remove-LicenseAllocation 1'     = 'FulfilmentNotConfigured*'
        'Import-LicenseAllocationAnswer 1' = 'FileNotFound*'
        'Import-LicenseAllocationAnswer 2' = 'InvalidAllocationAnswer*'
        'Export-LicenseAllocationRequest 1' = 'UserNotFound*'
        'Get-LicEntitlements 1'          = 'FulfilmentNotConfigured*'
        'Get-LicEntitlements 2'          = 'FulfilmentNotConfigured*'
        'Get-LicRenewals 1'              = 'FulfilmentNotConfigured*'
        'Get-LicRenewals 2'              = 'FulfilmentNotConfigured*'
        'Install-LicRenewals 1'          = 'FulfilmentNotConfigured*'
        'Install-LicRenewals 2'          = 'FulfilmentNotConfigured*'
        'New-LicAllocation 1'            = 'FulfilmentNotConfigured*'
        'New-LicAllocation 2'            = 'FulfilmentNotConfigured*'
        'Start-LicenseUpload 2'          = 'ManagementServiceOff*'
    }

    # What the examples call "your" server, certificate, account and files.
    $places = @(
        , ('https://licserver.example.net:8083', $server.Address)
        , ('https://lic1.example.net:8083', $server.Address)
        , ('lic1.example.net, lic2.example.net', "$($server.Endpoints.webServices), localhost:$($server.Endpoints.webServices -replace '.*:')")
        , ('lic1.example.net', $server.Endpoints.webServices)
        , ('licserver.example.net -LicenseServerPort 27001', "$managerHost -LicenseServerPort $managerPort")
        , ('Get-LicLocation licserver.example.net', "Get-LicLocation $managerHost $managerPort")
        , ('licsrv01', $server.Endpoints.wsmanPlain)
        , ('C:\Demo.lic', "'$acme'")
        , ('/srv/licenses/acme.lic', "'$acme'")
    )

    # The accounts, files and tokens of a server that examples begin with, whatever the one before did.
    function Reset-Server([object] $Server) {
        Disconnect-LicenseServer -All
        $null = Connect-TestServer $Server
        Get-LicenseFile | Where-Object FileName -NE base.lic | Remove-LicenseFile -Confirm:$false
        Get-LicenseAdministrator | Where-Object Account -NotLike '*\admin' | Remove-LicenseAdministrator -Confirm:$false
        $null = New-LicenseAdministrator alice
        $null = New-LicenseAdministrator -Credential $monitor -Permission ReadOnly -AllowNtlm
        $null = New-LicenseAdministrator 'EXAMPLE\alice'
        $null = New-LicenseAdministrator 'EXAMPLE\reader' -Permission ReadOnly
        $null = New-LicenseAdministrator 'EXAMPLE\Domain Users' -Group -Permission Full
        $null = New-LicenseAdministrator 'OLD\bob'
        Set-LicenseManagementService -Enabled $true -Destination ''
        Get-LicenseToken | Remove-LicenseToken -Confirm:$false
        $null = New-LicenseToken monitoring
        if (-not (Get-LicenseUsage -Device 'lab-*')) {
            $null = Start-TestProduct $Server ACME_PRO_CCU -User alice -Device lab-1
        }
    }

    function Reset-State([string] $Sessions) {
        if ($Sessions -eq 'two servers') {
            Reset-Server $second
        }
        Reset-Server $server
        if (Test-Path -LiteralPath $workplace) {
            Remove-Item -LiteralPath $workplace -Recurse
        }
        $null = New-Item -ItemType Directory -Path $workplace, (Join-Path $workplace 'licenses'), (Join-Path $workplace 'receipts'), (Join-Path $workplace 'answers')
        Copy-Item -LiteralPath $acme -Destination $workplace
        Copy-Item -LiteralPath $acme -Destination (Join-Path $workplace 'licenses')
        Copy-Item -LiteralPath (Join-Path $server.Data 'tls/server.crt') -Destination (Join-Path $workplace 'ca.pem')
        Copy-Item -LiteralPath (Join-Path $server.Folder 'issuer/test-issuer.pub') -Destination (Join-Path $workplace 'vendor.pub')
        $null = New-Item -ItemType Directory -Path (Join-Path $workplace 'issuers')
        foreach ($name in 'server.crt', 'server.key') {
            Copy-Item -LiteralPath (Join-Path $server.Data "tls/$name") -Destination $workplace
        }
        Copy-Item -LiteralPath (Join-Path $server.Data 'tls/server.crt') -Destination (Join-Path $workplace 'server.pfx')
        [System.IO.File]::WriteAllText((Join-Path $workplace 'accounts.csv'), "Account,Permission`ncarol,ReadOnly`n")
        [System.IO.File]::WriteAllText((Join-Path $workplace 'servers.csv'), "Server,CertHash`n$($server.Address),$($server.CertHash)`n")
        [System.IO.File]::WriteAllText((Join-Path $workplace 'leavers.csv'), "User`nalice`n")
        # Nobody has given an answer that is one.
        [System.IO.File]::WriteAllText((Join-Path $workplace 'answers/seats.answer.json'), '{}')
    }

    # Makes the default sessions that an example runs with.
    function Connect-Sessions([string] $Sessions) {
        switch ($Sessions) {
            'one server' { $null = Connect-TestServer $server }
            'two servers' {
                $null = $server, $second | ForEach-Object { [pscustomobject]@{ Server = $_.Address; CertHash = $_.CertHash } } |
                    Connect-LicenseServer -Credential (New-TestCredential admin $server.Password) -ErrorAction Stop
            }
            'permission to look' {
                Disconnect-LicenseServer -All
                $null = Connect-TestServer $server -Account monitor
            }
        }
    }
}

AfterAll {
    Disconnect-LicenseServer -All
    Stop-TestServer $server
    Stop-TestServer $second
}

Describe 'The examples of the help, with <Sessions>' -ForEach @(@{ Sessions = 'one server' }, @{ Sessions = 'two servers' }, @{ Sessions = 'permission to look' }) {
    It '<Name>, example <Number>' -ForEach $examples {
        Reset-State $Sessions
        $secret = (New-LicenseToken example -Permission Full).Secret
        Connect-Sessions $Sessions
        if ($Name -eq 'Remove-LicenseFile' -and $Sessions -ne 'permission to look') {
            $null = Import-LicenseFile $acme -ErrorAction Stop
        }
        foreach ($place in $places) {
            $Code = $Code.Replace($place[0], $place[1])
        }
        $shell = {
            param($code, $folder, $server, $password, $token)
            $ErrorActionPreference = 'Stop'
            $PSDefaultParameterValues = @{ '*-Lic*:ErrorAction' = 'Stop' }
            $null = $PSDefaultParameterValues
            function Get-Credential([string] $UserName) { [pscredential]::new($(if ($UserName -like '*monitor') { 'monitor' } else { 'admin' }), $password) }
            function Read-Host([string] $Prompt) { if ($Prompt -eq 'Code') { ConvertTo-TestSecret 'ABCDE-FGHJK-MNPQR-STVWX-YZ234' } else { $password } }
            $hash = $server.CertHash
            $cert = Get-LicCertificate $server.Address
            $null = $token, $hash, $cert
            Push-Location -LiteralPath $folder
            try {
                . ([scriptblock]::Create($code)) | Out-String
            }
            finally {
                Pop-Location
            }
        }
        $run = { & $shell $Code $workplace $server (ConvertTo-TestSecret $server.Password) $secret }
        if ($Sessions -eq 'permission to look') {
            # What changes something is refused by its name; all else works.
            $failure = try { $null = & $run } catch { $_ }
            if ($failure) {
                $allowed = @('UserNotAuthorized*') + @($withoutReceiver["$Name $Number"])
                $failure.FullyQualifiedErrorId | Should -Match (($allowed | Where-Object { $_ } | ForEach-Object { '^' + $_.TrimEnd('*') }) -join '|') -Because "$failure"
            }
        }
        elseif ($withoutReceiver.ContainsKey("$Name $Number")) {
            $record = $run | Should -Throw -PassThru
            $record.FullyQualifiedErrorId | Should -BeLike $withoutReceiver["$Name $Number"]
        }
        else {
            $run | Should -Not -Throw
        }
    }
}
