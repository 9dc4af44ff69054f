# What the tests share: the built module, license servers of their own, products that hold seats, and peers that misbehave.

Set-StrictMode -Version 3.0

function Get-BuiltPath {
    [CmdletBinding()]
    param([string] $Relative = '')

    $built = if ($env:LICENSING_OUT) { $env:LICENSING_OUT } else { Join-Path $PSScriptRoot '../out' }
    [System.IO.Path]::GetFullPath((Join-Path $built $Relative))
}

# The tests never run against the source.
function Import-BuiltModule {
    [CmdletBinding()]
    param()

    if (-not (Get-Module LicensingAdmin)) {
        Import-Module (Get-BuiltPath 'LicensingAdmin') -Global
    }
}

# A server that accepts connections and never says a word.
function Start-SilentServer {
    [CmdletBinding()]
    param()

    $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
    $listener.Start()
    [pscustomobject]@{
        Listener = $listener
        Address  = "https://127.0.0.1:$($listener.LocalEndpoint.Port)"
        Port     = $listener.LocalEndpoint.Port
    }
}

# Waits until somebody has connected.
function Wait-SilentServerClient {
    [CmdletBinding()]
    param([object] $Server)

    $accepting = $Server.Listener.AcceptTcpClientAsync()
    if (-not $accepting.Wait([timespan]::FromSeconds(60))) {
        throw 'Nobody connected within 60 seconds.'
    }
    $accepting.Result
}

# Waits until the other side has closed the connection.
function Wait-ClientGone {
    [CmdletBinding()]
    param([System.Net.Sockets.TcpClient] $Client)

    $buffer = [byte[]]::new(65536)
    $stream = $Client.GetStream()
    while ($true) {
        $reading = $stream.ReadAsync($buffer, 0, $buffer.Length)
        try {
            if (-not $reading.Wait([timespan]::FromSeconds(60))) {
                return $false
            }
        }
        catch [System.AggregateException] {
            # A reset is an end too.
            return $true
        }
        if ($reading.Result -eq 0) {
            return $true
        }
    }
}

# A loopback port that nobody listens on.
function Get-ClosedPort {
    [CmdletBinding()]
    param()

    # From below the ports that systems give to programs that ask for any, so that nobody comes by it while it is in use.
    foreach ($try in 1..100) {
        $port = Get-Random -Minimum 15000 -Maximum 32000
        $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, $port)
        try {
            $listener.Start()
            return $port
        }
        catch [System.Net.Sockets.SocketException] {
            Write-Verbose "Somebody listens on port $port."
        }
        finally {
            $listener.Stop()
        }
    }
    throw 'Somebody listens on every port that was tried.'
}

# Runs a script and returns its only error record.
function Get-OnlyError {
    [CmdletBinding()]
    param([scriptblock] $Script)

    $records = @(
        try {
            & $Script 2>&1 | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] }
        }
        catch {
            $_
        }
    )
    if ($records.Count -ne 1) {
        throw "There were $($records.Count) errors instead of one: $($records -join ' | ')"
    }
    $records[0]
}

function Invoke-Program {
    [CmdletBinding()]
    param([string] $Name, [string[]] $Arguments)

    $program = Get-ProgramPath $Name
    $output = & $program @Arguments 2>&1
    if ($LASTEXITCODE -ne 0) {
        throw "$Name $($Arguments -join ' ') ended with exit code ${LASTEXITCODE}: $($output -join ' ')"
    }
    $output
}

function Get-ProgramPath {
    [CmdletBinding()]
    param([string] $Name)

    Get-BuiltPath "bin/$Name$(if ($IsWindows) { '.exe' })"
}

function Start-Program {
    [CmdletBinding()]
    param([string] $Name, [string[]] $Arguments, [hashtable] $Environment = @{})

    $start = [System.Diagnostics.ProcessStartInfo]::new((Get-ProgramPath $Name))
    foreach ($argument in $Arguments) {
        $start.ArgumentList.Add($argument)
    }
    foreach ($key in $Environment.Keys) {
        $start.Environment[$key] = $Environment[$key]
    }
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $process = [System.Diagnostics.Process]::Start($start)
    # Read on while it runs, so that it never waits for a full pipe.
    [pscustomobject]@{ Process = $process; Log = $process.StandardError.ReadToEndAsync() }
}

# Asks a program to end, and waits for it.
function Stop-Program {
    [CmdletBinding()]
    param([object] $Program)

    $process = $Program.Process
    if ($null -eq $process) {
        return
    }
    $Program.Process = $null
    if (-not $process.HasExited) {
        if ($IsWindows) {
            $process.Kill($true)
        }
        else {
            & kill -TERM $process.Id
        }
        if (-not $process.WaitForExit(60000)) {
            $process.Kill($true)
            $process.WaitForExit()
        }
    }
    $process.Dispose()
}

