# An error record that the module itself raises, in the shape that problems of the server take.
function New-LicensingErrorRecord {
    [CmdletBinding()]
    [OutputType([System.Management.Automation.ErrorRecord])]
    param(
        [Parameter(Mandatory)] [string] $Code,
        [Parameter(Mandatory)] [System.Management.Automation.ErrorCategory] $Category,
        [Parameter(Mandatory)] [string] $Message,
        [Parameter(Mandatory)] [string] $Action,
        [AllowNull()] [object] $Target
    )

    $problem = [LicensingAdmin.Problem]@{
        Code     = $Code
        Category = $Category
        Detail   = $Message
        Action   = $Action
    }
    $problem.ToErrorRecord($Target)
}
