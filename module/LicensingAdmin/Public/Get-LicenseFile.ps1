function Get-LicenseFile {
    <#
    .SYNOPSIS
        Lists the license files that are installed on the server.

    .DESCRIPTION
        Lists the installed files with their vendors, number of increments, state of their signatures, and what the
        reader noticed in them. A name without wildcards that is not installed is an error.

    .PARAMETER FileName
        Names without folder, wildcards allowed.

    .EXAMPLE
        Get-LicenseFile

        Lists every installed file.

    .EXAMPLE
        (Get-LicenseFile *.lic).Findings | Where-Object Severity -ne Information

        Lists what is odd in the installed files.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.LicenseFileInfo, with Findings as LicensingAdmin.Finding.

    .LINK
        Import-LicenseFile

    .LINK
        Test-LicenseFile

    .LINK
        Remove-LicenseFile
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.LicenseFileInfo')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Position = 0, ValueFromPipelineByPropertyName)]
        [Alias('Name')]
        [SupportsWildcards()]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.FileNameCompleter])]
        [string[]] $FileName
    )

    process {
        Invoke-LicensingList -Cmdlet $PSCmdlet -Operation 'GetLicenseFiles' -NameProperty 'FileName' -Noun 'license file' -NotFoundCode 'FileNotFound' `
            -NotFoundAction 'List all files with Get-LicenseFile.'
    }
}
