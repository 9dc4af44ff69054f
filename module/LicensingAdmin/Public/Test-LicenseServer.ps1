function Test-LicenseServer {
    <#
    .SYNOPSIS
        Checks whether license servers are well.

    .DESCRIPTION
        Checks ports, vendor daemons, clock, certificate, disk, trusted issuers, license files against the host, options
        files, uploads, databases, audit, alert routes and version. Each check says Passed, Warning or Failed, and what to
        do.

    .PARAMETER Deep
        Also walks the chains of all audit records, which takes as long as reading the databases.

    .EXAMPLE
        Test-LicenseServer

        Runs every check.

    .EXAMPLE
        Test-LicenseServer -Deep | Where-Object Outcome -ne Passed

        Shows what is not well, with the chains of all records walked.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        LicensingAdmin.HealthCheck.

    .LINK
        Get-LicenseAlert

    .LINK
        Get-LicenseServer
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.HealthCheck')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [switch] $Deep
    )

    process {
        Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'TestServer' -Request @{ deep = [bool] $Deep }
    }
}
