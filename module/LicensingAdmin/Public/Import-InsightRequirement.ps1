function Import-InsightRequirement {
    <#
    .SYNOPSIS
        Imports the dates that product versions require of the licenses they use.

    .DESCRIPTION
        Takes CSV files or rows from the pipeline. A version that is in the list already is replaced. A list that cannot be read
        changes nothing. Only operators may.

    .PARAMETER Path
        CSV files with a heading: Feature, ProductVersion, RequiredDate, and Vendor where they are known. Wildcards allowed.

    .PARAMETER InputObject
        Rows with the properties Feature, ProductVersion, RequiredDate, Vendor, or CSV files from Get-ChildItem.

    .EXAMPLE
        Import-InsightRequirement ./requirements.csv

        Imports a list.

    .EXAMPLE
        [pscustomobject]@{ Feature = 'CAD_PRO_CCU'; ProductVersion = '2.0'; RequiredDate = '2026-01-01' } | Import-InsightRequirement

        Says what version 2.0 and later ones require.

    .INPUTS
        Files from Get-ChildItem, or objects with the properties Feature, ProductVersion, RequiredDate, Vendor.

    .OUTPUTS
        LicensingAdmin.InsightRequirement.

    .LINK
        Get-InsightRequirement

    .LINK
        Remove-InsightRequirement

    .LINK
        Get-InsightFinding

    .LINK
        about_Licensing_Insight
    #>
    [CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'Path')]
    [OutputType('LicensingAdmin.InsightRequirement')]
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
        $columns = 'Feature', 'ProductVersion', 'RequiredDate', 'Vendor'
        Import-LicensingList -Cmdlet $PSCmdlet -Operation 'ImportInsightRequirements' -Action 'Import required dates' -File $files -Row $rows -Column $columns
    }
}
