function Remove-LicenseToken {
    <#
    .SYNOPSIS
        Ends bearer tokens at once.

    .DESCRIPTION
        Ends tokens by their id or from the pipeline. Asks before each unless -Confirm:$false is given.

    .PARAMETER TokenId
        Ids of the tokens, as Get-LicenseToken shows them.

    .PARAMETER PassThru
        Returns the tokens as they were.

    .EXAMPLE
        Get-LicenseToken monitoring | Remove-LicenseToken -Confirm:$false

        Ends the tokens of one name without asking.

    .EXAMPLE
        Get-LicenseToken | Where-Object Scope -eq Product | Remove-LicenseToken -WhatIf

        Says which tokens of products would be ended.

    .INPUTS
        Objects with the properties TokenId and Server.

    .OUTPUTS
        None; with -PassThru LicensingAdmin.Token.

    .LINK
        Get-LicenseToken

    .LINK
        New-LicenseToken
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    [OutputType('LicensingAdmin.Token')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [ArgumentCompleter([LicensingAdmin.TokenIdCompleter])]
        [ValidateNotNullOrWhiteSpace()]
        [string[]] $TokenId,

        [switch] $PassThru
    )

    process {
        foreach ($connection in [LicensingAdmin.Command]::Sessions($PSCmdlet)) {
            $tokens = @(Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $connection -Operation 'GetTokens' -Request @{})
            foreach ($id in $TokenId) {
                $found = @($tokens | Where-Object TokenId -EQ $id)
                $what = if ($found) { "Remove token $id ($($found[0].Name))" } else { "Remove token $id" }
                if ($PSCmdlet.ShouldProcess($connection.Server, $what)) {
                    Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $connection -Operation 'RemoveToken' -Request @{ tokenId = $id } -Target $id |
                        Where-Object { $PassThru }
                }
            }
        }
    }
}
