# Reports wanted ids of seats that a server does not have, or not any more.
function Write-LicensingSeatNotFound {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [Parameter(Mandatory)] [string] $Server,
        [Parameter(Mandatory)] [AllowEmptyCollection()] [string[]] $Wanted,
        [Parameter(Mandatory)] [AllowEmptyCollection()] [object[]] $Found
    )

    $known = [System.Collections.Generic.HashSet[string]]::new([System.StringComparer]::OrdinalIgnoreCase)
    foreach ($seat in $Found) {
        $null = $known.Add($seat.LeaseId)
    }
    foreach ($id in $Wanted) {
        if (-not $known.Contains($id)) {
            $Cmdlet.WriteError((New-LicensingErrorRecord -Code 'LeaseNotFound' -Category ObjectNotFound -Target $id `
                        -Message "There is no seat with the id $id at $Server; it may have been returned already." -Action 'List the seats with Get-LicenseUsage.'))
        }
    }
}
