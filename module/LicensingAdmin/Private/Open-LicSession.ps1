# The session for an address. Without credentials an open session with the same host and port is used itself, or lends its
# credentials when another certificate is asked for; else the token of the environment serves.
function Open-LicSession {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $AdminAddress,
        [AllowNull()] [AllowEmptyString()] [string] $CertHash,
        [AllowNull()] [pscredential] $Credentials
    )

    $pinned = if ($CertHash) { $CertHash } else { $null }
    $account = if ($Credentials) { $Credentials.UserName } else { $null }
    $secret = if ($Credentials) { $Credentials.Password } else { Get-LicensingEnvironmentToken }
    $options = if ($pinned) { @{ certHash = $pinned } } else { Get-LicensingEnvironmentTrust }
    $options['address'] = $AdminAddress
    $options['account'] = $account
    $own = [LicensingAdmin.LicensingSession]::Open($options, $secret)
    $lender = [LicensingAdmin.SessionList]::Current.Find($own.Server)
    if (-not $lender) {
        return [pscustomobject]@{ Session = $own; IsTemporary = $true }
    }

    $own.Dispose()
    $isSameCertificate = -not $pinned -or ($pinned -replace '[: -]') -eq ($lender.CertHash -replace '[: -]')
    if (-not $Credentials -and $isSameCertificate) {
        return [pscustomobject]@{ Session = $lender; IsTemporary = $false }
    }
    $changes = @{}
    if (-not $isSameCertificate) {
        $changes['certHash'] = $pinned
        $changes['caFile'] = $null
    }
    if ($Credentials) {
        $changes['account'] = $account
    }
    $other = $lender.OpenLike($changes, $(if ($Credentials) { $secret }))
    [pscustomobject]@{ Session = $other; IsTemporary = $true }
}
