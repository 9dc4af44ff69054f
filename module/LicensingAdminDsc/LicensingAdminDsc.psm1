#Requires -Version 7.4
# Resources of desired state as classes. What they do is done by Invoke-LicenseDscResource of the module LicensingAdmin, which is
# loaded with the first call. The classes follow from the descriptions in native/dsc; cargo xtask generate writes them. They are a
# module of their own, so that nobody who administers a server waits for them.

Set-StrictMode -Version Latest

# Why an instance is not as desired; machine configuration of Azure reads these two properties.
class LicensingReason {
    [DscProperty()]
    [string] $Code

    [DscProperty()]
    [string] $Phrase
}

# Loads LicensingAdmin: the one beside this module, else the one that PowerShell finds.
function Import-Administration {
    if (Get-Module -Name LicensingAdmin) {
        return
    }
    $beside = [System.IO.Path]::Combine($PSScriptRoot, '..', 'LicensingAdmin', 'LicensingAdmin.psd1')
    Import-Module -Name ([System.IO.File]::Exists($beside) ? $beside : 'LicensingAdmin') -Scope Global -ErrorAction Stop
}

# The properties of an instance that were given.
function ConvertTo-Property {
    param([object] $Instance)

    $property = @{}
    foreach ($member in $Instance.PSObject.Properties) {
        $isBlank = $null -eq $member.Value -or ($member.Name -like 'Server*' -and -not $member.Value)
        if ($member.Name -ne 'Reasons' -and -not $isBlank) {
            $property[$member.Name] = $member.Value
        }
    }
    $property
}

function Invoke-Instance {
    param([object] $Instance, [string] $Method)

    Import-Administration
    $answers = @(LicensingAdmin\Invoke-LicenseDscResource -Name $Instance.GetType().Name -Method $Method -Property (ConvertTo-Property $Instance) -Confirm:$false -ErrorAction Stop)
    if ($Method -ne 'Export' -and $answers.Count -ne 1) {
        throw "$($answers.Count) license servers answered; give Server to say which one is meant."
    }
    $answers
}

# Takes over what a state shows.
function Copy-State {
    param([object] $State, [object] $Result)

    foreach ($member in $State.PSObject.Properties) {
        if ($null -ne $member.Value -and $member.Name -ne 'Server' -and $Result.PSObject.Properties[$member.Name]) {
            $Result.($member.Name) = $member.Value
        }
    }
    $Result
}

function Get-Instance {
    param([object] $Instance, [object] $Result)

    $answer = Invoke-Instance $Instance 'Test'
    $null = Copy-State $answer.Before $Result
    foreach ($member in $Instance.PSObject.Properties | Where-Object Name -Like 'Server*') {
        if ($null -eq $Result.($member.Name)) {
            $Result.($member.Name) = $member.Value
        }
    }
    $name = $Instance.GetType().Name
    $Result.Reasons = @(
        foreach ($difference in $answer.Differences) {
            [LicensingReason] @{ Code = "LicensingAdmin:$name`:$($difference.Property)"; Phrase = $difference.Reason }
        }
    )
    $Result
}

function Test-Instance {
    param([object] $Instance)

    [bool] (Invoke-Instance $Instance 'Test').InDesiredState
}

function Set-Instance {
    param([object] $Instance)

    $null = Invoke-Instance $Instance 'Set'
}

function Export-Instance {
    param([object] $Filter)

    foreach ($state in Invoke-Instance $Filter 'Export') {
        Copy-State $state ($Filter.GetType()::new())
    }
}

#region Resources

# An account that may use the web services of a license server.
[DscResource()]
class Administrator {
    # `DOMAIN\name`, `name@domain`, or a bare name for an account of the server itself.
    [DscProperty(Key)]
    [string] $Account

    # `Full` or `ReadOnly`.
    [DscProperty()]
    [ValidateSet('ReadOnly', 'Full')]
    [string] $Permissions

    # Whether it is a group.
    [DscProperty()]
    [Nullable[bool]] $Group

    # Whether it may sign in to WS-Management with NTLM, for which a hash of the password is kept.
    [DscProperty()]
    [Nullable[bool]] $Ntlm

