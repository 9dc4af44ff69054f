# What the tests share: the built module, and later a license server of their own.

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
    if (-not $accepting.Wait([timespan]::FromSeconds(30))) {
        throw 'Nobody connected within 30 seconds.'
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
            if (-not $reading.Wait([timespan]::FromSeconds(30))) {
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

    $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
    $listener.Start()
    $port = $listener.LocalEndpoint.Port
    $listener.Stop()
    $port
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
