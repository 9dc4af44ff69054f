function Test-LicenseAudit {
    <#
    .SYNOPSIS
        Verifies that no audit record was changed or removed.

    .DESCRIPTION
        Recomputes the chain of hashes of each audit from its first record on, over sealed segments and the database, and checks the
        seals of the segments. Whole says whether every record is there and unchanged; Detail says what does not fit. It
        reads everything that is stored, which takes about a second for a million records.

    .EXAMPLE
        Test-LicenseAudit

        Verifies every audit of the server.

    .EXAMPLE
        if (Test-LicenseAudit | Where-Object { -not $_.Whole }) { throw 'The audit was changed.' }

        Ends a scheduled check with an error when a record was changed.

    .INPUTS
        Objects with the properties Vendor and Server.

    .OUTPUTS
        LicensingAdmin.AuditCheck.

    .LINK
        Get-LicenseAudit
    #>
    [CmdletBinding()]
    [OutputType('LicensingAdmin.AuditCheck')]
    [LicensingAdmin.SharedParameters('Vendor', 'Connection')]
    param()

    process {
        Invoke-LicensingList -Cmdlet $PSCmdlet -Operation 'TestAudit'
    }
}
