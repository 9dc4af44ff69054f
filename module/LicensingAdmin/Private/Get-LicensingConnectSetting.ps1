# How to reach each server that a command that connects was given; that of the environment when it was given none.
function Get-LicensingConnectSetting {
    [CmdletBinding()]
    [OutputType([LicensingAdmin.ConnectionSettings])]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [Parameter(Mandatory)] [LicensingAdmin.ServiceKind] $Service
    )

    $given = @{}
    foreach ($name in 'Server', 'Credential', 'Token', 'CertHash', 'CaFile', 'TimeoutSeconds') {
        $given[$name] = [LicensingAdmin.Command]::Bound($Cmdlet, $name)
    }
    $addresses = @(if ($null -ne $given['Server']) { $given['Server'] } else { [LicensingAdmin.ConnectionSettings]::EnvironmentServer($Service) })
    foreach ($address in $addresses) {
        if ([string]::IsNullOrWhiteSpace($address)) {
            $what, $variable = if ($Service -eq 'Insight') { 'Insight Services', 'INSIGHT_SERVER' } else { 'license server', 'LICENSING_SERVER' }
            $Cmdlet.ThrowTerminatingError((New-LicensingErrorRecord -Code 'InvalidRequest' -Category InvalidArgument -Target 'Server' `
                        -Message "The parameter Server names no $what." -Action "Give an address, or leave it out and set $variable."))
        }
        [LicensingAdmin.ConnectionSettings]@{
            Service        = $Service
            Server         = $address
            Credential     = $given['Credential']
            Token          = $given['Token']
            CertHash       = $given['CertHash']
            CaFile         = $given['CaFile'] ? $Cmdlet.GetUnresolvedProviderPathFromPSPath($given['CaFile']) : ''
            TimeoutSeconds = [int] $given['TimeoutSeconds']
        }
    }
}
