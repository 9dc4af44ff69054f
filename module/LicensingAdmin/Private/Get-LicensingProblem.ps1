# The problem that a caught error carries; anything else becomes a problem of its own, so that it is reported all the same.
function Get-LicensingProblem {
    [CmdletBinding()]
    [OutputType([LicensingAdmin.Problem])]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.ErrorRecord] $ErrorRecord
    )

    $exception = $ErrorRecord.Exception
    while ($null -ne $exception.InnerException -and $exception -isnot [LicensingAdmin.LicensingException]) {
        $exception = $exception.InnerException
    }
    if ($exception -is [LicensingAdmin.LicensingException]) {
        return $exception.Problem
    }
    $isArgument = $exception -is [System.ArgumentException]
    [LicensingAdmin.Problem]@{
        Code     = if ($isArgument) { 'InvalidRequest' } else { 'InternalError' }
        Category = if ($isArgument) { 'InvalidArgument' } else { 'NotSpecified' }
        Detail   = $exception.Message
        Action   = if ($isArgument) { 'Correct the argument.' } else { 'Please report it with this text.' }
    }
}
