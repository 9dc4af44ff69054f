function Remove-LicenseAdministrator {
    <#
    .SYNOPSIS
        Removes accounts and ends their tokens.

    .DESCRIPTION
        Removes accounts by name, by SID or from the pipeline. The last account with full permission cannot be
        removed. Asks before each unless -Confirm:$false is given.

    .PARAMETER Account
        Account names or SIDs.

    .PARAMETER PassThru
        Returns the accounts as they were.

    .EXAMPLE
        Remove-LicenseAdministrator alice -Confirm:$false

        Removes one account without asking.

    .EXAMPLE
        Get-LicenseAdministrator 'OLD\*' | Remove-LicenseAdministrator -WhatIf

        Says which accounts of a domain would be removed.

    .INPUTS
        Objects with the properties Account and Server.

    .OUTPUTS
        None; with -PassThru LicensingAdmin.Administrator.

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
    [OutputType('LicensingAdmin.Administrator')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [Alias('Identity')]
        [ArgumentCompleter([LicensingAdmin.AccountCompleter])]
        [ValidateNotNullOrWhiteSpace()]
        [LicensingAdmin.AccountName()]
        [string[]] $Account,

        [switch] $PassThru
    )

    process {
        foreach ($name in $Account) {
            $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Remove administrator $name")
            if ($allowed) {
                Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'RemoveAdministrator' -Request @{ identity = $name } -Target $name |
                    Where-Object { $PassThru }
            }
        }
    }
}
