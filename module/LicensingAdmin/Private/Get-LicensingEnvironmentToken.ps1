# The token that the environment holds for unattended use.
function Get-LicensingEnvironmentToken {
    [CmdletBinding()]
    [OutputType([securestring])]
    param()

    if ($env:LICENSING_TOKEN) {
        [System.Net.NetworkCredential]::new('', $env:LICENSING_TOKEN).SecurePassword
    }
}
