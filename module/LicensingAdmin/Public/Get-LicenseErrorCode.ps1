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
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Position = 0, ValueFromPipelineByPropertyName)]
        [SupportsWildcards()]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.CodeCompleter])]
        [string[]] $Code,

        [ValidateNotNullOrWhiteSpace()]
        [string] $Locale
    )

    process {
        if ($Locale -and $Locale -notlike 'en*') {
            $request = @{ locale = $Locale }
            $all = @(Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'GetErrors' -Request $request)
        }
        else {
            $all = [LicensingAdmin.OperationTable]::Current.Errors
        }
        if ($all.Count -eq 0) {
            return
        }
        foreach ($pattern in $Code ? $Code : '*') {
            $wildcard = [System.Management.Automation.WildcardPattern]::new($pattern, 'IgnoreCase, CultureInvariant')
            $found = @($all | Where-Object { $wildcard.IsMatch($_.Code) })
            $found
            if ($found.Count -eq 0 -and -not [System.Management.Automation.WildcardPattern]::ContainsWildcardCharacters($pattern)) {
                $PSCmdlet.WriteError((New-LicensingErrorRecord -Code 'ErrorCodeNotFound' -Category ObjectNotFound -Target $pattern `
                            -Message "There is no error code $pattern." -Action 'List all codes with Get-LicenseErrorCode.'))
            }
        }
    }
}
