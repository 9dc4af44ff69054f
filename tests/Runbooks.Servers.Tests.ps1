# Runbooks that build, move and prove servers, and that ask a directory: with real programs, as a scheduler starts them.

BeforeDiscovery {
    $slapd = Get-Command slapd -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1
    $ldapsearch = Get-Command ldapsearch -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1
    $withoutDirectory = -not ($slapd -and $ldapsearch)
    if ($withoutDirectory) {
        Write-Warning 'slapd and ldapsearch are not installed: the test with a directory does not run. On Debian: apt install slapd ldap-utils'
    }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $server = $second = $null
    $server = Start-TestServer -Grants ([ordered]@{ CAD_PRO_CCU = @{ count = 4; serial_number = "'SN-1'" } })
    $null = Start-TestProduct $server CAD_PRO_CCU -User anna -Device ws-anna
    $null = Connect-TestServer $server
    $env:LICENSING_SERVER = $server.Address
    $env:LICENSING_CERT_HASH = $server.CertHash
    $env:LICENSING_TOKEN = ConvertFrom-SecureString (New-LicenseToken runbooks -Permission Full).Secret -AsPlainText
    Disconnect-LicenseServer -All
    $folder = Join-Path $PSScriptRoot '../ps1/runbooks'
    $licensingd = Get-ProgramPath licensingd
    $ErrorActionPreference = 'Stop'

    # A server whose data folder a runbook made.
    function Start-Built([string] $Data) {
        $built = [pscustomobject]@{
            Folder = Split-Path -Parent $Data; Data = $Data; Program = $null; Endpoints = $null; Address = $null; CertHash = $null; Manager = $null
            Password = $server.Password; Environment = @{ LICENSINGD_LICENSING__STARTUP_VENDORS = '[]' }; Holders = [System.Collections.Generic.List[object]]::new()
        }
        Resume-TestServer $built
        $built
    }
}

AfterAll {
    $env:LICENSING_SERVER = $null
    $env:LICENSING_CERT_HASH = $null
    $env:LICENSING_TOKEN = $null
    Disconnect-LicenseServer -All
    Stop-TestServer $server
}

Describe 'Install-LicenseServer.ps1' {
    BeforeAll {
        $data = Join-Path $TestDrive 'built/data'
        $null = New-Item -ItemType Directory -Path (Split-Path -Parent $data)
        $build = @{
            DataPath     = $data
            PasswordFile = Join-Path $server.Folder 'password'
            HostName     = 'lic-test'
            Listen       = '127.0.0.1'
            Port         = 0
            VendorPort   = 0
            WebPort      = 0
            Issuer       = Join-Path $server.Folder 'issuer/test-issuer.pub'
            LicenseFile  = Join-Path $server.Folder 'base.lic'
            Program      = $licensingd
        }
    }

    It 'makes nothing with -WhatIf, and nothing when a file is missing' {
        (& "$folder/Install-LicenseServer.ps1" @build -WhatIf).Made | Should -BeFalse
        Test-Path -LiteralPath $data | Should -BeFalse
        $wrong = $build.Clone()
        $wrong['LicenseFile'] = Join-Path $TestDrive 'no.lic'
        { & "$folder/Install-LicenseServer.ps1" @wrong } | Should -Throw '*no.lic*'
        Test-Path -LiteralPath $data | Should -BeFalse
    }

    It 'makes a server that serves, and changes nothing when it runs again' {
        $first = & "$folder/Install-LicenseServer.ps1" @build
        $first.Made | Should -BeTrue
        $first.Copied | Should -HaveCount 2
        $again = & "$folder/Install-LicenseServer.ps1" @build
        $again.Made | Should -BeFalse
        $again.Copied | Should -BeNullOrEmpty
        $built = Start-Built $data
        try {
            [LicensingAdmin.ConnectionSettings]::IsSameHash($built.CertHash, $first.CertHash) | Should -BeTrue
            $session = Connect-TestServer $built -NotDefault
            (Get-LicenseInventory -Session $session).Installed | Should -Be 4
        }
        finally {
            Stop-TestServer $built
        }
    }
}

