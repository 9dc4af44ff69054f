function Set-LicCEIPOption {
    <#
    .SYNOPSIS
        Sets what a license server sends beside the compliance part of its uploads.

    .DESCRIPTION
        With None nothing else is sent. With Anonymous uploads have statistics by license type that name no feature, user,
        device or machine; with Diagnostic they have a part about the installation besides.

    .PARAMETER AdminAddress
        Address of Web Services for Licensing, such as https://host:8083, as Get-LicLocation returns it. host:port
        and the host alone are taken too.

    .PARAMETER CEIPOption
        What is sent: None, Anonymous or Diagnostic.

    .PARAMETER CertHash
        SHA-256 hash of the one server certificate to trust.

    .PARAMETER Credentials
        Account and password at the license server. Without it the session that Connect-LicenseServer opened with
        the same host and port lends its own, else the token in the environment variable LICENSING_TOKEN is used.

    .EXAMPLE
        Set-LicCEIPOption -AdminAddress https://licserver.example.net:8083 -CEIPOption None

        Sends nothing beside the compliance part.

    .EXAMPLE
        Set-LicCEIPOption -AdminAddress https://licserver.example.net:8083 -CEIPOption Diagnostic
        Get-LicCEIPOption -AdminAddress https://licserver.example.net:8083

        Sends the diagnostic part from the next upload on, and shows the option.

    .INPUTS
        System.String.

    .OUTPUTS
        None.

    .NOTES
        Errors carry the name of the LicensingAdminStatus code as their id.

    .LINK
        Get-LicCEIPOption

    .LINK
        Set-LicenseManagementService
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType([void])]
    [LicensingAdmin.SharedParameters('TimeoutSeconds')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([LicensingAdmin.ServerAddressCompleter])]
        [string] $AdminAddress,

        [Parameter(Mandatory)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompletions('None', 'Anonymous', 'Diagnostic')]
        [string] $CEIPOption,

        [string] $CertHash,

        [System.Management.Automation.Credential()]
        [pscredential] $Credentials
    )

    process {
        # Not by a validation attribute: scripts look for the code of the snap-in.
        $choice = 'None', 'Anonymous', 'Diagnostic' | Where-Object { $_ -eq $CEIPOption }
        if (-not $choice) {
            $PSCmdlet.WriteError((New-LicensingErrorRecord -Code 'InvalidCEIPOption' -Category InvalidArgument -Target $CEIPOption `
                        -Message "The CEIPOption '$CEIPOption' is none of None, Anonymous and Diagnostic." -Action 'Use None, Anonymous or Diagnostic.'))
            return
        }
        if ($PSCmdlet.ShouldProcess($AdminAddress, "Set the CEIP option to $choice")) {
            $null = Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'SetCeipOption' -Request @{ ceipOption = $choice }
        }
    }
}
