function Import-InsightRescission {
    <#
    .SYNOPSIS
        Imports serial numbers that their vendors have rescinded.

    .DESCRIPTION
        Takes CSV files or rows from the pipeline. A number that is in the list already is replaced; one without Effective is
        rescinded from the import on. A list that cannot be read changes nothing. Only operators may.

    .PARAMETER Path
        CSV files with a heading: SerialNumber, and Vendor, Effective, Reason where they are known. Wildcards allowed.

    .PARAMETER InputObject
        Rows with the properties SerialNumber, Vendor, Effective, Reason, or CSV files from Get-ChildItem.

    .EXAMPLE
        Import-InsightRescission ./rescinded.csv

        Imports a list.

    .EXAMPLE
        [pscustomobject]@{ SerialNumber = 'ACME-4711'; Vendor = 'ACME'; Reason = 'refunded' } | Import-InsightRescission

        Rescinds one serial number from now on.

    .INPUTS
        Files from Get-ChildItem, or objects with the properties SerialNumber, Vendor, Effective, Reason.

    .OUTPUTS
        LicensingAdmin.InsightRescission.

    .LINK
        Get-InsightRescission

    .LINK
        Remove-InsightRescission

    .LINK
        Get-InsightFinding

    .LINK
        about_Licensing_Insight
    #>
    [CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'Path')]
    [OutputType('LicensingAdmin.InsightRescission')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ParameterSetName = 'Path')]
        [ValidateNotNullOrWhiteSpace()]
        [string[]] $Path,

        [Parameter(Mandatory, ParameterSetName = 'Row', ValueFromPipeline)]
        [ValidateNotNull()]
        [psobject] $InputObject,

        [LicensingAdmin.SessionTransformation(Service = 'Insight')]
        [ArgumentCompleter([LicensingAdmin.InsightSessionCompleter])]
        [LicensingAdmin.LicensingSession[]] $Session
    )

    begin {
        $rows = [System.Collections.Generic.List[psobject]]::new()
        $files = [System.Collections.Generic.List[string]]::new()
    }

    process {
        if ($PSCmdlet.ParameterSetName -eq 'Path') {
            Resolve-LicensingPath -Cmdlet $PSCmdlet -Path $Path | ForEach-Object { $files.Add($_) }
        }
        elseif ($InputObject -is [System.IO.FileInfo]) {
            $files.Add($InputObject.FullName)
        }
        else {
            $rows.Add($InputObject)
        }
    }

    end {
        $columns = 'SerialNumber', 'Vendor', 'Effective', 'Reason'
        Import-LicensingList -Cmdlet $PSCmdlet -Operation 'ImportInsightRescissions' -Action 'Import rescinded serial numbers' -File $files -Row $rows -Column $columns
    }
}