    # First password, 12 characters or more. It is set where the account has none, and is not compared with one that it has.
    [DscProperty()]
    [securestring] $Password

    # Stable identity in SID form; it survives a change of the name's case.
    [DscProperty(NotConfigurable)]
    [string] $AccountSid

    # Whether a password is set. Without one the account can only use tokens.
    [DscProperty(NotConfigurable)]
    [Nullable[bool]] $PasswordSet

    # Whether the account is to exist.
    [DscProperty()]
    [bool] $_exist = $true

    # Address of the web services: https://host:8083, host:port or host. That of the session or of the environment unless given.
    [DscProperty()]
    [string] $Server

    # Trust the one server certificate with this SHA-256 hash.
    [DscProperty()]
    [string] $ServerCertHash

    # Trust server certificates signed by an authority in this PEM file.
    [DscProperty()]
    [string] $ServerCaFile

    # Account to sign in to the server as, with `serverPasswordFile`.
    [DscProperty()]
    [string] $ServerAccount

    # File on this machine whose first line is the password of `serverAccount`.
    [DscProperty()]
    [string] $ServerPasswordFile

    # File on this machine whose first line is the bearer token to sign in to the server with.
    [DscProperty()]
    [string] $ServerTokenFile

    # Why it is not as desired.
    [DscProperty(NotConfigurable)]
    [LicensingReason[]] $Reasons

    [Administrator] Get() {
        return Get-Instance $this ([Administrator]::new())
    }

    [bool] Test() {
        return Test-Instance $this
    }

    [void] Set() {
        Set-Instance $this
    }

    static [Administrator[]] Export() {
        return [Administrator[]] @(Export-Instance ([Administrator]::new()))
    }

    static [Administrator[]] Export([Administrator] $filter) {
        return [Administrator[]] @(Export-Instance $filter)
    }
}

# A mail address or webhook that a license server sends alerts to.
[DscResource()]
class AlertRoute {
    # Name of the route.
    [DscProperty(Key)]
    [string] $Name

    # Mail address, or `https://` URL of a webhook.
    [DscProperty()]
    [string] $Address

    # Least level that is sent.
    [DscProperty()]
    [ValidateSet('Info', 'Alert', 'Alarm')]
    [string] $Level

    # Whether anything is sent.
    [DscProperty()]
    [Nullable[bool]] $Enabled

    # Codes that are not sent, with wildcards.
    [DscProperty()]
    [string[]] $SilencedCodes

    # Features about which nothing is sent, with wildcards.
    [DscProperty()]
    [string[]] $SilencedFeatures

    # Language of the messages.
    [DscProperty()]
    [string] $Locale

    # Pinned hash of the certificate of a webhook; an empty text for none.
    [DscProperty()]
    [string] $CertHash

    # Secret that webhooks are signed with: 16 characters or more. It is set where the route has none, and is not compared with
    # one that it has.
    [DscProperty()]
    [securestring] $Secret

    # How.
    [DscProperty(NotConfigurable)]
    [ValidateSet('Mail', 'Webhook')]
    [string] $Kind

    # Whether webhooks are signed.
    [DscProperty(NotConfigurable)]
    [Nullable[bool]] $IsSigned

    # Messages that wait to be delivered.
    [DscProperty(NotConfigurable)]
    [Nullable[long]] $Waiting

    # Why the last message was not delivered; none after a delivery.
    [DscProperty(NotConfigurable)]
    [string] $LastError

    # Whether the alert route is to exist.
    [DscProperty()]
    [bool] $_exist = $true

    # Address of the web services: https://host:8083, host:port or host. That of the session or of the environment unless given.
    [DscProperty()]
    [string] $Server

    # Trust the one server certificate with this SHA-256 hash.
    [DscProperty()]
    [string] $ServerCertHash

    # Trust server certificates signed by an authority in this PEM file.
    [DscProperty()]
    [string] $ServerCaFile

    # Account to sign in to the server as, with `serverPasswordFile`.
    [DscProperty()]
    [string] $ServerAccount

    # File on this machine whose first line is the password of `serverAccount`.
    [DscProperty()]
    [string] $ServerPasswordFile

