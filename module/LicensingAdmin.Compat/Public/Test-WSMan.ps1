function Test-WSMan {
    <#
    .SYNOPSIS
        Tests whether a server offers WS-Management.

    .DESCRIPTION
        Returns vendor and version. Without credentials the version says nothing but that of the protocol, which is what scripts
        look for.

    .PARAMETER ComputerName
        Host; a port may follow a colon. Without it the server of the default session.

    .PARAMETER Credential
        Account and password.

    .PARAMETER Authentication
        None, Basic, Negotiate or Default.

    .PARAMETER Port
        Port of the server.

    .PARAMETER UseSSL
        Accepted; HTTPS is used unless the port is 5985.

    .EXAMPLE
        (Test-WSMan -ComputerName licsrv01).ProductVersion

        Returns a text that ends in the version of the protocol.

    .OUTPUTS
        An object with ProductVendor, ProductVersion and ProtocolVersion.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Position = 0, ValueFromPipeline)]
        [Alias('CN')]
        [string] $ComputerName = '',

        [System.Management.Automation.Credential()]
        [pscredential] $Credential = [pscredential]::Empty,

        [Alias('Auth', 'AM')]
        [ValidateSet('None', 'Default', 'Basic', 'Negotiate', 'Kerberos', 'Digest', 'CredSsp')]
        [string] $Authentication = 'None',

        [int] $Port,

        [switch] $UseSSL
    )

    process {
        $address = if ($ComputerName -and $Port) { "${ComputerName}:$Port" } else { $ComputerName }
        $way = if ($Authentication -in 'Negotiate', 'Kerberos', 'CredSsp') { 'Negotiate' } else { '' }
        $target = ConvertTo-CompatTarget -ComputerName $address -Credential $Credential -Authentication $way
        $answers = Invoke-CompatQuery -Cmdlet $PSCmdlet -Ask @{ Identify = $true } -Target $target -ErrorId { 'WsManError' }
        foreach ($answer in $answers) {
            [pscustomobject]@{
                wsmid           = 'http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd'
                ProtocolVersion = 'http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd'
                ProductVendor   = $answer.ProductVendor
                ProductVersion  = $answer.ProductVersion
            }
        }
    }
}
