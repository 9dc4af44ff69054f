function Remove-LicenseAdministrator {
    <#
    .SYNOPSIS
        Removes accounts and ends their tokens.

    .DESCRIPTION
        Removes accounts by name, by SID or from the pipeline. The last account with full permission cannot be
        removed. Asks before each unless -Confirm:$false is given.

    .PARAMETER Account
        Account names or SIDs.

    .PARAMETER Session
        Sessions from Connect-LicenseServer, or the names of their servers; several are asked at the same time.
        Without it the default session is used.

    .EXAMPLE
        Remove-LicenseAdministrator alice -Confirm:$false

        Removes one account without asking.

    .EXAMPLE
        Get-LicenseAdministrator 'OLD\*' | Remove-LicenseAdministrator -WhatIf

        Says which accounts of a domain would be removed.

    .INPUTS
        Objects with the properties Account and Server.

    .OUTPUTS
        None.

    .LINK
        Get-LicenseAdministrator

    .LINK
        New-LicenseAdministrator

    .LINK
        Set-LicenseAdministrator

    .LINK
        Remove-LicAdministrator
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    [OutputType([void])]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [Alias('Identity')]
        [ArgumentCompleter([LicensingAdmin.AccountCompleter])]
        [ValidateNotNullOrEmpty()]
        [string[]] $Account,

        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('Server')]
        [LicensingAdmin.SessionTransformation()]
        [ArgumentCompleter([LicensingAdmin.SessionCompleter])]
        [LicensingAdmin.LicensingSession[]] $Session
    )

    process {
        $sessions = @(Resolve-LicensingSession -Cmdlet $PSCmdlet -Session $Session)
        foreach ($name in $Account) {
            $allowed = @($sessions | Where-Object { $PSCmdlet.ShouldProcess($_.Server, "Remove administrator $name") })
            if ($allowed.Count -gt 0) {
                $null = Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'RemoveAdministrator' -Request @{ identity = $name } -Target $name
            }
        }
    }
}
