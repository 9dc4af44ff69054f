function Remove-LicenseIssuer {
    <#
    .SYNOPSIS
        Lets license servers trust an issuer no more.

    .DESCRIPTION
        Removes issuers by the id of their key or from the pipeline. Lines that they have signed serve no more; seats that
        are out stay out until they are returned. -WhatIf says how the pools would change.

    .PARAMETER KeyId
        Ids of keys, as Get-LicenseIssuer shows them.

    .EXAMPLE
        Get-LicenseIssuer | Where-Object Lines -eq 0 | Remove-LicenseIssuer -WhatIf

        Says which issuers that have signed nothing of what is installed would be removed.

    .EXAMPLE
        Get-LicenseIssuer | Remove-LicenseIssuer -WhatIf

        Says which seats would be lost.

    .INPUTS
        Objects with the properties KeyId and Server.

    .OUTPUTS
        LicensingAdmin.ChangedIssuer.

    .LINK
        Get-LicenseIssuer

    .LINK
        Add-LicenseIssuer
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    [OutputType('LicensingAdmin.ChangedIssuer')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.IssuerKeyCompleter])]
        [string[]] $KeyId
    )

    process {
        foreach ($id in $KeyId) {
            foreach ($connection in [LicensingAdmin.Command]::Sessions($PSCmdlet)) {
                $what = "Trust the issuer with the key $id no more"
                $outcome = @{}
                $explained = Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $connection -Operation 'RemoveIssuer' -Request @{ keyId = $id; whatIf = $true } -Target $id -Ignore 'UserNotAuthorized' -Outcome $outcome
                if ($outcome['Failed']) {
                    continue
                }
                if ($explained) {
                    $what += " ($($explained.Issuer)): $(Format-LicensingEffect $explained.Effects)"
                }
                if ($PSCmdlet.ShouldProcess($connection.Server, $what)) {
                    Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $connection -Operation 'RemoveIssuer' -Request @{ keyId = $id } -Target $id
                }
            }
        }
    }
}
