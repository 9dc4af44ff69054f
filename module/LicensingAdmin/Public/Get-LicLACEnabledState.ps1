function Get-LicLACEnabledState {
    <#
    .SYNOPSIS
        Deprecated: warns and does nothing.

    .DESCRIPTION
        The Licensing Administration snap-in documents this command as deprecated. It is there for scripts that call it: it
        warns and does nothing with the state of the console.

    .EXAMPLE
        Get-LicLACEnabledState

        Warns that the command is deprecated.

    .EXAMPLE
        Get-LicLACEnabledState -WarningAction SilentlyContinue

        Does nothing.

    .INPUTS
        None.

    .OUTPUTS
        None.

    .LINK
        Get-LicServerInfo
    #>
    [CmdletBinding()]
    [OutputType([void])]
    param()

    process {
        $PSCmdlet.WriteWarning('Get-LicLACEnabledState is deprecated and does nothing.')
    }
}