Describe 'Export-ComplianceEvidence.ps1' {
    BeforeAll {
        $pack = Join-Path $TestDrive 'evidence.zip'
        $signer = @{}
        # One signer with each kind of key, and one who did not sign.
        foreach ($kind in 'rsa', 'ecdsa', 'other') {
            $key = if ($kind -eq 'ecdsa') { [System.Security.Cryptography.ECDsa]::Create() } else { [System.Security.Cryptography.RSA]::Create(2048) }
            $rest = @([System.Security.Cryptography.HashAlgorithmName]::SHA256) + @(if ($kind -ne 'ecdsa') { [System.Security.Cryptography.RSASignaturePadding]::Pkcs1 })
            $request = [System.Security.Cryptography.X509Certificates.CertificateRequest]::new("CN=$kind", $key, $rest[0])
            if ($kind -ne 'ecdsa') {
                $request = [System.Security.Cryptography.X509Certificates.CertificateRequest]::new("CN=$kind", $key, $rest[0], $rest[1])
            }
            $certificate = $request.CreateSelfSigned([datetimeoffset]::UtcNow.AddDays(-1), [datetimeoffset]::UtcNow.AddDays(1))
            $signer[$kind] = @{ CertificatePath = Join-Path $TestDrive "$kind.pem"; KeyPath = Join-Path $TestDrive "$kind.key" }
            [System.IO.File]::WriteAllText($signer[$kind].CertificatePath, $certificate.ExportCertificatePem())
            [System.IO.File]::WriteAllText($signer[$kind].KeyPath, $key.ExportPkcs8PrivateKeyPem())
        }
    }

    It 'writes nothing with -WhatIf' {
        $one = $signer['rsa']
        & "$folder/Export-ComplianceEvidence.ps1" $pack @one -WhatIf | Should -BeNullOrEmpty
        Test-Path -LiteralPath $pack | Should -BeFalse
    }

    It 'holds uploads, findings and the check of the audit, signed with a key of the kind <_>' -ForEach 'rsa', 'ecdsa' {
        $one = $signer[$_]
        (& "$folder/Export-ComplianceEvidence.ps1" $pack @one).FullName | Should -Be $pack
        $LASTEXITCODE | Should -Be 0
        $rows = @(& "$folder/Test-ComplianceEvidence.ps1" $pack -CertificatePath $one.CertificatePath)
        $LASTEXITCODE | Should -Be 0
        $rows.Status | Sort-Object -Unique | Should -Be 'Passed'
        foreach ($name in 'findings.json', 'uploads.json', 'inventory.json', 'audit-check.json', 'administration.json', 'manifest.json') {
            $rows.Document | Should -Contain $name
        }
        @($rows.Document -like 'uploads/Preview-*.json') | Should -HaveCount 1
    }

    It 'is not taken from another signer' {
        $rows = @(& "$folder/Test-ComplianceEvidence.ps1" $pack -CertificatePath $signer['other'].CertificatePath)
        $LASTEXITCODE | Should -Be 1
        $rows.Status | Should -Be 'Failed'
    }

    It 'names the document that was changed, and what was added' {
        $changed = Join-Path $TestDrive 'changed.zip'
        Copy-Item -LiteralPath $pack -Destination $changed
        $zip = [System.IO.Compression.ZipFile]::Open($changed, 'Update')
        $zip.GetEntry('findings.json').Delete()
        foreach ($name in 'findings.json', 'extra.json') {
            $writer = [System.IO.StreamWriter]::new($zip.CreateEntry($name).Open())
            $writer.Write('["none"]')
            $writer.Dispose()
        }
        $zip.Dispose()
        $rows = @(& "$folder/Test-ComplianceEvidence.ps1" $changed -CertificatePath $signer['ecdsa'].CertificatePath)
        $LASTEXITCODE | Should -Be 1
        ($rows | Where-Object Status -EQ 'Failed').Document | Sort-Object | Should -Be 'extra.json', 'findings.json'
    }

    It 'is not taken with a second document of a name, by which another program could go: <Name>' -ForEach @(@{ Name = 'findings.json' }, @{ Name = 'Findings.json' }) {
        $doubled = Join-Path $TestDrive 'doubled.zip'
        Copy-Item -LiteralPath $pack -Destination $doubled
        $zip = [System.IO.Compression.ZipFile]::Open($doubled, 'Update')
        $writer = [System.IO.StreamWriter]::new($zip.CreateEntry($Name).Open())
        $writer.Write('["none"]')
        $writer.Dispose()
        $zip.Dispose()
        $rows = @(& "$folder/Test-ComplianceEvidence.ps1" $doubled -CertificatePath $signer['ecdsa'].CertificatePath)
        $LASTEXITCODE | Should -Be 1
        @($rows | Where-Object Status -EQ 'Failed').Document | Should -BeExactly $Name
    }

    It 'names a file that is no zip file' {
        { & "$folder/Test-ComplianceEvidence.ps1" $signer['rsa'].KeyPath -CertificatePath $signer['rsa'].CertificatePath } | Should -Throw '*rsa.key* is no zip file*'
    }
}