# The order of a license file with one grant for each feature.
function New-TestOrder {
    [CmdletBinding()]
    param([System.Collections.IDictionary] $Grants, [string] $Number)

    $lines = @("vendor = 'ACME'", "customer = 'Example Ltd'", "order_number = '$Number'", '', '[server]', "host_id = 'HOSTNAME=lic-test'")
    foreach ($feature in $Grants.Keys) {
        $lines += '', '[[grants]]', "feature = '$feature'"
        $grant = @{ version = "'2026.0401'"; expires = '2037-12-31' }
        foreach ($key in $Grants[$feature].Keys) {
            $grant[$key] = $Grants[$feature][$key]
        }
        foreach ($key in $grant.Keys) {
            $lines += "$key = $($grant[$key])"
        }
    }
    $lines -join "`n"
}

# A signed license file in the folder of the server.
function New-TestLicenseFile {
    [CmdletBinding()]
    param([object] $Server, [string] $Name, [System.Collections.IDictionary] $Grants)

    $order = Join-Path $Server.Folder 'order.toml'
    $path = Join-Path $Server.Folder $Name
    [System.IO.File]::WriteAllText($order, (New-TestOrder -Grants $Grants -Number ([System.IO.Path]::GetFileNameWithoutExtension($Name))))
    $null = Invoke-Program licensing @('authority', 'issue', $order, '--key', $Server.IssuerKey, '--output', $path, '--overwrite')
    $path
}

# Makes and starts a license server of its own: temporary folder, free loopback ports, an issuer that it trusts.
function Start-TestServer {
    [CmdletBinding()]
    param([System.Collections.IDictionary] $Grants, [string[]] $Options, [hashtable] $Environment = @{})

    $folder = Join-Path ([System.IO.Path]::GetTempPath()) "licensing-test-$([guid]::NewGuid().ToString('n'))"
    $data = Join-Path $folder 'data'
    $null = New-Item -ItemType Directory -Path $folder
    $password = 'correct horse battery staple'
    $passwordFile = Join-Path $folder 'password'
    Set-Content -LiteralPath $passwordFile -Value $password
    $null = Invoke-Program licensing @('authority', 'init', '--name', 'Test Issuer', '--folder', (Join-Path $folder 'issuer'))
    $null = Invoke-Program licensingd @(
        'init', '--data', $data, '--listen', '127.0.0.1', '--port', '0', '--vendor-port', '0', '--web-port', '0',
        '--host-name', 'lic-test', '--password-file', $passwordFile)
    Copy-Item -LiteralPath (Join-Path $folder 'issuer/test-issuer.pub') -Destination (Join-Path $data 'trust')

    $server = [pscustomobject]@{
        Folder    = $folder
        Data      = $data
        IssuerKey = Join-Path $folder 'issuer/test-issuer.key'
        Program   = $null
        Endpoints = $null
        Address   = $null
        CertHash  = $null
        Manager   = $null
        Password  = $password
        Environment = @{ LICENSINGD_LICENSING__STARTUP_VENDORS = '[]' }
        Holders   = [System.Collections.Generic.List[object]]::new()
    }
    foreach ($name in $Environment.Keys) {
        $server.Environment[$name] = $Environment[$name]
    }
    try {
        if ($Grants) {
            Copy-Item -LiteralPath (New-TestLicenseFile $server 'base.lic' $Grants) -Destination (Join-Path $data 'licenses')
        }
        if ($Options) {
            [System.IO.File]::WriteAllLines((Join-Path $data 'licenses/ACME.opt'), $Options)
        }
        Resume-TestServer $server
    }
    catch {
        Stop-TestServer $server
        throw
    }
    $server
}

# Starts a program with a data folder and waits until it says where it listens.
function Start-ServingProgram {
    [CmdletBinding()]
    param([string] $Name, [string] $Data, [hashtable] $Environment = @{})

    $program = Start-Program $Name @('run', '--data', $Data) $Environment
    $file = Join-Path $Data 'run/endpoints.json'
    $deadline = [datetime]::UtcNow.AddSeconds(60)
    while (-not (Test-Path -LiteralPath $file)) {
        if ($program.Process.HasExited -or [datetime]::UtcNow -gt $deadline) {
            if (-not $program.Process.HasExited) {
                $program.Process.Kill($true)
            }
            throw "$Name does not serve: $($program.Log.Result)"
        }
        [System.Threading.Thread]::Sleep(20)
    }
    $program
    Get-Content -LiteralPath $file -Raw | ConvertFrom-Json
}

