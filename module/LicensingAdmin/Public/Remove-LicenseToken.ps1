function Remove-LicenseToken {
    <#
    .SYNOPSIS
        Ends bearer tokens at once.

    .DESCRIPTION
        Ends tokens by their id or from the pipeline. Asks before each unless -Confirm:$false is given.

    .PARAMETER TokenId
        Ids of the tokens, as Get-LicenseToken shows them.

    .PARAMETER Session
        Sessions from Connect-LicenseServer, or the names of their servers; several are asked at the same time.
        Without it the default session is used.

    .EXAMPLE
        Get-LicenseToken monitoring | Remove-LicenseToken -Confirm:$false

        Ends the tokens of one name without asking.

    .EXAMPLE
        Get-LicenseToken | Where-Object Scope -eq Product | Remove-LicenseToken -WhatIf

        Says which tokens of products would be ended.

    .INPUTS
        Objects with the properties TokenId and Server.

    .OUTPUTS
        None.

    .LINK
        Get-LicenseToken

    .LINK
        New-LicenseToken
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    [OutputType([void])]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [ArgumentCompleter([LicensingAdmin.TokenIdCompleter])]
        [ValidateNotNullOrEmpty()]
        [string[]] $TokenId,

        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('Server')]
        [LicensingAdmin.SessionTransformation()]
        [ArgumentCompleter([LicensingAdmin.SessionCompleter])]
        [LicensingAdmin.LicensingSession[]] $Session
    )

    process {
        $sessions = @(Resolve-LicensingSession -Cmdlet $PSCmdlet -Session $Session)
        foreach ($id in $TokenId) {
            $allowed = @($sessions | Where-Object { $PSCmdlet.ShouldProcess($_.Server, "End token $id") })
            if ($allowed.Count -gt 0) {
                $null = Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'RemoveToken' -Request @{ tokenId = $id } -Target $id
            }
        }
    }
}
