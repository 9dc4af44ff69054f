function Import-LicenseAllocationAnswer {
    <#
    .SYNOPSIS
        Installs the license file of an answer file.

    .DESCRIPTION
        Installs what the vendor has answered to a request file of this server. An answer that was imported before changes nothing.

    .PARAMETER Path
        The answer file.

    .EXAMPLE
        Import-LicenseAllocationAnswer ./seats.answer.json

        Installs an answer.

    .EXAMPLE
        Get-ChildItem ./answers/*.json | Import-LicenseAllocationAnswer

        Installs all answers of a folder.

    .INPUTS
        Objects with the properties FullName and Server.

    .OUTPUTS
        LicensingAdmin.Allocation.

    .LINK
        Export-LicenseAllocationRequest
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('LicensingAdmin.Allocation')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [Alias('FullName')]
        [ValidateNotNullOrWhiteSpace()]
        [string] $Path
    )

    process {
        $file = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path)
        $bytes = Read-LicensingFile -Cmdlet $PSCmdlet -Path $file
        if ($null -eq $bytes) {
            return
        }
        $request = @{ content = [System.Text.Encoding]::UTF8.GetString($bytes) }
        $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Import allocation answer $file")
        if ($allowed) {
            Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'ImportAllocationAnswer' -Request $request -Target $file
        }
    }
}
