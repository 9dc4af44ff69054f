function New-InsightTarget {
    <#
    .SYNOPSIS
        Adds a mail address or a webhook that findings are delivered to.

    .DESCRIPTION
        A webhook gets a secret that its messages are signed with: the property Secret, a SecureString that no other command
        shows. Only operators add webhooks, and targets for the findings of all organizations.

    .PARAMETER Address
        Mail address, or https:// address of a webhook.

    .PARAMETER WebhookCertHash
        SHA-256 hash of the one certificate of a webhook to trust; what the operating system trusts unless given.

    .EXAMPLE
        New-InsightTarget licensing@example.com -Organization Example

        Sends mail about the findings of one organization.

    .EXAMPLE
        $target = New-InsightTarget https://hooks.example.com/licensing
        $target.Secret | ConvertFrom-SecureString -AsPlainText

        Adds a webhook for the findings of all organizations and shows its secret.

    .INPUTS
        Objects with the properties Address and Server.

    .OUTPUTS
        LicensingAdmin.AddedInsightTarget.

    .LINK
        Get-InsightTarget

    .LINK
        Remove-InsightTarget

    .LINK
        about_Licensing_Insight
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('LicensingAdmin.AddedInsightTarget')]
    [LicensingAdmin.SharedParameters('Organization', 'Connection')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrWhiteSpace()]
        [string] $Address,

        [ValidateNotNullOrWhiteSpace()]
        [string] $WebhookCertHash
    )

    process {
        $whose = if ($Organization) { "findings of $Organization" } else { 'all findings that you may see' }
        $allowed = @(Select-LicensingTarget -Cmdlet $PSCmdlet -Action "Deliver $whose to $Address")
        # -CertHash is the certificate of Insight Services.
        $request = @{ address = $Address; organization = $Organization ? $Organization : $null; certHash = $WebhookCertHash ? $WebhookCertHash : $null }
        if ($allowed) {
            Invoke-LicensingOperation -Cmdlet $PSCmdlet -Session $allowed -Operation 'NewInsightTarget' -Request $request -Target $Address
        }
    }
}
