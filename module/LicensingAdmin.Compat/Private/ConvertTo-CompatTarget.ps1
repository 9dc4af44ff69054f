# Where a command is to ask: the server of a session, a computer, or nothing for the default.
function ConvertTo-CompatTarget {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [AllowNull()] [AllowEmptyString()] [string] $ComputerName,
        [AllowNull()] [pscredential] $Credential,
        [AllowNull()] [AllowEmptyString()] [string] $Authentication,
        [AllowNull()] [psobject] $CimSession
    )

    if ($CimSession) {
        return @{} + $CimSession.PSObject.Properties['LicensingTarget'].Value
    }
    $target = @{}
    if ($ComputerName -and $ComputerName -notin '.', 'localhost', [System.Environment]::MachineName) {
        $target['WmiServer'] = $ComputerName
    }
    if ($Credential -and $Credential -ne [pscredential]::Empty) {
        $target['Credential'] = $Credential
    }
    if ($ComputerName -match ':5985$') {
        $target['NoTls'] = $true
    }
    elseif ($Authentication -in 'Negotiate', 'Ntlm', 'Kerberos', 'CredSsp') {
        $target['Authentication'] = 'Ntlm'
    }
    $target
}
