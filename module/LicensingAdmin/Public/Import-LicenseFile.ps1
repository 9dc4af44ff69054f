function Import-LicenseFile {
    <#
    .SYNOPSIS
        Installs license files on the server after checking them.

    .DESCRIPTION
        Reads local files and sends them to the server, which checks each before anything changes and stores it
        under its name. The result shows how the pools changed.

        A file that fails its checks changes nothing; Test-LicenseFile says why.

    .PARAMETER Path
        Local license files, wildcards allowed.

    .PARAMETER LiteralPath
        Local license files, taken as written; files from Get-ChildItem bind to it.

    .PARAMETER Name
        Name of the file on the server, which ends in .lic. Without it the server's name is made of the local one: characters
        that a server does not take, such as brackets, become underscores.

    .PARAMETER Overwrite
        Replaces a file of the same name.

    .EXAMPLE
        Import-LicenseFile ./acme.lic

        Installs a file on the server of the default session.

    .EXAMPLE
        Get-ChildItem ./licenses -Filter *.lic | Import-LicenseFile -Overwrite

        Installs every license file of a folder and replaces those of the same name.

    .EXAMPLE
        Import-LicenseFile ./acme.lic -WhatIf

        Says what would be done and sends nothing.

    .INPUTS
        System.String, or files from Get-ChildItem.

    .OUTPUTS
        LicensingAdmin.ImportedLicenseFile, with Effects as LicensingAdmin.PoolEffect.

    .LINK
        Test-LicenseFile

    .LINK
        Get-LicenseFile

    .LINK
        Remove-LicenseFile

    .LINK
        Import-LicLicenseFile
    #>
    [CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'Path')]
    [OutputType('LicensingAdmin.ImportedLicenseFile')]
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

        [Alias('Force')]
        [switch] $Overwrite,

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
            $storedName = $Name ? $Name : [LicensingAdmin.StoredName]::Of($file)
            foreach ($connection in [LicensingAdmin.Command]::Sessions($PSCmdlet)) {
                $what = "Import license file $storedName"
                if ($WhatIfPreference -or $ConfirmPreference -in 'Low', 'Medium') {
                    $request = @{ fileName = $storedName; content = $content }
                    $explanation = Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $connection -Operation 'ExplainLicenseFile' -Request $request -Target $file
                    if ($explanation) {
                        $what += ": $(Format-LicensingEffect $explanation.Effects)"
                    }
                }
                if ($PSCmdlet.ShouldProcess($connection.Server, $what)) {
                    $request = @{ fileName = $storedName; content = $content; overwrite = [bool] $Overwrite }
                    Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $connection -Operation 'ImportLicenseFile' -Request $request -Target $file
                }
            }
        }
    }
}