    # File on this machine whose first line is the bearer token to sign in to the server with.
    [DscProperty()]
    [string] $ServerTokenFile

    # Why it is not as desired.
    [DscProperty(NotConfigurable)]
    [LicensingReason[]] $Reasons

    [AlertRoute] Get() {
        return Get-Instance $this ([AlertRoute]::new())
    }

    [bool] Test() {
        return Test-Instance $this
    }

    [void] Set() {
        Set-Instance $this
    }

    static [AlertRoute[]] Export() {
        return [AlertRoute[]] @(Export-Instance ([AlertRoute]::new()))
    }

    static [AlertRoute[]] Export([AlertRoute] $filter) {
        return [AlertRoute[]] @(Export-Instance $filter)
    }
}

# An issuer of license files whose signatures a license server trusts.
[DscResource()]
class Issuer {
    # Id of its key, 16 hex digits.
    [DscProperty(Key)]
    [string] $KeyId

    # Absolute path of a file on this machine with its public key, as `licensing authority init` writes it. Needed where it is
    # not trusted yet.
    [DscProperty()]
    [string] $Path

    # Name.
    [DscProperty(NotConfigurable)]
    [string] $Issuer

    # Vendors it may sign for; `*` for all.
    [DscProperty(NotConfigurable)]
    [string[]] $Vendors

    # Installed lines with a valid signature of it.
    [DscProperty(NotConfigurable)]
    [Nullable[long]] $Lines

    # Whether the issuer is to exist.
    [DscProperty()]
    [bool] $_exist = $true

    # Address of the web services: https://host:8083, host:port or host. That of the session or of the environment unless given.
    [DscProperty()]
    [string] $Server

    # Trust the one server certificate with this SHA-256 hash.
    [DscProperty()]
    [string] $ServerCertHash

    # Trust server certificates signed by an authority in this PEM file.
    [DscProperty()]
    [string] $ServerCaFile

    # Account to sign in to the server as, with `serverPasswordFile`.
    [DscProperty()]
    [string] $ServerAccount

    # File on this machine whose first line is the password of `serverAccount`.
    [DscProperty()]
    [string] $ServerPasswordFile

    # File on this machine whose first line is the bearer token to sign in to the server with.
    [DscProperty()]
    [string] $ServerTokenFile

    # Why it is not as desired.
    [DscProperty(NotConfigurable)]
    [LicensingReason[]] $Reasons

    [Issuer] Get() {
        return Get-Instance $this ([Issuer]::new())
    }

    [bool] Test() {
        return Test-Instance $this
    }

    [void] Set() {
        Set-Instance $this
    }

    static [Issuer[]] Export() {
        return [Issuer[]] @(Export-Instance ([Issuer]::new()))
    }

    static [Issuer[]] Export([Issuer] $filter) {
        return [Issuer[]] @(Export-Instance $filter)
    }
}

# A license file that is installed on a license server.
[DscResource()]
class LicenseFile {
    # Name on the server, without folder, ending in `.lic`.
    [DscProperty(Key)]
    [string] $FileName

    # Absolute path of the file on this machine.
    [DscProperty()]
    [string] $Path

    # The bytes of the file in base64, in place of `path`.
    [DscProperty()]
    [string] $Content

    # SHA-256 of the bytes, hex.
    [DscProperty()]
    [string] $Sha256

    # Size in bytes.
    [DscProperty(NotConfigurable)]
    [Nullable[long]] $Size

    # When it was put in place.
    [DscProperty(NotConfigurable)]
    [Nullable[datetime]] $Installed

    # Vendors it names.
    [DscProperty(NotConfigurable)]
    [string[]] $Vendors

    # Number of lines that grant seats.
    [DscProperty(NotConfigurable)]
    [Nullable[long]] $Increments

    # Worst signature state among them; none when it grants nothing.
    [DscProperty(NotConfigurable)]
    [ValidateSet('Valid', 'Unverifiable', 'Invalid', 'UnknownIssuer', 'Missing')]
    [string] $Signature

    # Whether the license file is to exist.
    [DscProperty()]
    [bool] $_exist = $true

    # Address of the web services: https://host:8083, host:port or host. That of the session or of the environment unless given.
    [DscProperty()]
    [string] $Server

