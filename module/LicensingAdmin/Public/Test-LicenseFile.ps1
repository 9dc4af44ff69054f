function Test-LicenseFile {
    <#
    .SYNOPSIS
        Explains license files and what they would change, without installing them.

    .DESCRIPTION
        Sends local files to the server, which says in plain words what each line grants, until when and to whom,
        what is odd, whether it would take the file, and how the pools would change. Nothing is installed.

    .PARAMETER Path
        Local license files, wildcards allowed.

    .PARAMETER LiteralPath
        Local license files, taken as written; files from Get-ChildItem bind to it.

    .PARAMETER Name
        Name of the file on the server, which decides whether it would replace one; made of the local one unless given.

    .PARAMETER Quiet
        Returns only whether the server would take the file.

    .EXAMPLE
        (Test-LicenseFile ./acme.lic).Lines

        Shows each meaningful line in plain words.

    .EXAMPLE
        (Test-LicenseFile ./acme.lic).Effects

        Shows how the pools would change.

    .EXAMPLE
        Get-ChildItem *.lic | Where-Object { Test-LicenseFile -LiteralPath $_.FullName -Quiet } | Import-LicenseFile

        Installs only those files of the folder that the server would take.

    .INPUTS
        System.String, or files from Get-ChildItem.

    .OUTPUTS
        LicensingAdmin.LicenseFileExplanation; with -Quiet System.Boolean.

    .LINK
        Import-LicenseFile

    .LINK
        Get-LicenseFile
    #>
    [CmdletBinding(DefaultParameterSetName = 'Path')]
    [OutputType('LicensingAdmin.LicenseFileExplanation')]
    [OutputType([bool])]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ParameterSetName = 'Path', ValueFromPipeline)]
        [SupportsWildcards()]
        [ValidateNotNullOrEmpty()]
        [string[]] $Path,

        [Parameter(Mandatory, ParameterSetName = 'LiteralPath', ValueFromPipelineByPropertyName)]
        [Alias('PSPath', 'FullName')]
        [ValidateNotNullOrEmpty()]
        [string[]] $LiteralPath,

        [ValidateNotNullOrWhiteSpace()]
        [string] $Name,

        [switch] $Quiet,

        [LicensingAdmin.SessionTransformation()]
        [ArgumentCompleter([LicensingAdmin.SessionCompleter])]
        [LicensingAdmin.LicensingSession[]] $Session
    )

    process {
        foreach ($file in Resolve-LicensingPath -Cmdlet $PSCmdlet -Path $Path -LiteralPath $LiteralPath) {
            $content = Read-LicensingFile -Cmdlet $PSCmdlet -Path $file
            if ($null -eq $content) {
                continue
            }
            $request = @{ fileName = ($Name ? $Name : [LicensingAdmin.StoredName]::Of($file)); content = $content }
            foreach ($explanation in Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'ExplainLicenseFile' -Request $request -Target $file) {
                if ($Quiet) {
                    $explanation.Acceptable
                }
                else {
                    $explanation
                }
            }
        }
    }
}
