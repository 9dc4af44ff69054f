function Remove-LicenseFile {
    <#
    .SYNOPSIS
        Removes installed license files from the server.

    .DESCRIPTION
        Removes files by name or from the pipeline. Seats that are out stay out until they are checked in. Asks
        before each unless -Confirm:$false is given; -WhatIf and the question say which seats go, and how many of them are in use.

    .PARAMETER FileName
        Names without folder, as Get-LicenseFile shows them.

    .PARAMETER PassThru
        Returns how the pools changed.

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
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [Alias('Name')]
        [ArgumentCompleter([LicensingAdmin.FileNameCompleter])]
        [ValidateNotNullOrWhiteSpace()]
        [string[]] $FileName,

        [switch] $PassThru
    )

    process {
        foreach ($name in $FileName) {
            $allowed = @(
                foreach ($connection in [LicensingAdmin.Command]::Sessions($PSCmdlet)) {
                    $what = "Remove license file $name"
                    if ($WhatIfPreference -or $ConfirmPreference -ne 'None') {
                        $request = @{ fileName = $name; explain = $true }
                        $explanation = Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $connection -Operation 'RemoveLicenseFile' -Request $request -Target $name
                        if (-not $explanation) {
                            continue
                        }
                        $what += ": $(Format-LicensingEffect $explanation.Effects)"
                    }
                    if ($PSCmdlet.ShouldProcess($connection.Server, $what)) {
                        $connection
                    }
                }
            )
            if ($allowed) {
                Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'RemoveLicenseFile' -Request @{ fileName = $name } -Target $name |
                    Where-Object { $PassThru }
            }
        }
    }
}
