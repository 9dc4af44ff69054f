function Remove-LicenseFile {
    <#
    .SYNOPSIS
        Removes installed license files from the server.

    .DESCRIPTION
        Removes files by name or from the pipeline. Seats that are out stay out until they are checked in. Asks
        before each unless -Confirm:$false is given.

    .PARAMETER FileName
        Names without folder, as Get-LicenseFile shows them.

    .PARAMETER PassThru
        Returns how the pools changed.

    .PARAMETER Session
        Sessions from Connect-LicenseServer, or the names of their servers; several are asked at the same time.
        Without it the default session is used.

    .EXAMPLE
        Remove-LicenseFile acme.lic -Confirm:$false

        Removes one file without asking.

    .EXAMPLE
        Get-LicenseFile trial-*.lic | Remove-LicenseFile -WhatIf

        Says which files would be removed, each from the server it came from.

    .INPUTS
        Objects with the properties FileName and Server.

    .OUTPUTS
        None; with -PassThru LicensingAdmin.RemovedLicenseFile.

    .LINK
        Get-LicenseFile

    .LINK
        Import-LicenseFile
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    [OutputType('LicensingAdmin.RemovedLicenseFile')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [Alias('Name')]
        [ArgumentCompleter([LicensingAdmin.FileNameCompleter])]
        [ValidateNotNullOrEmpty()]
        [string[]] $FileName,

        [switch] $PassThru,

        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('Server')]
        [LicensingAdmin.SessionTransformation()]
        [ArgumentCompleter([LicensingAdmin.SessionCompleter])]
        [LicensingAdmin.LicensingSession[]] $Session
    )

    process {
        $sessions = @(Resolve-LicensingSession -Cmdlet $PSCmdlet -Session $Session)
        foreach ($name in $FileName) {
            $allowed = @($sessions | Where-Object { $PSCmdlet.ShouldProcess($_.Server, "Remove license file $name") })
            if ($allowed.Count -gt 0) {
                Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'RemoveLicenseFile' -Request @{ fileName = $name } -Target $name |
                    Where-Object { $PassThru }
            }
        }
    }
}
