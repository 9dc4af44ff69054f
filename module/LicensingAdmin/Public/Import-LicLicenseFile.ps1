function Import-LicLicenseFile {
    <#
    .SYNOPSIS
        Imports a license file to a license server.

    .DESCRIPTION
        Sends a local license file to the server, which keeps its name. Returns nothing when the file was imported.

    .PARAMETER AdminAddress
        Address of Web Services for Licensing, such as https://host:8083, as Get-LicLocation returns it. host:port
        and the host alone are taken too.

    .PARAMETER FileName
        Full path of the local file.

    .PARAMETER Overwrite
        Replaces a file of the same name.

    .PARAMETER CertHash
        SHA-256 hash of the one server certificate to trust, the CertHash of Get-LicCertificate.

    .PARAMETER Credentials
        Account and password at the license server. Without it the session that Connect-LicenseServer opened with
        the same host and port lends its own, else the token in the environment variable LICENSING_TOKEN is used.

    .EXAMPLE
        Import-LicLicenseFile -AdminAddress https://licserver.example.net:8083 -FileName C:\Demo.lic -Overwrite

        Imports a file and replaces one of the same name.

    .EXAMPLE
        Import-LicLicenseFile https://licserver.example.net:8083 -FileName /srv/licenses/acme.lic

        Imports a file that is not installed yet.

    .INPUTS
        System.String.

    .OUTPUTS
        None.

    .NOTES
        Errors carry the name of the LicensingAdminStatus code as their id.

    .LINK
        Import-LicenseFile

    .LINK
        Test-LicenseFile
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
        [string] $FileName,

        [switch] $Overwrite,

        [string] $CertHash,

        [System.Management.Automation.Credential()]
        [pscredential] $Credentials
    )

    process {
        $path = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($FileName)
        $content = Read-LicensingFile -Cmdlet $PSCmdlet -Path $path
        if ($null -eq $content) {
            return
        }
        $name = [LicensingAdmin.StoredName]::Of($path)
        if ($PSCmdlet.ShouldProcess($AdminAddress, "Import license file $name")) {
            $request = @{ fileName = $name; content = $content; overwrite = [bool] $Overwrite }
            $null = Invoke-LicensingOperation -Cmdlet $PSCmdlet -Operation 'ImportLicenseFile' -Request $request -Target $FileName
        }
    }
}
