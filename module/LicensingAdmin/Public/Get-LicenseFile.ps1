function Get-LicenseFile {
    <#
    .SYNOPSIS
        Lists the license files that are installed on the server.

    .DESCRIPTION
        Lists the installed files with their vendors, number of increments, state of their signatures, and what the
        reader noticed in them. A name without wildcards that is not installed is an error.

    .PARAMETER FileName
        Names without folder, wildcards allowed.

    .PARAMETER Session
        Sessions from Connect-LicenseServer, or the names of their servers; several are asked at the same time.
        Without it the default session is used.

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
    param(
        [Parameter(Position = 0)]
        [Alias('Name')]
        [SupportsWildcards()]
        [ArgumentCompleter([LicensingAdmin.FileNameCompleter])]
        [string[]] $FileName,

        [Parameter(ValueFromPipelineByPropertyName, ValueFromPipeline)]
        [Alias('Server')]
        [LicensingAdmin.SessionTransformation()]
        [ArgumentCompleter([LicensingAdmin.SessionCompleter])]
        [LicensingAdmin.LicensingSession[]] $Session
    )

    process {
        $sessions = @(Resolve-LicensingSession -Cmdlet $PSCmdlet -Session $Session)
        $outcome = @{}
        Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $sessions -Operation 'GetLicenseFiles' -Request @{ fileName = ConvertTo-LicensingFilter $FileName } -Outcome $outcome |
            Select-LicensingMatch -Cmdlet $PSCmdlet -Outcome $outcome -Property 'FileName' -Pattern $FileName -NotFoundCode 'FileNotFound' `
                -NotFoundAction 'List all files with Get-LicenseFile.'
    }
}
