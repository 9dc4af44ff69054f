function New-InsightOrganization {
    <#
    .SYNOPSIS
        Adds an organization to Insight Services.

    .DESCRIPTION
        One that exists stays as it is. Only operators may.

    .PARAMETER Name
        Its name, 1 to 128 bytes.

    .EXAMPLE
        New-InsightOrganization 'Example Ltd'

        Adds one.

    .EXAMPLE
        'North', 'South' | ForEach-Object { New-InsightOrganization $_ -WhatIf }

        Says what would be added.

    .INPUTS
        Objects with the properties Name and Server.

    .OUTPUTS
        LicensingAdmin.InsightOrganization.

    .LINK
        Get-InsightOrganization

    .LINK
        New-InsightAccount

    .LINK
        about_Licensing_Insight
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('LicensingAdmin.InsightOrganization')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrWhiteSpace()]
        [string] $Name
    )

    process {
        $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Add organization $Name")
        if ($allowed) {
            Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'NewInsightOrganization' -Request @{ name = $Name } -Target $Name
        }
    }
}