    # Trust the one server certificate with this SHA-256 hash.
    [DscProperty()]
    [string] $ServerCertHash

    # Trust server certificates signed by an authority in this PEM file.
    [DscProperty()]
    [string] $ServerCaFile

    # Account to sign in to the server as, with `serverPasswordFile`.
    [DscProperty()]
    [string] $ServerAccount

    # File on this machine whose first line is the password of `serverAccount`.
    [DscProperty()]
    [string] $ServerPasswordFile

    # File on this machine whose first line is the bearer token to sign in to the server with.
    [DscProperty()]
    [string] $ServerTokenFile

    # Why it is not as desired.
    [DscProperty(NotConfigurable)]
    [LicensingReason[]] $Reasons

    [LicenseFile] Get() {
        return Get-Instance $this ([LicenseFile]::new())
    }

    [bool] Test() {
        return Test-Instance $this
    }

    [void] Set() {
        Set-Instance $this
    }

    static [LicenseFile[]] Export() {
        return [LicenseFile[]] @(Export-Instance ([LicenseFile]::new()))
    }

    static [LicenseFile[]] Export([LicenseFile] $filter) {
        return [LicenseFile[]] @(Export-Instance $filter)
    }
}

# The license management service of a license server: what is uploaded, where to and when.
[DscResource()]
class ManagementService {
    # Whether it is switched on. Without a destination nothing is sent all the same.
    [DscProperty()]
    [Nullable[bool]] $Enabled

    # Address of the receiver; an empty text for none.
    [DscProperty()]
    [string] $Destination

    # Pinned hash of the receiver's certificate; an empty text for none.
    [DscProperty()]
    [string] $CertHash

    # Local time of the daily upload, `hh:mm`; an empty text for 24 hours after the one before.
    [DscProperty()]
    [string] $UploadTime

    # Whether salted hashes of users and devices are sent.
    [DscProperty()]
    [Nullable[bool]] $IncludeUserHashes

    # GUID of the server that this one stands in for, or that stands in for this one; an empty text for none.
    [DscProperty()]
    [string] $DisasterRecoveryPartner

    # One-time code that registers the server at the receiver. It is used where the server is not registered.
    [DscProperty()]
    [securestring] $RegistrationCode

    # What is sent.
    [DscProperty()]
    [ValidateSet('None', 'Anonymous', 'Diagnostic')]
    [string] $CeipOption

    # Where it stands.
    [DscProperty(NotConfigurable)]
    [ValidateSet('Disabled', 'NoDestination', 'NotRegistered', 'Waiting', 'Uploading', 'Failed', 'Overdue')]
    [string] $Status

    # GUID of this server.
    [DscProperty(NotConfigurable)]
    [string] $ServerGuid

    # Organization at the receiver; none before the registration.
    [DscProperty(NotConfigurable)]
    [string] $Organization

    # When the last upload succeeded.
    [DscProperty(NotConfigurable)]
    [Nullable[datetime]] $LastSuccess

    # Uploads that wait to be delivered.
    [DscProperty(NotConfigurable)]
    [Nullable[long]] $Waiting

    # Address of the web services: https://host:8083, host:port or host. That of the session or of the environment unless given.
    [DscProperty(Key)]
    [string] $Server

    # Trust the one server certificate with this SHA-256 hash.
    [DscProperty()]
    [string] $ServerCertHash

    # Trust server certificates signed by an authority in this PEM file.
    [DscProperty()]
    [string] $ServerCaFile

    # Account to sign in to the server as, with `serverPasswordFile`.
    [DscProperty()]
    [string] $ServerAccount

    # File on this machine whose first line is the password of `serverAccount`.
    [DscProperty()]
    [string] $ServerPasswordFile

    # File on this machine whose first line is the bearer token to sign in to the server with.
    [DscProperty()]
    [string] $ServerTokenFile

    # Why it is not as desired.
    [DscProperty(NotConfigurable)]
    [LicensingReason[]] $Reasons

    [ManagementService] Get() {
        return Get-Instance $this ([ManagementService]::new())
    }

    [bool] Test() {
        return Test-Instance $this
    }

    [void] Set() {
        Set-Instance $this
    }

