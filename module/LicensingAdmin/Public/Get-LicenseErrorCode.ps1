function Get-LicenseErrorCode {
    <#
    .SYNOPSIS
        Lists the error codes in words.

    .DESCRIPTION
        Lists the codes that errors of the license server and of this module carry, with what happened and what to
        do. The code of an error record is the first part of its FullyQualifiedErrorId.

    .PARAMETER Code
        Codes, wildcards allowed.

    .PARAMETER Locale
        Language of the texts; English unless given.

    .PARAMETER Session
        Sessions from Connect-LicenseServer, or the names of their servers; several are asked at the same time.
        Without it the default session is used.

    .EXAMPLE
        Get-LicenseErrorCode

        Lists every code.

    .EXAMPLE
        Get-LicenseErrorCode *Certificate*

        Lists the codes about certificates.

    .INPUTS
        Objects with the properties Code and Server.

    .OUTPUTS
        LicensingAdmin.ErrorDescription.

    .LINK
        Connect-LicenseServer

    .LINK
        about_LicensingAdmin
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.ErrorDescription')]
    param(
        [Parameter(Position = 0, ValueFromPipelineByPropertyName)]
        [SupportsWildcards()]
        [ArgumentCompleter([LicensingAdmin.CodeCompleter])]
        [string[]] $Code,

        [string] $Locale,

        [Parameter(ValueFromPipelineByPropertyName, ValueFromPipeline)]
        [Alias('Server')]
        [LicensingAdmin.SessionTransformation()]
        [ArgumentCompleter([LicensingAdmin.SessionCompleter])]
        [LicensingAdmin.LicensingSession[]] $Session
    )

    process {
        $sessions = @(Resolve-LicensingSession -Cmdlet $PSCmdlet -Session $Session)
        $request = @{ locale = if ($Locale) { $Locale } else { $null } }
        $outcome = @{}
        Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $sessions -Operation 'GetErrors' -Request $request -Outcome $outcome |
            Select-LicensingMatch -Cmdlet $PSCmdlet -Outcome $outcome -Property 'Code' -Pattern $Code -NotFoundCode 'ErrorCodeNotFound' `
                -NotFoundAction 'List all codes with Get-LicenseErrorCode.'
    }
}
