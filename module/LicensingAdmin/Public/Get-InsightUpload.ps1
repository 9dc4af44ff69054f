function Get-InsightUpload {
    <#
    .SYNOPSIS
        Lists the uploads that Insight Services have stored.

    .DESCRIPTION
        Lists uploads, the latest first: of one server, or of all that you may see.

        The newest 100 are listed unless -Most is given. A warning says where there may be more.

    .PARAMETER Most
        Most rows, 1 to 10000; 100 unless given.

    .EXAMPLE
        Get-InsightUpload -Most 10

        Lists the last ten uploads of all servers.

    .EXAMPLE
        Get-InsightServer | Get-InsightUpload | Group-Object ServerGuid -NoElement

        Counts the last uploads of each server.

    .INPUTS
        Objects with the properties ServerGuid and Server.

    .OUTPUTS
        LicensingAdmin.InsightUpload.

    .LINK
        Get-InsightServer

    .LINK
        Get-LicenseUpload

    .LINK
        about_Licensing_Insight
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.InsightUpload')]
    [LicensingAdmin.SharedParameters('ServerGuid', 'Connection')]
    param(
        [ValidateRange(1, 10000)]
        [int] $Most
    )

    process {
        Invoke-LicensingNewestList -Cmdlet $PSCmdlet -Operation 'GetInsightUploads' -Number Most -Usual 100 -Noun 'uploads' -Action 'Give -Most for more.'
    }
}
