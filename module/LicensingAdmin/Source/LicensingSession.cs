using System;
using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Linq;
using System.Management.Automation;
using System.Security;

namespace LicensingAdmin
{
    /// <summary>A connection to the web services of one license server, with the credentials it was opened with.</summary>
    public sealed class LicensingSession : IDisposable
    {
        // Enough for completion, and a bound on what a long session remembers.
        private const int MostSeenValues = 2000;

        private static readonly string[] SeenProperties = { "Feature", "Vendor", "Account", "FileName", "TokenId", "Code" };

        private readonly ConnectionHandle handle;
        private readonly OrderedDictionary options;
        private readonly SecureString secret;
        private readonly ConcurrentDictionary<(string Property, string Value), bool> seen = new ConcurrentDictionary<(string, string), bool>();

        private LicensingSession(ConnectionHandle handle, OrderedDictionary options, SecureString secret, string address)
        {
            this.handle = handle;
            this.options = options;
            this.secret = secret;
            Address = address;
            Server = address.Substring("https://".Length).TrimEnd('/');
        }

        /// <summary>Host and port.</summary>
        public string Server { get; }

        /// <summary>Address of the web services.</summary>
        public string Address { get; }

        /// <summary>Account at the server; empty until it is known.</summary>
        public string Account { get; set; } = "";

        /// <summary>What the account may do; empty until it is known.</summary>
        public string Permissions { get; set; } = "";

        /// <summary>Hash of the one certificate that is believed; empty when authorities decide.</summary>
        public string CertHash => options["certHash"] as string ?? "";

        /// <summary>When it was opened.</summary>
        public DateTimeOffset Opened { get; } = DateTimeOffset.Now;

        /// <summary>Whether it can be used.</summary>
        public bool IsOpen => !handle.IsClosed;

        /// <summary>Opens a session. Nothing is sent yet.</summary>
        /// <param name="options">What the native library's connection takes; null values are left out.</param>
        /// <param name="secret">Password of the account, or a token when the options name no account; null for none.</param>
        public static LicensingSession Open(IDictionary options, SecureString secret)
        {
            var given = new OrderedDictionary();
            foreach (DictionaryEntry entry in options)
            {
                object value = entry.Value is PSObject wrapped ? wrapped.BaseObject : entry.Value;
                if (value != null)
                {
                    given.Add((string)entry.Key, value);
                }
            }

            using PinnedBuffer json = RequestWriter.Write(given);
            using PinnedBuffer plain = RequestWriter.Plain(secret);
            ConnectionHandle handle = Native.Open(json.Written, plain.Written);
            return new LicensingSession(handle, given, secret?.Copy(), Native.AddressOf(handle));
        }

        /// <summary>A further session with the same server and options but for these changes; null takes an option away.</summary>
        /// <param name="changes">Options that differ.</param>
        /// <param name="otherSecret">The secret that goes with them; null for the one of this session.</param>
        public LicensingSession OpenLike(IDictionary changes, SecureString otherSecret)
        {
            var changed = new OrderedDictionary();
            foreach (DictionaryEntry entry in options)
            {
                changed.Add(entry.Key, entry.Value);
            }

            foreach (DictionaryEntry entry in changes)
            {
                changed[entry.Key] = entry.Value;
            }

            return Open(changed, otherSecret ?? secret);
        }

        /// <summary>Whether this is the name or address of the server.</summary>
        public bool IsCalled(string name) =>
            string.Equals(name, Server, StringComparison.OrdinalIgnoreCase)
            || string.Equals(name, Server.Substring(0, Server.LastIndexOf(':')), StringComparison.OrdinalIgnoreCase)
            || string.Equals(name.TrimEnd('/'), Address.TrimEnd('/'), StringComparison.OrdinalIgnoreCase);

        /// <summary>Sends an operation and returns at once.</summary>
        public LicensingTask Submit(string operation, IDictionary request)
        {
            OperationDescription description = Native.Operation(operation);
            using PinnedBuffer json = RequestWriter.Write(request);
            return new LicensingTask(Native.Submit(handle, description.Number, json.Written), description.Row, description.Rows, this);
        }

        /// <summary>Looks at the certificate that the server shows, without believing it and without credentials.</summary>
        public LicensingTask InspectCertificate()
        {
            using PinnedBuffer json = RequestWriter.Write(new OrderedDictionary { ["address"] = Address });
            return new LicensingTask(Native.FetchCertificate(json.Written), Native.Operation("GetCertificate").Row, isList: false, this);
        }

        /// <summary>Values of this property that rows of this session had.</summary>
        public IEnumerable<string> Seen(string property) =>
            seen.Keys.Where(key => key.Property == property).Select(key => key.Value);

        internal void Remember(IReadOnlyList<PSObject> rows)
        {
            foreach (string property in SeenProperties)
            {
                if (rows.Count == 0 || rows[0].Properties[property] == null)
                {
                    continue;
                }

                foreach (PSObject row in rows)
                {
                    if (seen.Count < MostSeenValues && row.Properties[property]?.Value is string { Length: > 0 } value)
                    {
                        seen.TryAdd((property, value), true);
                    }
                }
            }
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            handle.Dispose();
            secret?.Dispose();
        }

        /// <inheritdoc/>
        public override string ToString() => Server;
    }
}
