function Get-LicenseToken {
    <#
    .SYNOPSIS
        Lists the bearer tokens, without their secrets.

    .DESCRIPTION
        Lists tokens with what they open, who made them and when they end.

    .PARAMETER Name
        Names of tokens, wildcards allowed. A name without wildcards that no token has is an error.

    .PARAMETER Session
        Sessions from Connect-LicenseServer, or the names of their servers; several are asked at the same time.
        Without it the default session is used.

    .EXAMPLE
        Get-LicenseToken

        Lists every token.

    .EXAMPLE
        Get-LicenseToken | Where-Object Expires -lt (Get-Date).AddDays(14)

        Lists the tokens that end within two weeks.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.Token.

    .LINK
        New-LicenseToken

    .LINK
        Remove-LicenseToken
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.Token')]
    param(
        [Parameter(Position = 0)]
        [SupportsWildcards()]
        [string[]] $Name,

        [Parameter(ValueFromPipelineByPropertyName, ValueFromPipeline)]
        [Alias('Server')]
        [LicensingAdmin.SessionTransformation()]
        [ArgumentCompleter([LicensingAdmin.SessionCompleter])]
        [LicensingAdmin.LicensingSession[]] $Session
    )

    process {
        $sessions = @(Resolve-LicensingSession -Cmdlet $PSCmdlet -Session $Session)
        $outcome = @{}
        Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $sessions -Operation 'GetTokens' -Request @{ name = ConvertTo-LicensingFilter $Name } -Outcome $outcome |
            Select-LicensingMatch -Cmdlet $PSCmdlet -Outcome $outcome -Property 'Name' -Pattern $Name -NotFoundCode 'TokenNotFound' `
                -NotFoundAction 'List all tokens with Get-LicenseToken.'
    }
}