# Starts the server and waits until it listens.
function Resume-TestServer {
    [CmdletBinding()]
    param([object] $Server)

    $Server.Program, $Server.Endpoints = Start-ServingProgram licensingd $Server.Data $Server.Environment
    $Server.Address = "https://$($Server.Endpoints.webServices)"
    $Server.CertHash = $Server.Endpoints.certHash
    $Server.Manager = $Server.Endpoints.licensing
}

# Makes and starts Insight Services of their own, with the organization Example.
function Start-TestInsight {
    [CmdletBinding()]
    param([hashtable] $Environment = @{})

    $folder = Join-Path ([System.IO.Path]::GetTempPath()) "licensing-test-$([guid]::NewGuid().ToString('n'))"
    $data = Join-Path $folder 'data'
    $null = New-Item -ItemType Directory -Path $folder
    $null = Invoke-Program insightd @('init', '--data', $data, '--port', '0', '--host-name', '127.0.0.1')
    $insight = [pscustomobject]@{
        Folder    = $folder
        Data      = $data
        Token     = (Get-Content -LiteralPath (Join-Path $data 'initial-token') -Raw).Trim()
        Program   = $null
        Endpoints = $null
        Address   = $null
        Name      = $null
        CertHash  = $null
        Holders   = @()
    }
    try {
        $insight.Program, $insight.Endpoints = Start-ServingProgram insightd $data (@{ INSIGHTD_MAIL__SERVER = '127.0.0.1' } + $Environment)
        $insight.Name = $insight.Endpoints.https
        $insight.Address = "https://$($insight.Name)"
        $insight.CertHash = $insight.Endpoints.certHash
        $null = Invoke-Program insightd @('organization', 'add', 'Example', '--data', $data)
    }
    catch {
        Stop-TestServer $insight
        throw
    }
    $insight
}

# Opens a session with Insight Services as the operator, or with another token.
function Connect-TestInsight {
    [CmdletBinding()]
    param([object] $Insight, [securestring] $Token = (ConvertTo-TestSecret $Insight.Token), [switch] $NotDefault)

    Connect-InsightServer $Insight.Address -CertHash $Insight.CertHash -Token $Token -PassThru -NotDefault:$NotDefault -ErrorAction Stop
}

# Stops the server with its products, and removes its folder.
function Stop-TestServer {
    [CmdletBinding()]
    param([object] $Server)

    if ($null -eq $Server) {
        return
    }
    foreach ($holder in $Server.Holders) {
        Stop-Program $holder
    }
    if ($Server.Program) {
        Stop-Program $Server.Program
    }
    Remove-Item -LiteralPath $Server.Folder -Recurse -Force
}

# Opens a session with a test server as its first administrator, or as somebody else.
function Connect-TestServer {
    [CmdletBinding()]
    param([object] $Server, [string] $Account = 'admin', [string] $Password = $Server.Password, [switch] $NotDefault)

    Connect-LicenseServer $Server.Address -CertHash $Server.CertHash -Credential (New-TestCredential $Account $Password) -PassThru -NotDefault:$NotDefault -ErrorAction Stop
}

# A product that holds seats until it is stopped or its server is.
function Start-TestProduct {
    [CmdletBinding()]
    param([object] $Server, [string] $Feature, [string] $User, [string] $Device, [int] $Count = 1)

    $holder = Start-Program licensing @(
        'checkout', $Feature, '--manager', $Server.Manager, '--user', $User, '--device', $Device, '--product', 'designer 3.1', '--count', "$Count")
    $Server.Holders.Add($holder)
    # It says what it got once it has got it.
    $line = $holder.Process.StandardOutput.ReadLine()
    if ($null -eq $line) {
        $holder.Process.WaitForExit()
        throw "No seat: $($holder.Log.Result)"
    }
    $holder
}

# Lets a product give its seats back, and waits until it has.
function Stop-TestProduct {
    [CmdletBinding()]
    param([object] $Server, [object] $Product)

    $Product.Process.StandardInput.Close()
    if (-not $Product.Process.WaitForExit(60000)) {
        throw 'The product did not end.'
    }
    $null = $Server.Holders.Remove($Product)
    $Product.Process.Dispose()
}

function ConvertTo-TestSecret {
    [CmdletBinding()]
    param([string] $Text)

    [System.Net.NetworkCredential]::new('', $Text).SecurePassword
}

function New-TestCredential {
    [CmdletBinding()]
    param([string] $Account, [string] $Password)

    [pscredential]::new($Account, (ConvertTo-TestSecret $Password))
}

Export-ModuleMember -Function *
