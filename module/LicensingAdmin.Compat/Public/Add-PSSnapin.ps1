function Add-PSSnapin {
    <#
    .SYNOPSIS
        Adds the licensing snap-in, whose commands the module LicensingAdmin has.

    .DESCRIPTION
        PowerShell 7 has no snap-ins. This command loads LicensingAdmin for the name Citrix.Licensing.Admin.V1 and for patterns
        that match it. Any other name is an error, as a snap-in that is not installed is.

    .PARAMETER Name
        Names of snap-ins, wildcards allowed.

    .PARAMETER PassThru
        Returns what was added.

    .EXAMPLE
        Add-PSSnapin Citrix.Licensing.Admin.V1

        Makes the commands of the snap-in available.

    .OUTPUTS
        With -PassThru, an object for the snap-in.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [SupportsWildcards()]
        [string[]] $Name,

        [switch] $PassThru
    )

    process {
        $snapin = Get-LicensingSnapin
        foreach ($one in $Name) {
            if ($snapin.Name -notlike $one) {
                $text = if ([wildcardpattern]::ContainsWildcardCharacters($one)) { "No snap-ins match the pattern '$one'." }
                else { "The snap-in '$one' is not installed on this computer." }
                $PSCmdlet.WriteError([System.Management.Automation.ErrorRecord]::new(
                        [System.ArgumentException]::new($text), 'AddPSSnapInRead', 'InvalidArgument', $one))
                continue
            }
            if (-not (Get-Module -Name LicensingAdmin)) {
                Import-Module -Name LicensingAdmin -Scope Global
            }
            if ($snapin.Name -notin $script:AddedSnapins) {
                $script:AddedSnapins.Add($snapin.Name)
            }
            if ($PassThru) {
                $snapin
            }
        }
    }
}
