# Carries out a query at one place and returns the instances. An error gets the number and identifier that scripts know.
function Invoke-CompatQuery {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [Parameter(Mandatory)] [hashtable] $Ask,
        [Parameter(Mandatory)] [hashtable] $Target,
        [Parameter(Mandatory)] [scriptblock] $ErrorId
    )

    $failures = @()
    $found = @(Invoke-LicenseWmiQuery @Ask @Target -ErrorAction SilentlyContinue -ErrorVariable +failures)
    foreach ($failure in @($failures | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] } | Select-Object -First 1)) {
        $text = "$($failure.ErrorDetails ?? $failure.Exception.Message)"
        $number = switch -Regex ($text) {
            '(?i)\bnamespace \S+ (does not exist|is invalid)' { '0x8004100e'; break }
            'DestinationUnreachable' { '0x80041010'; break }
            'CannotProcessFilter' { '0x80041017'; break }
            default { '' }
        }
        $identifier = & $ErrorId $number $failure
        $Cmdlet.WriteError([System.Management.Automation.ErrorRecord]::new(
                [System.InvalidOperationException]::new($text, $failure.Exception), $identifier,
                $(if ($number) { 'InvalidType' } else { $failure.CategoryInfo.Category }), $failure.TargetObject))
    }
    , $found
}
