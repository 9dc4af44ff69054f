using System;
using System.Collections.Specialized;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Net;
using System.Security;

namespace LicensingAdmin
{
    /// <summary>How to reach one server and as whom: what the caller gave, and for the rest the environment, as the licensing command reads it.</summary>
    public sealed class ConnectionSettings
    {
        private const int LongestTimeoutSeconds = 86400;

        private static readonly string[] CallerVariables = { "TOKEN", "TOKEN_FILE", "TOKEN_SECRET", "ACCOUNT" };

        // PowerShell assigns empty text where null is meant.
        private string certHash;
        private string caFile;

        /// <summary>What is connected with.</summary>
        public ServiceKind Service { get; set; }

        /// <summary>Address of the web services, as the caller wrote it.</summary>
        public string Server { get; set; }

        /// <summary>Address with the port that the service has unless another one is named.</summary>
        public string Address => Service == ServiceKind.LicenseServer || Server == null ? Server : LicensingSession.NameOf(Server, Service);

        /// <summary>Account and password.</summary>
        public PSCredential Credential { get; set; }

        /// <summary>Bearer token.</summary>
        public SecureString Token { get; set; }

        /// <summary>Hash of the one certificate to trust.</summary>
        public string CertHash
        {
            get => certHash;
            set => certHash = string.IsNullOrEmpty(value) ? null : value;
        }

        /// <summary>File with the authorities to trust.</summary>
        public string CaFile
        {
            get => caFile;
            set => caFile = string.IsNullOrEmpty(value) ? null : value;
        }

        /// <summary>Longest time for one operation; 0 for the default.</summary>
        public int TimeoutSeconds { get; set; }

        /// <summary>The server that the environment names; null when it names none.</summary>
        public static string EnvironmentServer(ServiceKind service) => Variable(service, "SERVER");

        /// <summary>Whether the caller said whom to be.</summary>
        public bool NamesCaller => Credential != null || Token != null;

        /// <summary>Whether somebody said whose certificate to trust: the caller, or the environment.</summary>
        public bool NamesTrust =>
            CertHash != null || CaFile != null || Variable("CERT_HASH") != null || Variable("CA_FILE") != null;

        /// <summary>Whether there are credentials at all.</summary>
        public bool HasCaller =>
            NamesCaller || CallerVariables.Any(name => Variable(name) != null);

        /// <summary>Opens a session with these settings. Nothing is sent yet.</summary>
        public LicensingSession Open()
        {
            var options = new OrderedDictionary { ["address"] = Address };
            AddTrust(options);
            AddTimeout(options);
            SecureString secret = AddCaller(options);
            return LicensingSession.Open(Service, options, secret);
        }

        /// <summary>A session like this one with what the caller gave instead.</summary>
        public LicensingSession OpenLike(LicensingSession session)
        {
            var changes = new OrderedDictionary();
            if (CertHash != null || CaFile != null)
            {
                changes["certHash"] = CertHash;
                changes["caFile"] = CaFile;
            }

            if (TimeoutSeconds > 0)
            {
                AddTimeout(changes);
            }

            SecureString secret = null;
            if (NamesCaller)
            {
                changes["account"] = null;
                secret = AddCaller(changes);
            }

            return session.OpenLike(changes, secret);
        }

        /// <summary>Whether a session that is open serves as well as a new one.</summary>
        public bool AreThoseOf(LicensingSession session) =>
            !NamesCaller && CaFile == null && TimeoutSeconds == 0 && (CertHash == null || IsSameHash(CertHash, session.CertHash));

        /// <summary>Whether two hashes are the same but for how they are written.</summary>
        public static bool IsSameHash(string one, string other) =>
            string.Equals(HexOf(one), HexOf(other), StringComparison.OrdinalIgnoreCase);

        private static string HexOf(string hash) => string.Concat(hash.Where(char.IsAsciiHexDigit));

        private void AddTrust(OrderedDictionary options)
        {
            if (CertHash != null || CaFile != null)
            {
                options["certHash"] = CertHash;
                options["caFile"] = CaFile;
            }
            else if (Variable("CERT_HASH") is string hash)
            {
                options["certHash"] = hash;
            }
            else if (Variable("CA_FILE") is string file)
            {
                options["caFile"] = file;
            }
            else if (KnownServers.Find(Address) is string known)
            {
                options["certHash"] = known;
            }
        }

        private void AddTimeout(OrderedDictionary options)
        {
            int seconds = TimeoutSeconds;
            if (seconds == 0 && Variable("TIMEOUT") is string text
                && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seconds) && seconds is >= 1 and <= LongestTimeoutSeconds))
            {
                throw new ArgumentException(Service.Variable("TIMEOUT") + " is '" + text + "'; it has to be a number of seconds from 1 to " + LongestTimeoutSeconds + ".");
            }

            if (seconds > 0)
            {
                options["timeoutMs"] = 1000L * seconds;
                options["connectTimeoutMs"] = 1000L * Math.Min(10, seconds);
            }
        }

        private SecureString AddCaller(OrderedDictionary options)
        {
            if (Credential != null)
            {
                options["account"] = Credential.UserName;
                return Credential.Password;
            }

            if (Token != null)
            {
                return Token;
            }

            if (Variable("TOKEN") is string token)
            {
                return new NetworkCredential("", token).SecurePassword;
            }

            if (Variable("TOKEN_FILE") is string tokenFile)
            {
                return FirstLine("TOKEN_FILE", tokenFile);
            }

            if (Variable("TOKEN_SECRET") is string secretName)
            {
                return StoredSecret(secretName);
            }

            if (Variable("ACCOUNT") is string account && Variable("PASSWORD_FILE") is string passwordFile)
            {
                options["account"] = account;
                return FirstLine("PASSWORD_FILE", passwordFile);
            }

            return null;
        }

        private SecureString FirstLine(string variable, string path)
        {
            try
            {
                return new NetworkCredential("", File.ReadLines(path).FirstOrDefault() ?? "").SecurePassword;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
            {
                throw new ArgumentException("The file '" + path + "', which " + Service.Variable(variable) + " names, cannot be read: " + error.Message);
            }
        }

        // Of a vault of SecretManagement, whose command is called as the caller would: the module needs it only where it is used.
        private SecureString StoredSecret(string name)
        {
            using PowerShell shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
            shell.AddCommand("Get-Secret").AddParameter("Name", name).AddParameter("ErrorAction", ActionPreference.Stop);
            try
            {
                return shell.Invoke().FirstOrDefault()?.BaseObject switch
                {
                    SecureString secret => secret,
                    string text => new NetworkCredential("", text).SecurePassword,
                    PSCredential credential => credential.Password,
                    _ => throw new ArgumentException("The secret '" + name + "', which " + Service.Variable("TOKEN_SECRET") + " names, is no text."),
                };
            }
            catch (RuntimeException error)
            {
                throw new ArgumentException("The secret '" + name + "', which " + Service.Variable("TOKEN_SECRET") + " names, cannot be read: " + error.Message);
            }
        }

        private string Variable(string name) => Variable(Service, name);

        private static string Variable(ServiceKind service, string name)
        {
            string value = Environment.GetEnvironmentVariable(service.Variable(name));
            return string.IsNullOrWhiteSpace(value) ? null : value;
        }
    }
}