    static [ManagementService[]] Export() {
        return [ManagementService[]] @(Export-Instance ([ManagementService]::new()))
    }

    static [ManagementService[]] Export([ManagementService] $filter) {
        return [ManagementService[]] @(Export-Instance $filter)
    }
}

# The options file of a vendor: who gets seats, how many, and how long. A file that cannot be understood is refused.
[DscResource()]
class OptionsFile {
    # Vendor whose daemon it is for.
    [DscProperty(Key)]
    [string] $Vendor

    # Text of the whole file. Ends of lines and blank lines after the last one are not compared.
    [DscProperty()]
    [string] $Content

    # Absolute path of a file on this machine with that text, in place of `content`.
    [DscProperty()]
    [string] $Path

    # Whether the options file is to exist.
    [DscProperty()]
    [bool] $_exist = $true

    # Address of the web services: https://host:8083, host:port or host. That of the session or of the environment unless given.
    [DscProperty()]
    [string] $Server

    # Trust the one server certificate with this SHA-256 hash.
    [DscProperty()]
    [string] $ServerCertHash

    # Trust server certificates signed by an authority in this PEM file.
    [DscProperty()]
    [string] $ServerCaFile

    # Account to sign in to the server as, with `serverPasswordFile`.
    [DscProperty()]
    [string] $ServerAccount

    # File on this machine whose first line is the password of `serverAccount`.
    [DscProperty()]
    [string] $ServerPasswordFile

    # File on this machine whose first line is the bearer token to sign in to the server with.
    [DscProperty()]
    [string] $ServerTokenFile

    # Why it is not as desired.
    [DscProperty(NotConfigurable)]
    [LicensingReason[]] $Reasons

    [OptionsFile] Get() {
        return Get-Instance $this ([OptionsFile]::new())
    }

    [bool] Test() {
        return Test-Instance $this
    }

    [void] Set() {
        Set-Instance $this
    }

    static [OptionsFile[]] Export() {
        return [OptionsFile[]] @(Export-Instance ([OptionsFile]::new()))
    }

    static [OptionsFile[]] Export([OptionsFile] $filter) {
        return [OptionsFile[]] @(Export-Instance $filter)
    }
}

# Seats that the options file sets aside for a user, host, display, group or project.
[DscResource()]
class Reservation {
    # Feature the seats are of.
    [DscProperty(Key)]
    [string] $Feature

    # By what the line names those it is for.
    [DscProperty(Key)]
    [ValidateSet('USER', 'HOST', 'DISPLAY', 'GROUP', 'HOST_GROUP', 'INTERNET', 'PROJECT')]
    [string] $Kind

    # Their name.
    [DscProperty(Key)]
    [string] $Name

    # Seats set aside; less than the line says when the pool has not as many.
    [DscProperty(NotConfigurable)]
    [Nullable[long]] $Seats

    # How many of them are out.
    [DscProperty(NotConfigurable)]
    [Nullable[long]] $InUse

    # How many of them nobody uses; nobody else can have these.
    [DscProperty(NotConfigurable)]
    [Nullable[long]] $Idle

    # Version of the pool, `yyyy.mmdd` for dates.
    [DscProperty(NotConfigurable)]
    [string] $Version

    # Vendor whose daemon serves the pool.
    [DscProperty(NotConfigurable)]
    [string] $Vendor

    # Line of the options file.
    [DscProperty(NotConfigurable)]
    [Nullable[long]] $Line

    # Whether the reservation is to exist.
    [DscProperty()]
    [bool] $_exist = $true

    # Address of the web services: https://host:8083, host:port or host. That of the session or of the environment unless given.
    [DscProperty()]
    [string] $Server

    # Trust the one server certificate with this SHA-256 hash.
    [DscProperty()]
    [string] $ServerCertHash

    # Trust server certificates signed by an authority in this PEM file.
    [DscProperty()]
    [string] $ServerCaFile

    # Account to sign in to the server as, with `serverPasswordFile`.
    [DscProperty()]
    [string] $ServerAccount

    # File on this machine whose first line is the password of `serverAccount`.
    [DscProperty()]
    [string] $ServerPasswordFile

