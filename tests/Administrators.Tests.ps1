# Accounts and tokens: there and back.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support.psm1') -Force
    Import-BuiltModule
    $server = $null
    $server = Start-TestServer
    $session = Connect-TestServer $server
    $strong = 'a long enough pass phrase'
}

AfterAll {
    Disconnect-LicenseServer -All
    Stop-TestServer $server
}

Describe 'An account' {
    It 'is made with a level and a password' {
        $account = New-LicenseAdministrator alice -Permission ReadOnly -Password (ConvertTo-TestSecret $strong)
        $account.PSTypeNames[0] | Should -Be 'LicensingAdmin.Administrator'
        $account.Account | Should -BeLike '*\alice'
        $account.AccountSid | Should -Match '^S-1-'
        $account.Group | Should -BeExactly $false
        $account.Permissions | Should -BeExactly 'ReadOnly'
        $account.PasswordSet | Should -BeExactly $true
        $account.Server | Should -Be $session.Server
    }

    It 'can then connect, and look but not change' {
        $reader = Connect-TestServer $server -Account alice -Password $strong -NotDefault
        $reader.Permissions | Should -Be 'ReadOnly'
        (Get-LicenseServer -Session $reader).Permissions | Should -Be 'ReadOnly'
        $record = Get-OnlyError { New-LicenseAdministrator mallory -Session $reader }
        $record.FullyQualifiedErrorId | Should -Be 'UserNotAuthorized,New-LicenseAdministrator'
        $record.CategoryInfo.Category | Should -Be 'PermissionDenied'
        $record.TargetObject | Should -Be 'mallory'
        $record.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        Disconnect-LicenseServer $reader
    }

    It 'that exists is an error and stays as it is' {
        $record = Get-OnlyError { New-LicenseAdministrator alice -Permission Full }
        $record.FullyQualifiedErrorId | Should -Be 'AdministratorExists,New-LicenseAdministrator'
        $record.CategoryInfo.Category | Should -Be 'ResourceExists'
        "$record" | Should -BeLike '*alice*ReadOnly*'
        (Get-LicenseAdministrator alice).Permissions | Should -Be 'ReadOnly'
        (New-LicAdministrator $server.Address -Account alice -ErrorAction Stop).Permissions | Should -Be 'ReadOnly'
    }

    It 'is not named after a credential that is given in place of its name' {
        $credential = New-TestCredential carol $strong
        { New-LicenseAdministrator -Account $credential -ErrorAction Stop } | Should -Throw '*-Credential*'
        @(Get-LicenseAdministrator).Account | Should -Not -BeLike '*PSCredential*'
    }

    It 'may look unless more is given' {
        (New-LicenseAdministrator looker -ErrorAction Stop).Permissions | Should -Be 'ReadOnly'
        Remove-LicenseAdministrator looker -Confirm:$false
    }

    It 'that is locked signs in again after a reset' {
        for ($attempt = 0; $attempt -lt 8; $attempt++) {
            $record = Get-OnlyError { Connect-TestServer $server -Account alice -Password 'not this one either' -NotDefault }
        }
        $record.FullyQualifiedErrorId | Should -BeLike 'AccountLocked,*'
        Reset-LicenseAdministrator alice -ErrorAction Stop | Should -BeNullOrEmpty
        $again = Connect-TestServer $server -Account alice -Password $strong -NotDefault
        $again.Permissions | Should -Be 'ReadOnly'
        Disconnect-LicenseServer $again
        (Get-OnlyError { Reset-LicenseAdministrator nobody }).FullyQualifiedErrorId | Should -BeLike 'UserNotFound,*'
    }

    It 'needs a strong password' {
        $record = Get-OnlyError { New-LicenseAdministrator weak -Password (ConvertTo-TestSecret 'short') }
        $record.FullyQualifiedErrorId | Should -Be 'PasswordTooWeak,New-LicenseAdministrator'
        $record.CategoryInfo.Category | Should -Be 'InvalidArgument'
    }

    It 'may have a password with quotes, backslashes and letters beyond ASCII' {
        $odd = "pä`"ss\w`u{1F511}rd 'long'"
        $null = New-LicenseAdministrator -Credential (New-TestCredential 'ödd' $odd) -ErrorAction Stop
        $other = Connect-TestServer $server -Account 'ödd' -Password $odd -NotDefault
        $other.Account | Should -BeLike '*\ödd'
        Disconnect-LicenseServer $other
        Remove-LicenseAdministrator 'ödd' -Confirm:$false
    }

    It 'can be a group' {
        (New-LicenseAdministrator 'EXAMPLE\Team' -Group).Group | Should -BeExactly $true
    }

    It 'is found by wildcard, level and SID' {
        (Get-LicenseAdministrator *\ali*).Account | Should -BeLike '*\alice'
        (Get-LicenseAdministrator -Permission ReadOnly).Account | Should -Contain 'LIC-TEST\alice'
        $sid = (Get-LicenseAdministrator *\alice).AccountSid
        (Get-LicenseAdministrator -AccountSid $sid).Account | Should -BeLike '*\alice'
        Get-LicenseAdministrator *\nobody* -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'that is not there is UserNotFound: <Name>' -ForEach @(
        @{ Name = 'Get-LicenseAdministrator'; Call = { Get-LicenseAdministrator nobody } }
        @{ Name = 'Set-LicenseAdministrator'; Call = { Set-LicenseAdministrator nobody -Permission Full } }
        @{ Name = 'Remove-LicenseAdministrator'; Call = { Remove-LicenseAdministrator nobody -Confirm:$false } }
    ) {
        $record = Get-OnlyError $Call
        $record.FullyQualifiedErrorId | Should -Be "UserNotFound,$Name"
        $record.CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $record.TargetObject | Should -Be 'nobody'
    }

    It 'changes its level from the pipeline' {
        $changed = Get-LicenseAdministrator *\alice | Set-LicenseAdministrator -Permission Full -PassThru
        $changed.Permissions | Should -Be 'Full'
        Get-LicenseAdministrator *\alice | Set-LicenseAdministrator -Permission ReadOnly | Should -BeNullOrEmpty
        (Get-LicenseAdministrator *\alice).Permissions | Should -Be 'ReadOnly'
    }

    It 'changes its password' {
        $new = 'another long pass phrase'
        Set-LicenseAdministrator alice -Password (ConvertTo-TestSecret $new)
        $record = Get-OnlyError { Connect-TestServer $server -Account alice -Password $strong -NotDefault }
        $record.FullyQualifiedErrorId | Should -BeLike 'AuthorizationFailed,*'
        $record.CategoryInfo.Category | Should -Be 'AuthenticationError'
        $reader = Connect-TestServer $server -Account alice -Password $new -NotDefault
        Disconnect-LicenseServer $reader
    }

    It 'is not changed by nothing' {
        (Get-OnlyError { Set-LicenseAdministrator alice }).FullyQualifiedErrorId | Should -Be 'InvalidRequest,Set-LicenseAdministrator'
    }

    It 'is left alone by -WhatIf' {
        $before = Get-LicenseAdministrator | ConvertTo-Json
        New-LicenseAdministrator zoe -WhatIf | Should -BeNullOrEmpty
        Set-LicenseAdministrator alice -Permission Full -WhatIf
        Get-LicenseAdministrator | Remove-LicenseAdministrator -WhatIf
        Get-LicenseAdministrator | ConvertTo-Json | Should -Be $before
    }

    It 'is removed from the pipeline' {
        Get-LicenseAdministrator *\alice | Remove-LicenseAdministrator -Confirm:$false
        Get-LicenseAdministrator *\alice | Should -BeNullOrEmpty
    }

    It 'with full permission remains' {
        $record = Get-OnlyError { Get-LicenseAdministrator *\admin | Set-LicenseAdministrator -Permission ReadOnly }
        # The group made above has full permission too; without it the last one is left.
        Get-LicenseAdministrator 'EXAMPLE\Team' | Remove-LicenseAdministrator -Confirm:$false
        $record = Get-OnlyError { Get-LicenseAdministrator *\admin | Remove-LicenseAdministrator -Confirm:$false }
        $record.FullyQualifiedErrorId | Should -Be 'LastAdministrator,Remove-LicenseAdministrator'
        $record.CategoryInfo.Category | Should -Be 'InvalidOperation'
    }
}

Describe 'A token' {
    It 'shows its secret once, as a SecureString' {
        $script:token = New-LicenseToken monitoring -Days 1
        $token.PSTypeNames[0] | Should -Be 'LicensingAdmin.IssuedToken'
        $token.Secret | Should -BeOfType [securestring]
        $token.Secret.Length | Should -BeGreaterThan 20
        $token.Permissions | Should -Be 'ReadOnly'
        $token.Expires | Should -BeGreaterThan (Get-Date)
        ($token | Out-String) + ($token | Format-List * | Out-String) | Should -Not -BeLike "*$($token.Secret | ConvertFrom-SecureString -AsPlainText)*"
    }

    It 'opens a session' {
        $session = Connect-LicenseServer $server.Address -CertHash $server.CertHash -Token $token.Secret -PassThru -NotDefault
        $session.Permissions | Should -Be 'ReadOnly'
        Get-LicenseServer -Session $session | Should -Not -BeNullOrEmpty
        Disconnect-LicenseServer $session
    }

    It 'opens a session from the environment' {
        $env:LICENSING_TOKEN = $token.Secret | ConvertFrom-SecureString -AsPlainText
        $env:LICENSING_CERT_HASH = $server.CertHash
        try {
            $session = Connect-LicenseServer $server.Address -PassThru -NotDefault
            $session.Permissions | Should -Be 'ReadOnly'
            Disconnect-LicenseServer $session
        }
        finally {
            Remove-Item Env:LICENSING_TOKEN, Env:LICENSING_CERT_HASH
        }
    }

    It 'is listed without its secret' {
        $listed = Get-LicenseToken monitoring
        $listed.TokenId | Should -Be $token.TokenId
        $listed.PSObject.Properties.Name | Should -Not -Contain 'Secret'
        (Get-OnlyError { Get-LicenseToken nothing }).FullyQualifiedErrorId | Should -Be 'TokenNotFound,Get-LicenseToken'
    }

    It 'ends when it is removed' {
        $session = Connect-LicenseServer $server.Address -CertHash $server.CertHash -Token $token.Secret -PassThru -NotDefault
        Get-LicenseToken monitoring | Remove-LicenseToken -WhatIf
        Get-LicenseToken monitoring | Should -HaveCount 1
        Get-LicenseToken monitoring | Remove-LicenseToken -Confirm:$false
        (Get-OnlyError { Get-LicenseServer -Session $session }).FullyQualifiedErrorId | Should -Be 'AuthorizationFailed,Get-LicenseServer'
        Disconnect-LicenseServer $session
        (Get-OnlyError { Remove-LicenseToken $token.TokenId -Confirm:$false }).FullyQualifiedErrorId | Should -Be 'TokenNotFound,Remove-LicenseToken'
    }
}

Describe 'Secrets' {
    It 'stay out of verbose output and errors' {
        $secret = 'an unmistakable pass phrase'
        $output = & {
            New-LicenseAdministrator eve -Password (ConvertTo-TestSecret $secret) -Verbose
            Set-LicenseAdministrator nobody -Password (ConvertTo-TestSecret $secret) -Verbose -ErrorAction Continue
            Connect-LicenseServer $server.Address -CertHash $server.CertHash -Credential (New-TestCredential nobody $secret) -NotDefault -Verbose -ErrorAction Continue
        } *>&1 | ForEach-Object { "$_"; if ($_ -is [System.Management.Automation.ErrorRecord]) { $_ | Format-List * -Force | Out-String } }
        $output.Count | Should -BeGreaterThan 3
        ($output -join "`n") | Should -Not -BeLike "*$secret*"
    }
}
