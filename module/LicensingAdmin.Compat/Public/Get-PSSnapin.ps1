function Get-PSSnapin {
    <#
    .SYNOPSIS
        Lists the licensing snap-in once it was added, or with -Registered before that.

    .PARAMETER Name
        Names of snap-ins, wildcards allowed.

    .PARAMETER Registered
        Lists snap-ins that can be added.

    .EXAMPLE
        if (-not (Get-PSSnapin -Name Citrix.Licensing.Admin.V1 -ErrorAction SilentlyContinue)) { Add-PSSnapin Citrix.Licensing.Admin.V1 }

        Adds the snap-in unless that was done before.

    .OUTPUTS
        An object with Name, PSVersion and Description.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Position = 0)]
        [SupportsWildcards()]
        [string[]] $Name = @('*'),

        [switch] $Registered
    )

    process {
        $known = @(Get-LicensingSnapin | Where-Object { $Registered -or $_.Name -in $script:AddedSnapins })
        foreach ($one in $Name) {
            $found = @($known | Where-Object Name -Like $one)
            $found
            if ($found.Count -eq 0 -and -not [wildcardpattern]::ContainsWildcardCharacters($one)) {
                $PSCmdlet.WriteError([System.Management.Automation.ErrorRecord]::new(
                        [System.ArgumentException]::new("No snap-in of the name '$one' was added."), 'GetPSSnapInRead', 'InvalidArgument', $one))
            }
        }
    }
}