    # File on this machine whose first line is the bearer token to sign in to the server with.
    [DscProperty()]
    [string] $ServerTokenFile

    # Why it is not as desired.
    [DscProperty(NotConfigurable)]
    [LicensingReason[]] $Reasons

    [Reservation] Get() {
        return Get-Instance $this ([Reservation]::new())
    }

    [bool] Test() {
        return Test-Instance $this
    }

    [void] Set() {
        Set-Instance $this
    }

    static [Reservation[]] Export() {
        return [Reservation[]] @(Export-Instance ([Reservation]::new()))
    }

    static [Reservation[]] Export([Reservation] $filter) {
        return [Reservation[]] @(Export-Instance $filter)
    }
}

# Ports, leases, burst and certificate of a license server.
[DscResource()]
class Server {
    # Port of the license manager; takes effect at the next start.
    [DscProperty()]
    [Nullable[long]] $LicensePort

    # Port of the first vendor daemon; takes effect at the next start.
    [DscProperty()]
    [Nullable[long]] $VendorPort

    # Port of the web services; takes effect at the next start.
    [DscProperty()]
    [Nullable[long]] $WebServicesPort

    # Seconds between the heartbeats that products are asked for; takes effect at the next start.
    [DscProperty()]
    [Nullable[long]] $HeartbeatSeconds

    # Seconds without a heartbeat after which a lease ends; takes effect at the next start.
    [DscProperty()]
    [Nullable[long]] $GraceSeconds

    # Vendors whose terms allow burst.
    [DscProperty()]
    [string[]] $Burst

    # Days that a burst lasts.
    [DscProperty()]
    [Nullable[long]] $BurstDays

    # Days from the end of a burst until another one may begin.
    [DscProperty()]
    [Nullable[long]] $BurstRearmDays

    # Vendors whose increments are served although their signatures cannot be verified.
    [DscProperty()]
    [string[]] $AcceptUnverified

    # Hash of the certificate of the web services.
    [DscProperty()]
    [string] $CertHash

    # Absolute path of a file on this machine with the certificate and its chain in PEM form.
    [DscProperty()]
    [string] $CertificateFile

    # Absolute path of a file on this machine with the key of the certificate in PEM form. Needed where the certificate is
    # replaced.
    [DscProperty()]
    [string] $KeyFile

    # Settings that take effect at the next start.
    [DscProperty(NotConfigurable)]
    [string[]] $Waiting

    # Address of the web services: https://host:8083, host:port or host. That of the session or of the environment unless given.
    [DscProperty(Key)]
    [string] $Server

    # Trust the one server certificate with this SHA-256 hash.
    [DscProperty()]
    [string] $ServerCertHash

    # Trust server certificates signed by an authority in this PEM file.
    [DscProperty()]
    [string] $ServerCaFile

    # Account to sign in to the server as, with `serverPasswordFile`.
    [DscProperty()]
    [string] $ServerAccount

    # File on this machine whose first line is the password of `serverAccount`.
    [DscProperty()]
    [string] $ServerPasswordFile

    # File on this machine whose first line is the bearer token to sign in to the server with.
    [DscProperty()]
    [string] $ServerTokenFile

    # Why it is not as desired.
    [DscProperty(NotConfigurable)]
    [LicensingReason[]] $Reasons

    [Server] Get() {
        return Get-Instance $this ([Server]::new())
    }

    [bool] Test() {
        return Test-Instance $this
    }

    [void] Set() {
        Set-Instance $this
    }

    static [Server[]] Export() {
        return [Server[]] @(Export-Instance ([Server]::new()))
    }

    static [Server[]] Export([Server] $filter) {
        return [Server[]] @(Export-Instance $filter)
    }
}

# A bearer token for automation or products. One whose scope or permissions differ, or that has ended, is made anew.
[DscResource()]
class Token {
    # Name of the token.
    [DscProperty(Key)]
    [string] $Name

    # What it opens.
    [DscProperty()]
    [ValidateSet('Administration', 'Product')]
    [string] $Scope

    # Level within the web services.
    [DscProperty()]
    [ValidateSet('None', 'ReadOnly', 'Full')]
    [string] $Permissions

