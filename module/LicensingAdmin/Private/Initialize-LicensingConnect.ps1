# What a command that connects begins with: no default session is left, and parameters that exclude each other or are blank end it.
function Initialize-LicensingConnect {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Cmdlet,
        [Parameter(Mandatory)] [LicensingAdmin.ServiceKind] $Service,
        [switch] $NotDefault
    )

    $bound = $Cmdlet.MyInvocation.BoundParameters
    if (-not $NotDefault) {
        [LicensingAdmin.SessionList]::Of($Service).SetDefault(@())
    }
    if ($bound['UnknownArgument']) {
        $Cmdlet.ThrowTerminatingError((New-LicensingErrorRecord -Code 'InvalidRequest' -Category InvalidArgument -Target $bound['UnknownArgument'] `
                    -Message "No parameter is meant for: $($bound['UnknownArgument'])." -Action "See Get-Help $($Cmdlet.MyInvocation.MyCommand.Name) for the parameters."))
    }
    # A table may have servers without a hash; who types one means one.
    foreach ($name in 'CertHash', 'CaFile') {
        if ($bound.ContainsKey($name) -and [string]::IsNullOrWhiteSpace($bound[$name])) {
            $Cmdlet.ThrowTerminatingError((New-LicensingErrorRecord -Code 'InvalidRequest' -Category InvalidArgument -Target $name `
                        -Message "The value of the parameter $name is blank." -Action 'Give a value, or leave the parameter out.'))
        }
    }
    if ($bound['CertHash'] -and $bound['CaFile']) {
        $Cmdlet.ThrowTerminatingError((New-LicensingErrorRecord -Code 'InvalidRequest' -Category InvalidArgument -Target $bound['CaFile'] `
                    -Message 'CertHash and CaFile exclude each other.' -Action 'Give one of the two.'))
    }
}
