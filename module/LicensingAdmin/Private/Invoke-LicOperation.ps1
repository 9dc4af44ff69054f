# Carries out one operation for a command of the snap-in: an address instead of a session.
function Invoke-LicOperation {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [Parameter(Mandatory)] [string] $AdminAddress,
        [AllowNull()] [AllowEmptyString()] [string] $CertHash,
        [AllowNull()] [pscredential] $Credentials,
        [Parameter(Mandatory)] [string] $Operation,
        [System.Collections.IDictionary] $Request = @{},
        [AllowNull()] [object] $Target
    )

    $found = $null
    try {
        $found = Open-LicSession -AdminAddress $AdminAddress -CertHash $CertHash -Credentials $Credentials
    }
    catch {
        Write-LicensingProblem -Cmdlet $Cmdlet -Problem (Get-LicensingProblem $_) -Target $AdminAddress
        return
    }
    try {
        Invoke-LicensingOperation -Cmdlet $Cmdlet -Session $found.Session -Operation $Operation -Request $Request -Target $Target
    }
    finally {
        if ($found.IsTemporary) {
            $found.Session.Dispose()
        }
    }
}
