function New-LicenseToken {
    <#
    .SYNOPSIS
        Makes a bearer token and shows its secret this once.

    .DESCRIPTION
        Makes credentials with a scope and an end, for automation or for products. The secret is a SecureString and
        is shown by no other command; ConvertFrom-SecureString -AsPlainText gives its text.

    .PARAMETER Name
        Name to find the token again by.

    .PARAMETER Scope
        What it opens: the web services, or the licensing ports for products. Administration unless given.

    .PARAMETER Permission
        Level within the web services, never above your own; ReadOnly unless given.

    .PARAMETER Days
        Days until it ends; 90 unless given.

    .EXAMPLE
        $token = New-LicenseToken monitoring -Days 30

        Makes a token that may look, for a month.

    .EXAMPLE
        $secret = (New-LicenseToken deploy -Permission Full).Secret | ConvertFrom-SecureString -AsPlainText

        Makes a token that may change things and takes the text of its secret.

    .INPUTS
        LicensingAdmin.LicensingSession, by the property Server.

    .OUTPUTS
        LicensingAdmin.IssuedToken.

    .LINK
        Get-LicenseToken

    .LINK
        Remove-LicenseToken

    .LINK
        Connect-LicenseServer
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('LicensingAdmin.IssuedToken')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0)]
        [ValidateNotNullOrWhiteSpace()]
        [string] $Name,

        [ValidateSet('Administration', 'Product')]
        [string] $Scope = 'Administration',

        [Alias('Permissions')]
        [ValidateSet('Full', 'ReadOnly')]
        [string] $Permission = 'ReadOnly',

        [ValidateRange(1, 366)]
        [int] $Days = 90
    )

    process {
        $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Make token $Name ($Scope, $Permission, $Days days)")
        $request = @{ name = $Name; scope = $Scope; permissions = $Permission; days = $Days }
        if ($allowed) {
            Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'NewToken' -Request $request -Target $Name
        }
    }
}
