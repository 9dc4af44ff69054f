# An account in the shape of the snap-in.
function ConvertTo-WslUser {
    [CmdletBinding()]
    [OutputType('Citrix.Licensing.Admin.SDK.WSLUser')]
    param(
        [Parameter(ValueFromPipeline)] [object] $InputObject
    )

    process {
        [pscustomobject]@{
            PSTypeName  = 'Citrix.Licensing.Admin.SDK.WSLUser'
            Account     = $InputObject.Account
            AccountSid  = $InputObject.AccountSid
            Group       = $InputObject.Group
            Permissions = $InputObject.Permissions
        }
    }
}