    # Days until it ends, 1 to 366; 90 when absent.
    [DscProperty()]
    [Nullable[long]] $Days

    # Absolute path of a file on this machine that the secret of a new token is written to, for the user alone. Needed where a
    # token is made.
    [DscProperty()]
    [string] $SecretFile

    # Public part, also the first part of the secret.
    [DscProperty(NotConfigurable)]
    [string] $TokenId

    # Account that made it.
    [DscProperty(NotConfigurable)]
    [string] $Account

    # When it was made.
    [DscProperty(NotConfigurable)]
    [Nullable[datetime]] $Created

    # When it ends.
    [DscProperty(NotConfigurable)]
    [Nullable[datetime]] $Expires

    # Whether the token is to exist.
    [DscProperty()]
    [bool] $_exist = $true

    # Address of the web services: https://host:8083, host:port or host. That of the session or of the environment unless given.
    [DscProperty()]
    [string] $Server

    # Trust the one server certificate with this SHA-256 hash.
    [DscProperty()]
    [string] $ServerCertHash

    # Trust server certificates signed by an authority in this PEM file.
    [DscProperty()]
    [string] $ServerCaFile

    # Account to sign in to the server as, with `serverPasswordFile`.
    [DscProperty()]
    [string] $ServerAccount

    # File on this machine whose first line is the password of `serverAccount`.
    [DscProperty()]
    [string] $ServerPasswordFile

    # File on this machine whose first line is the bearer token to sign in to the server with.
    [DscProperty()]
    [string] $ServerTokenFile

    # Why it is not as desired.
    [DscProperty(NotConfigurable)]
    [LicensingReason[]] $Reasons

    [Token] Get() {
        return Get-Instance $this ([Token]::new())
    }

    [bool] Test() {
        return Test-Instance $this
    }

    [void] Set() {
        Set-Instance $this
    }

    static [Token[]] Export() {
        return [Token[]] @(Export-Instance ([Token]::new()))
    }

    static [Token[]] Export([Token] $filter) {
        return [Token[]] @(Export-Instance $filter)
    }
}

# Whether and how often a license server notes the seats in use, and how long it keeps that.
[DscResource()]
class UsageSampling {
    # Whether the seats in use are noted.
    [DscProperty()]
    [Nullable[bool]] $Samples

    # Minutes between two samples, 5 to 1440.
    [DscProperty()]
    [Nullable[long]] $PollingInterval

    # Days for which samples are kept, 30 to 3650.
    [DscProperty()]
    [Nullable[long]] $RetentionPeriod

    # The first that is kept.
    [DscProperty(NotConfigurable)]
    [Nullable[datetime]] $EarliestSampleTime

    # The last one.
    [DscProperty(NotConfigurable)]
    [Nullable[datetime]] $LatestSampleTime

    # Address of the web services: https://host:8083, host:port or host. That of the session or of the environment unless given.
    [DscProperty(Key)]
    [string] $Server

    # Trust the one server certificate with this SHA-256 hash.
    [DscProperty()]
    [string] $ServerCertHash

    # Trust server certificates signed by an authority in this PEM file.
    [DscProperty()]
    [string] $ServerCaFile

    # Account to sign in to the server as, with `serverPasswordFile`.
    [DscProperty()]
    [string] $ServerAccount

    # File on this machine whose first line is the password of `serverAccount`.
    [DscProperty()]
    [string] $ServerPasswordFile

    # File on this machine whose first line is the bearer token to sign in to the server with.
    [DscProperty()]
    [string] $ServerTokenFile

    # Why it is not as desired.
    [DscProperty(NotConfigurable)]
    [LicensingReason[]] $Reasons

    [UsageSampling] Get() {
        return Get-Instance $this ([UsageSampling]::new())
    }

    [bool] Test() {
        return Test-Instance $this
    }

    [void] Set() {
        Set-Instance $this
    }

    static [UsageSampling[]] Export() {
        return [UsageSampling[]] @(Export-Instance ([UsageSampling]::new()))
    }

    static [UsageSampling[]] Export([UsageSampling] $filter) {
        return [UsageSampling[]] @(Export-Instance $filter)
    }
}

#endregion

Export-ModuleMember
