function Add-LicGlobalMetadata {
    <#
    .SYNOPSIS
        Deprecated: warns and does nothing.

    .DESCRIPTION
        The Licensing Administration snap-in documents this command as deprecated. It is there for scripts that call it: it
        warns and does nothing with metadata.

    .EXAMPLE
        Add-LicGlobalMetadata

        Warns that the command is deprecated.

    .EXAMPLE
        Add-LicGlobalMetadata -WarningAction SilentlyContinue

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
        $PSCmdlet.WriteWarning('Add-LicGlobalMetadata is deprecated and does nothing.')
    }
}
