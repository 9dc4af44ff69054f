# Begins a query over WS-Management. Without a server it goes to that of the default session, else of LICENSING_SERVER, else to
# this machine; a session with the same host lends its account and the certificate it trusts.
function Open-LicensingWmiTask {
    [CmdletBinding()]
    [OutputType([LicensingAdmin.LicensingTask])]
    param(
        [Parameter(Mandatory)] [hashtable] $Ask,
        [AllowNull()] [AllowEmptyString()] [string] $WmiServer,
        [AllowNull()] [pscredential] $Credential,
        [ValidateSet('Basic', 'Ntlm')] [string] $Authentication = 'Basic',
        [switch] $NoTls,
        [AllowNull()] [AllowEmptyString()] [string] $CertHash,
        [AllowNull()] [AllowEmptyString()] [string] $CaFile,
        [int] $TimeoutSeconds
    )

    $current = [LicensingAdmin.SessionList]::Current
    $session = $null
    if ($WmiServer) {
        $address = $WmiServer
        $session = $current.FindByName(($WmiServer -replace '^https?://' -replace ':\d+(/.*)?$'))
    }
    elseif ($current.Default.Count -gt 0) {
        $session = $current.Default[0]
        $address = $session.Server -replace ':\d+$'
    }
    else {
        $address = if ($env:LICENSING_SERVER) { $env:LICENSING_SERVER -replace '^https?://' -replace '[:/].*$' } else { 'localhost' }
    }
    if (-not $WmiServer -and $env:LICENSING_WMI_PORT) {
        $address = "${address}:$env:LICENSING_WMI_PORT"
    }
    $options = @{
        address   = $address
        plain     = [bool] $NoTls
        ntlm      = $Authentication -eq 'Ntlm'
        timeoutMs = if ($TimeoutSeconds) { 1000 * $TimeoutSeconds } else { $null }
        ask       = $Ask
    }
    if ($CertHash) {
        $options['certHash'] = $CertHash
        $options['caFile'] = $null
    }
    elseif ($CaFile) {
        $options['caFile'] = $CaFile
        $options['certHash'] = $null
    }
    elseif (-not $session -and $env:LICENSING_CERT_HASH) {
        $options['certHash'] = $env:LICENSING_CERT_HASH
    }
    elseif (-not $session -and $env:LICENSING_CA_FILE) {
        $options['caFile'] = $env:LICENSING_CA_FILE
    }
    if ($Credential) {
        $options['account'] = $Credential.UserName
        if ($session -and -not ($CertHash -or $CaFile)) {
            $options['certHash'] = if ($session.CertHash) { $session.CertHash } else { $null }
        }
        return [LicensingAdmin.LicensingTask]::QueryWmi($options, $Credential.Password)
    }
    if ($session -and $session.HasPassword) {
        return $session.QueryWmi($options)
    }
    if ($Ask.ContainsKey('identify')) {
        return [LicensingAdmin.LicensingTask]::QueryWmi($options, $null)
    }
    throw (New-LicensingErrorRecord -Code 'AuthorizationFailed' -Category AuthenticationError -Target $address `
            -Message "There are no credentials for WS-Management at $address." `
            -Action 'Pass -Credential, or connect with Connect-LicenseServer and an account; tokens do not open WS-Management.')
}
