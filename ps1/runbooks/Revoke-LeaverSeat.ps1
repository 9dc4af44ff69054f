<#
.SYNOPSIS
    Releases the seats of people who have left.

.DESCRIPTION
    Takes names of users from the pipeline, or the column User of a CSV file, revokes every seat that they hold, and returns a row
    for each user. A user who holds nothing is no error, so that the runbook can run again. Names are compared as they are: a
    wildcard in a list of leavers is refused, for it would take the seats of others. Needs a Full token.

.PARAMETER User
    Names of users as the products sent them, or objects with the property User or SamAccountName: those of Find-LdapLeaver.ps1 and
    Get-ADUser.

.PARAMETER Path
    CSV file with a column User.

.PARAMETER Server
    Address of the web services; the environment variable LICENSING_SERVER unless given.

.PARAMETER CertHash
    SHA-256 hash of the certificate to trust; LICENSING_CERT_HASH unless given.

.PARAMETER Token
    Bearer token; LICENSING_TOKEN or the file that LICENSING_TOKEN_FILE names unless given.

.EXAMPLE
    ./Revoke-LeaverSeat.ps1 -Path ./leavers.csv -WhatIf

.EXAMPLE
    ./Find-LdapLeaver.ps1 ldaps://ldap.example.net -SearchBase ou=people,dc=example,dc=net -Filter '(employeeType=left)' | ./Revoke-LeaverSeat.ps1 -Confirm:$false

.EXAMPLE
    'anna', 'ben' | ./Revoke-LeaverSeat.ps1 -Confirm:$false
#>
[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High', DefaultParameterSetName = 'User')]
param(
    [Parameter(Mandatory, Position = 0, ValueFromPipeline, ParameterSetName = 'User')]
    [ValidateNotNullOrWhiteSpace()]
    [object[]] $User,

    [Parameter(Mandatory, ParameterSetName = 'File')]
    [ValidateNotNullOrWhiteSpace()]
    [string] $Path,

    [ValidateNotNullOrWhiteSpace()] [string] $Server,
    [ValidateNotNullOrWhiteSpace()] [string] $CertHash,
    [securestring] $Token
)

begin {
    Set-StrictMode -Version Latest
    $ErrorActionPreference = 'Stop'

    $connection = @{}
    'Server', 'CertHash', 'Token' | Where-Object { $PSBoundParameters.ContainsKey($_) } | ForEach-Object { $connection[$_] = $PSBoundParameters[$_] }
    $names = [System.Collections.Generic.List[string]]::new()

    # A product may hold several seats with one lease.
    function Get-Total([object[]] $Leases) {
        $total = 0
        foreach ($lease in $Leases) {
            $total += $lease.Count
        }
        $total
    }

    # An object that does not say whose seats are meant ends everything, for its text would be the name of nobody, or of somebody else.
    function Get-Name([object] $Leaver) {
        if ($Leaver -is [string]) {
            return $Leaver
        }
        $property = 'User', 'SamAccountName' | ForEach-Object { $Leaver.PSObject.Properties[$_] } | Select-Object -First 1
        if (-not $property -or [string]::IsNullOrWhiteSpace("$($property.Value)")) {
            throw "An object has neither User nor SamAccountName: $Leaver. Nothing was revoked."
        }
        "$($property.Value)"
    }
}

process {
    if ($PSCmdlet.ParameterSetName -eq 'File') {
        foreach ($row in Import-Csv -LiteralPath $Path) {
            if (-not $row.PSObject.Properties['User'] -or [string]::IsNullOrWhiteSpace($row.User)) {
                throw "A row of '$Path' has no User; nothing was revoked."
            }
            $names.Add($row.User)
        }
    }
    else {
        foreach ($one in $User) {
            $names.Add((Get-Name $one))
        }
    }
}

end {
    $wild = @($names | Where-Object { $_ -match '[*?\[]' })
    if ($wild) {
        throw "Names of leavers cannot have wildcards: $($wild -join ', '). Nothing was revoked."
    }
    foreach ($name in $names | Sort-Object -Unique) {
        $seats = @(Get-LicenseUsage -User $name @connection)
        $revoked = 0
        if ($seats) {
            $words = ($seats | ForEach-Object { "$($_.Count) of $($_.Feature) on $($_.Device)" }) -join ', '
            if ($PSCmdlet.ShouldProcess($name, "Revoke $words")) {
                $revoked = Get-Total ($seats | Revoke-License -Confirm:$false -PassThru @connection)
            }
        }
        [pscustomobject]@{ PSTypeName = 'LicensingRunbook.Leaver'; User = $name; Held = Get-Total $seats; Revoked = $revoked }
    }
}
