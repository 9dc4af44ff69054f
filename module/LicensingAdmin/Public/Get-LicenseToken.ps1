function Get-LicenseToken {
    <#
    .SYNOPSIS
        Lists the bearer tokens, without their secrets.

    .DESCRIPTION
        Lists tokens with what they open, who made them and when they end.

    .PARAMETER Name
        Names of tokens, wildcards allowed. A name without wildcards that no token has is an error.

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
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Position = 0)]
        [SupportsWildcards()]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.TokenNameCompleter])]
        [string[]] $Name
    )

    process {
        Invoke-LicensingList -Cmdlet $PSCmdlet -Operation 'GetTokens' -NameProperty 'Name' -Noun 'token' -NotFoundCode 'TokenNotFound' `
            -NotFoundAction 'List all tokens with Get-LicenseToken.'
    }
}
