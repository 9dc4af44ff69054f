function New-CimSessionOption {
    <#
    .SYNOPSIS
        Makes options for New-CimSession.

    .DESCRIPTION
        Sessions use WS-Management over HTTPS. The protocol Dcom is accepted and WS-Management used instead, since nothing else
        is here.

    .PARAMETER Protocol
        Default, Wsman or Dcom.

    .PARAMETER UseSsl
        Sessions use HTTPS in any case.

    .PARAMETER SkipCACheck
        The certificate that the server shows when the session is made is trusted for that session.

    .PARAMETER SkipCNCheck
        As -SkipCACheck.

    .PARAMETER SkipRevocationCheck
        Accepted; certificates are not looked up anywhere.

    .PARAMETER Encoding
        Accepted; UTF-8 is used.

    .EXAMPLE
        New-CimSession -ComputerName licsrv01 -SessionOption (New-CimSessionOption -Protocol Dcom)

        Makes a session as scripts for older servers do.

    .OUTPUTS
        Options.
    #>
    [System.Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Nothing is changed.')]
    [CmdletBinding()]
    param(
        [Parameter(Position = 0)]
        [ValidateSet('Default', 'Dcom', 'Wsman')]
        [string] $Protocol = 'Default',

        [switch] $UseSsl,
        [switch] $SkipCACheck,
        [switch] $SkipCNCheck,
        [switch] $SkipRevocationCheck,

        [ValidateSet('Default', 'Utf8', 'Utf16')]
        [string] $Encoding = 'Default'
    )

    [pscustomobject]@{
        PSTypeName  = 'Microsoft.Management.Infrastructure.Options.CimSessionOptions'
        Protocol    = $Protocol
        UseSsl      = [bool] $UseSsl
        SkipCACheck = [bool] ($SkipCACheck -or $SkipCNCheck)
        Encoding    = $Encoding
    }
}
