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

        // PowerShell assigns empty text where null is meant.
        private string certHash;
        private string caFile;

        /// <summary>Address of the web services.</summary>
        public string Server { get; set; }

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
        public static string EnvironmentServer => Variable("LICENSING_SERVER");

        /// <summary>Whether the caller said whom to be.</summary>
        public bool NamesCaller => Credential != null || Token != null;

        /// <summary>Whether somebody said whose certificate to trust: the caller, or the environment.</summary>
        public bool NamesTrust =>
            CertHash != null || CaFile != null || Variable("LICENSING_CERT_HASH") != null || Variable("LICENSING_CA_FILE") != null;

        /// <summary>Whether there are credentials at all.</summary>
        public bool HasCaller =>
            NamesCaller || Variable("LICENSING_TOKEN") != null || Variable("LICENSING_TOKEN_FILE") != null || Variable("LICENSING_ACCOUNT") != null;

        /// <summary>Opens a session with these settings. Nothing is sent yet.</summary>
        public LicensingSession Open()
        {
            var options = new OrderedDictionary { ["address"] = Server };
            AddTrust(options);
            AddTimeout(options);
            SecureString secret = AddCaller(options);
            return LicensingSession.Open(options, secret);
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
            else if (Variable("LICENSING_CERT_HASH") is string hash)
            {
                options["certHash"] = hash;
            }
            else if (Variable("LICENSING_CA_FILE") is string file)
            {
                options["caFile"] = file;
            }
            else if (KnownServers.Find(Server) is string known)
            {
                options["certHash"] = known;
            }
        }

        private void AddTimeout(OrderedDictionary options)
        {
            int seconds = TimeoutSeconds;
            if (seconds == 0 && Variable("LICENSING_TIMEOUT") is string text
                && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seconds) && seconds is >= 1 and <= LongestTimeoutSeconds))
            {
                throw new ArgumentException("LICENSING_TIMEOUT is '" + text + "'; it has to be a number of seconds from 1 to " + LongestTimeoutSeconds + ".");
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

            if (Variable("LICENSING_TOKEN") is string token)
            {
                return new NetworkCredential("", token).SecurePassword;
            }

            if (Variable("LICENSING_TOKEN_FILE") is string tokenFile)
            {
                return FirstLine(tokenFile);
            }

            if (Variable("LICENSING_ACCOUNT") is string account && Variable("LICENSING_PASSWORD_FILE") is string passwordFile)
            {
                options["account"] = account;
                return FirstLine(passwordFile);
            }

            return null;
        }

        private static SecureString FirstLine(string path) => new NetworkCredential("", File.ReadLines(path).FirstOrDefault() ?? "").SecurePassword;

        private static string Variable(string name)
        {
            string value = Environment.GetEnvironmentVariable(name);
            return string.IsNullOrWhiteSpace(value) ? null : value;
        }
    }
}
