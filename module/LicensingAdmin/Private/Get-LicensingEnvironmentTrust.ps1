# Whom to believe according to the environment: for unattended use, as the licensing command reads it.
function Get-LicensingEnvironmentTrust {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param()

    if ($env:LICENSING_CERT_HASH) {
        return @{ certHash = $env:LICENSING_CERT_HASH }
    }
    if ($env:LICENSING_CA_FILE) {
        return @{ caFile = $env:LICENSING_CA_FILE }
    }
    @{}
}
