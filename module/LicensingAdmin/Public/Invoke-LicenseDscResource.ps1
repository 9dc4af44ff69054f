function Invoke-LicenseDscResource {
    <#
    .SYNOPSIS
        Reads, tests or sets the desired state of a part of a license server.

    .DESCRIPTION
        Carries out a method of a resource of desired state, as Invoke-DscResource does where PSDesiredStateConfiguration is
        installed: Get shows an instance, Test compares it with the desired state and says in words what differs, Set brings
        it into that state and changes nothing where it is in it already, Delete removes it, and Export shows all instances.

        The resources and their properties are in about_LicensingAdminDsc. Secrets are given as SecureString, and never shown.

    .PARAMETER Name
        Name of the resource, such as Token; LicensingAdmin/Token is taken too.

    .PARAMETER Method
        Get, Test, Set, Delete or Export.

    .PARAMETER Property
        The properties of the instance that is desired: its key, and what it should be like. _exist = $false desires that there is
        none. Paths are absolute. With Export only instances that have these values are shown. Server, ServerCertHash and
        ServerTokenFile take the place of the parameters for connections.

    .EXAMPLE
        Invoke-LicenseDscResource Administrator Test -Property @{ Account = 'EXAMPLE\alice'; Permissions = 'ReadOnly' }

        Says whether the account is there with that level, and if not, why.

    .EXAMPLE
        Invoke-LicenseDscResource Administrator Set -Property @{ Account = 'EXAMPLE\alice'; Permissions = 'ReadOnly' } -WhatIf

        Says what would be changed.

    .EXAMPLE
        Invoke-LicenseDscResource ManagementService Set -Property @{ Enabled = $false; Destination = ''; CeipOption = 'None' }

        Has the server send nothing; a second call changes nothing.

    .EXAMPLE
        Invoke-LicenseDscResource LicenseFile Export

        Shows the state of all license files.

    .INPUTS
        LicensingAdmin.LicensingSession.

    .OUTPUTS
        For Get and Export the state of an instance, such as LicensingAdmin.TokenState; for Test LicensingAdmin.DscTestResult with
        InDesiredState, Differences and Before; for Set and Delete LicensingAdmin.DscSetResult with Steps and After, too.

    .LINK
        about_LicensingAdminDsc

    .LINK
        Connect-LicenseServer
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('LicensingAdmin.DscTestResult', 'LicensingAdmin.DscSetResult')]
    [LicensingAdmin.SharedParameters('Connection')]
    param(
        [Parameter(Mandatory, Position = 0)]
        [ValidateNotNullOrWhiteSpace()]
        [ArgumentCompleter([LicensingAdmin.ResourceCompleter])]
        [string] $Name,

        [Parameter(Mandatory, Position = 1)]
        [ValidateSet('Get', 'Test', 'Set', 'Delete', 'Export')]
        [string] $Method,

        [ValidateNotNull()]
        [hashtable] $Property = @{}
    )

    process {
        $resource = [LicensingAdmin.ResourceDescription]::Find(($Name -replace '^LicensingAdmin/'))
        if (-not $resource) {
            $names = [LicensingAdmin.OperationTable]::Current.Resources.Name -join ', '
            $PSCmdlet.ThrowTerminatingError((New-LicensingErrorRecord -Code 'InvalidRequest' -Category InvalidArgument -Target $Name `
                        -Message "There is no resource $Name." -Action "Use one of $names."))
        }
        $own = $null
        try {
            $sessions = @(
                if ($Property['Server']) {
                    try {
                        $own = ([LicensingAdmin.ConnectionSettings] @{ Server = $Property['Server'] }).Open()
                        $own
                    }
                    catch {
                        Write-LicensingProblem -Cmdlet $PSCmdlet -Problem ([LicensingAdmin.Problem]::Of($_.Exception)) -Target $Property['Server']
                    }
                }
                else {
                    [LicensingAdmin.Command]::Sessions($PSCmdlet)
                }
            )
            foreach ($one in $sessions) {
                $call = @{ Cmdlet = $PSCmdlet; Session = $one; Resource = $resource.Name; Method = $Method; Property = $Property }
                if ($Method -in 'Get', 'Test', 'Export') {
                    Invoke-LicensingDsc @call
                    continue
                }
                $what = "$Method $($resource.Name)"
                if ($WhatIfPreference -or $ConfirmPreference -in 'Low', 'Medium') {
                    $preview = Invoke-LicensingDsc @call -Preview
                    if (-not $preview -or $preview.InDesiredState) {
                        $preview
                        continue
                    }
                    $what = "$($resource.Name): $($preview.Steps -join ' ')"
                }
                if ($PSCmdlet.ShouldProcess($one.Server, $what)) {
                    Invoke-LicensingDsc @call
                }
            }
        }
        finally {
            if ($own) {
                $own.Dispose()
            }
        }
    }
}