Describe 'The token of a runbook' {
    BeforeAll {
        $secret = $env:LICENSING_TOKEN
        $env:LICENSING_TOKEN = $null
        $env:LICENSING_TOKEN_SECRET = 'licensing'
    }
    AfterAll {
        $env:LICENSING_TOKEN = $secret
        $env:LICENSING_TOKEN_SECRET = $null
        Remove-Item -LiteralPath function:global:Get-Secret -ErrorAction SilentlyContinue
    }

    It 'comes from a vault of SecretManagement' {
        $global:licensingTestSecret = $secret
        function global:Get-Secret([string] $Name) { if ($Name -eq 'licensing') { [System.Net.NetworkCredential]::new('', $global:licensingTestSecret).SecurePassword } else { throw "no $Name" } }
        @(& "$folder/Find-SeatHolder.ps1") | Should -Not -BeNullOrEmpty
        $env:LICENSING_TOKEN_SECRET = 'other'
        $text = & "$folder/Test-SeatUsage.ps1"
        $LASTEXITCODE | Should -Be 3
        $text | Should -BeLike '*LICENSING_TOKEN_SECRET*no other*'
    }
}

Describe 'Find-LdapLeaver.ps1' {
    BeforeAll {
        # Answers as ldapsearch does, to whatever it is asked.
        function New-Answer([string] $Text, [int] $ExitCode = 0) {
            $path = Join-Path $TestDrive "answer-$([guid]::NewGuid().ToString('n')).ps1"
            [System.IO.File]::WriteAllText($path, "@'`n$Text`n'@ -split '\n'`nexit $ExitCode`n")
            $path
        }
        $ask = @{ Uri = 'ldaps://ldap.example.net'; SearchBase = 'dc=example,dc=net'; Filter = '(employeeType=left)' }
    }

    It 'reads names, also those that are no ASCII' {
        $program = New-Answer "dn: uid=anna,dc=example,dc=net`nuid: anna`n`ndn: uid=jo,dc=example,dc=net`nuid:: SsO2cmc=`n"
        (& "$folder/Find-LdapLeaver.ps1" @ask -Program $program).User | Should -Be 'anna', 'Jörg'
    }

    It 'refuses more users than are plausible, and a directory that fails' {
        $program = New-Answer "uid: anna`nuid: ben`n"
        { & "$folder/Find-LdapLeaver.ps1" @ask -Program $program -Most 1 } | Should -Throw '*2 users*'
        { & "$folder/Find-LdapLeaver.ps1" @ask -Program (New-Answer 'ldap_bind: Invalid credentials (49)' 49) } | Should -Throw '*Invalid credentials*'
    }

    It 'asks nothing where the password is missing: <Given>' -ForEach @(
        @{ Given = @{ BindDn = 'cn=licenses' }; Said = '*both -BindDn and -PasswordFile*' }
        @{ Given = @{ PasswordFile = '/run/secrets/ldap' }; Said = '*both -BindDn and -PasswordFile*' }
        @{ Given = @{ BindDn = 'cn=licenses'; PasswordFile = '/no/such/file' }; Said = "*no file '/no/such/file'*" }
    ) {
        $program = New-Answer 'uid: anna'
        { & "$folder/Find-LdapLeaver.ps1" @ask @Given -Program $program } | Should -Throw $Said
    }

    It 'names leavers of a directory whose seats are released' -Skip:$withoutDirectory {
        $slapd = (Get-Command slapd -CommandType Application | Select-Object -First 1).Source
        $schema = [System.IO.Path]::GetFullPath((Join-Path (Split-Path -Parent $slapd) '../../etc/ldap/schema'))
        $site = Join-Path $TestDrive 'ldap'
        $null = New-Item -ItemType Directory -Path $site, "$site/db"
        $port = Get-ClosedPort
        [System.IO.File]::WriteAllText("$site/slapd.conf", (@('core', 'cosine', 'inetorgperson' | ForEach-Object { "include $schema/$_.schema" }) -join "`n") +
            "`npidfile $site/pid`ndatabase ldif`nsuffix `"dc=example,dc=net`"`ndirectory $site/db`n")
        $people = foreach ($one in @('anna', 'left'), @('ben', 'staff')) {
            "dn: uid=$($one[0]),dc=example,dc=net`nobjectClass: inetOrgPerson`nuid: $($one[0])`ncn: $($one[0])`nsn: $($one[0])`nemployeeType: $($one[1])`n"
        }
        [System.IO.File]::WriteAllText("$site/people.ldif", "dn: dc=example,dc=net`nobjectClass: dcObject`nobjectClass: organization`ndc: example`no: Example`n`n" + ($people -join "`n"))
        $null = & (Join-Path (Split-Path -Parent $slapd) 'slapadd') -f "$site/slapd.conf" -l "$site/people.ldif"
        $LASTEXITCODE | Should -Be 0
        $directory = [System.Diagnostics.Process]::Start($slapd, [string[]] @('-h', "ldap://127.0.0.1:$port", '-f', "$site/slapd.conf", '-d', '0'))
        try {
            $ask = @{ Uri = "ldap://127.0.0.1:$port"; SearchBase = 'dc=example,dc=net'; Filter = '(employeeType=left)' }
            $until = [datetime]::UtcNow.AddSeconds(60)
            while (-not (Test-Path -LiteralPath "$site/pid") -and [datetime]::UtcNow -lt $until) {
                [System.Threading.Thread]::Sleep(20)
            }
            # Without TLS only on demand.
            { & "$folder/Find-LdapLeaver.ps1" @ask } | Should -Throw '*exit code*'
            $rows = @(& "$folder/Find-LdapLeaver.ps1" @ask -NoTls | & "$folder/Revoke-LeaverSeat.ps1" -Confirm:$false)
            $rows.User | Should -Be 'anna'
            $rows[0].Revoked | Should -Be 1
        }
        finally {
            $directory.Kill()
            $directory.Dispose()
        }
    }
}

Describe 'Revoke-LeaverSeat.ps1' {
    It 'takes names from objects as directories give them, and refuses those without' {
        ([pscustomobject]@{ SamAccountName = 'nobody'; DistinguishedName = 'CN=x' } | & "$folder/Revoke-LeaverSeat.ps1" -Confirm:$false).User | Should -Be 'nobody'
        { [pscustomobject]@{ Name = 'anna' } | & "$folder/Revoke-LeaverSeat.ps1" -Confirm:$false } | Should -Throw '*SamAccountName*'
    }
}

Describe 'Update-ServerCertificate.ps1' {
    BeforeAll {
        # A server of its own: those that follow pin the certificate of the other.
        $renewed = Start-TestServer -Grants ([ordered]@{ CAD_PRO_CCU = @{ count = 1 } })
        $session = Connect-TestServer $renewed -NotDefault
        $site = @{ Server = $renewed.Address; CertHash = $renewed.CertHash; Token = (New-LicenseToken runbooks -Permission Full -Session $session).Secret }
        Disconnect-LicenseServer $session
        function New-Certificate([string] $Name, [int] $Days) {
            $key = [System.Security.Cryptography.ECDsa]::Create([System.Security.Cryptography.ECCurve+NamedCurves]::nistP256)
            $request = [System.Security.Cryptography.X509Certificates.CertificateRequest]::new('CN=lic-test', $key, [System.Security.Cryptography.HashAlgorithmName]::SHA256)
            $names = [System.Security.Cryptography.X509Certificates.SubjectAlternativeNameBuilder]::new()
            $names.AddDnsName('lic-test')
            $names.AddIpAddress([ipaddress]::Loopback)
            $request.CertificateExtensions.Add($names.Build())
            $certificate = $request.CreateSelfSigned([datetimeoffset]::UtcNow.AddDays(-20), [datetimeoffset]::UtcNow.AddDays($Days))
            [System.IO.File]::WriteAllText((Join-Path $TestDrive "$Name.pem"), $certificate.ExportCertificatePem())
            [System.IO.File]::WriteAllText((Join-Path $TestDrive "$Name.key"), $key.ExportPkcs8PrivateKeyPem())
            @{ CertificatePath = Join-Path $TestDrive "$Name.pem"; KeyPath = Join-Path $TestDrive "$Name.key" }
        }
    }
    AfterAll {
        Stop-TestServer $renewed
    }

    It 'sends nothing that is over, and nothing with -WhatIf' {
        $over = New-Certificate over -1
        { & "$folder/Update-ServerCertificate.ps1" @over @site -Confirm:$false } | Should -Throw '*expired*'
        $next = New-Certificate next 90
        (& "$folder/Update-ServerCertificate.ps1" @next @site -WhatIf).Changed | Should -BeFalse
        [LicensingAdmin.ConnectionSettings]::IsSameHash((Get-LicenseCertificate $renewed.Address).CertHash, $renewed.CertHash) | Should -BeTrue
    }

    It 'finds the server of the environment, with -WhatIf as well' {
        $next = New-Certificate next 90
        $planned = & "$folder/Update-ServerCertificate.ps1" @next -WhatIf
        $planned.Changed | Should -BeFalse
        [LicensingAdmin.ConnectionSettings]::IsSameHash($planned.Before, $server.CertHash) | Should -BeTrue
    }

    It 'changes the certificate once' {
        $next = New-Certificate next 90
        $first = & "$folder/Update-ServerCertificate.ps1" @next @site -Confirm:$false
        $first.Changed | Should -BeTrue
        [LicensingAdmin.ConnectionSettings]::IsSameHash((Get-LicenseCertificate $renewed.Address).CertHash, $first.After) | Should -BeTrue
        (& "$folder/Update-ServerCertificate.ps1" @next @site -Confirm:$false).Changed | Should -BeFalse
    }
}

# Last, for it takes the license file of the server away for a while.
Describe 'Move-LicenseServer.ps1' {
    BeforeAll {
        $moved = Join-Path $TestDrive 'moved/data'
        $null = New-Item -ItemType Directory -Path (Split-Path -Parent $moved)
        $archive = Join-Path $TestDrive 'licensing.tar'
    }

    It 'saves a running server once' {
        (& "$folder/Move-LicenseServer.ps1" -Save -DataPath $server.Data -Archive $archive -Program $licensingd -WhatIf).Done | Should -BeFalse
        Test-Path -LiteralPath $archive | Should -BeFalse
        (& "$folder/Move-LicenseServer.ps1" -Save -DataPath $server.Data -Archive $archive -WithKey -Program $licensingd).Done | Should -BeTrue
        (& "$folder/Move-LicenseServer.ps1" -Save -DataPath $server.Data -Archive $archive -WithKey -Program $licensingd).Done | Should -BeFalse
    }

    It 'refuses an archive that is damaged' {
        $damaged = Join-Path $TestDrive 'damaged.tar'
        $bytes = [System.IO.File]::ReadAllBytes($archive)
        $bytes[[int] ($bytes.Length / 2)] = $bytes[[int] ($bytes.Length / 2)] -bxor 255
        [System.IO.File]::WriteAllBytes($damaged, $bytes)
        { & "$folder/Move-LicenseServer.ps1" -Restore -Archive $damaged -DataPath (Join-Path $TestDrive 'other') -Program $licensingd } | Should -Throw '*exit code*'
    }

    It 'restores it once, and finds what is served twice' {
        (& "$folder/Move-LicenseServer.ps1" -Restore -Archive $archive -DataPath $moved -Program $licensingd -WhatIf).Done | Should -BeFalse
        Test-Path -LiteralPath $moved | Should -BeFalse
        (& "$folder/Move-LicenseServer.ps1" -Restore -Archive $archive -DataPath $moved -Program $licensingd).Done | Should -BeTrue
        (& "$folder/Move-LicenseServer.ps1" -Restore -Archive $archive -DataPath $moved -Program $licensingd).Done | Should -BeFalse
        $new = Start-Built $moved
        try {
            $compare = @{ Compare = $true; From = $server.Address; To = $new.Address; CertHash = $server.CertHash, $new.CertHash }
            $rows = @(& "$folder/Move-LicenseServer.ps1" @compare)
            $LASTEXITCODE | Should -Be 1
            $rows.SerialNumbers | Should -Be 'SN-1'
            $session = Connect-TestServer $server -NotDefault
            Remove-LicenseFile base.lic -Session $session -Confirm:$false
            & "$folder/Move-LicenseServer.ps1" @compare | Should -BeNullOrEmpty
            $LASTEXITCODE | Should -Be 0
            $null = Import-LicenseFile (Join-Path $server.Folder 'base.lic') -Session $session
            Disconnect-LicenseServer $session
        }
        finally {
            Stop-TestServer $new
        }
    }
}
