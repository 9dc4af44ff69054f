using System;
using System.Collections;
using System.Collections.Specialized;
using System.Linq;
using System.Management.Automation;
using System.Security;

namespace LicensingAdmin
{
    /// <summary>A connection to one license server's web services, or to Insight Services, with the credentials it was opened with.</summary>
    public sealed class LicensingSession : IDisposable
    {
        private const string Scheme = "https://";

        private readonly OrderedDictionary options;
        private ConnectionHandle handle;
        private SecureString secret;

        private LicensingSession(ServiceKind service, ConnectionHandle handle, OrderedDictionary options, SecureString secret, string address)
        {
            Service = service;
            this.handle = handle;
            this.options = options;
            this.secret = secret;
            Address = address;
            Server = handle.IsInvalid ? address : NameOf(address, service);
        }

        /// <summary>What it speaks to.</summary>
        public ServiceKind Service { get; }

        /// <summary>Host and port.</summary>
        public string Server { get; }

        /// <summary>Address of the web services.</summary>
        public string Address { get; }

        /// <summary>Account at the server; empty until it is known.</summary>
        public string Account { get; set; } = "";

        /// <summary>What the account may do; empty until it is known.</summary>
        public string Permissions { get; set; } = "";

        /// <summary>Hash of the one certificate that is trusted; empty when authorities decide.</summary>
        public string CertHash => options["certHash"] as string ?? "";

        /// <summary>When it was opened, in the time zone of this machine.</summary>
        public DateTime Opened { get; } = DateTime.Now;

        /// <summary>Whether it can be used.</summary>
        public bool IsOpen => !handle.IsClosed && !handle.IsInvalid;

        /// <summary>Whether it was ever open.</summary>
        public bool IsKnown => handle.IsClosed || !handle.IsInvalid;

        /// <summary>Host and port of an address, as <see cref="Server"/> shows them.</summary>
        public static string NameOf(string address, ServiceKind service = ServiceKind.LicenseServer)
        {
            string name = address.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? address.Substring(Scheme.Length) : address;
            name = name.TrimEnd('/');
            bool hasPort = name.LastIndexOf(':') > name.LastIndexOf(']') && (name.Contains(']') || name.IndexOf(':') == name.LastIndexOf(':'));
            return hasPort ? name : name + ":" + service.DefaultPort();
        }

        /// <summary>Stands for a session that is not open, so that a command can report it and go on with the others.</summary>
        public static LicensingSession NotOpen(string name, ServiceKind service) =>
            new LicensingSession(service, new ConnectionHandle(IntPtr.Zero), new OrderedDictionary(), null, name);

        /// <summary>Opens a session. Nothing is sent yet.</summary>
        /// <param name="service">What it speaks to.</param>
        /// <param name="options">What the native library's connection takes; null values are left out.</param>
        /// <param name="secret">Password of the account, or a token when the options name no account; null for none.</param>
        public static LicensingSession Open(ServiceKind service, IDictionary options, SecureString secret)
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
            return new LicensingSession(service, handle, given, secret?.Copy(), Native.AddressOf(handle));
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

            return Open(Service, changed, otherSecret ?? secret);
        }

        /// <summary>Whether this is the name or address of the server; the host alone is a name too.</summary>
        public bool IsCalled(string name) =>
            IsWith(name) || string.Equals(name, Server.Substring(0, Server.LastIndexOf(':')), StringComparison.OrdinalIgnoreCase);

        /// <summary>Whether this is the address of the server.</summary>
        public bool IsWith(string address) => string.Equals(NameOf(address, Service), Server, StringComparison.OrdinalIgnoreCase);

        /// <summary>Whether another session speaks to the same server, as the same account, on the same terms.</summary>
        public bool IsLike(LicensingSession other) =>
            string.Equals(Server, other.Server, StringComparison.OrdinalIgnoreCase)
            && string.Equals(Account, other.Account, StringComparison.OrdinalIgnoreCase)
            && options.Count == other.options.Count
            && options.Keys.Cast<object>().All(key => other.options.Contains(key) && Equals(options[key], other.options[key]));

        /// <summary>Takes over the connection and the secret of a session that is like this one; that one is closed then.</summary>
        public void Renew(LicensingSession other)
        {
            (handle, other.handle) = (other.handle, handle);
            (secret, other.secret) = (other.secret, secret);
            Permissions = other.Permissions;
            other.Dispose();
        }

        /// <summary>Why it cannot be used.</summary>
        public Problem WhyNotUsable() => !IsKnown
            ? new Problem
            {
                Code = "NotConnected",
                Category = nameof(ErrorCategory.ConnectionError),
                Target = Server,
                Detail = "No session with the server " + Server + " is open.",
                Action = "Open one with " + Service.ConnectCommand() + ", or give -Credential or -Token with -Server.",
            }
            : new Problem
            {
                Code = "SessionClosed",
                Category = nameof(ErrorCategory.ConnectionError),
                Target = Server,
                Detail = "The session with " + Server + " was closed.",
                Action = "Open a new one with " + Service.ConnectCommand() + ".",
            };

        /// <summary>Sends an operation and returns at once.</summary>
        public LicensingTask Submit(string operation, IDictionary request)
        {
            OperationDescription description = Native.Operation(operation);
            using PinnedBuffer json = RequestWriter.Write(request);
            return new LicensingTask(Native.Submit(handle, description.Number, json.Written), description.Row, description.Rows, this);
        }

        /// <summary>Begins a method of a resource of desired state.</summary>
        /// <param name="resource">Name of the resource, such as <c>Token</c>.</param>
        /// <param name="method">get, test, set, delete or export.</param>
        /// <param name="state">The properties of the instance; null values are left out.</param>
        /// <param name="whatIf">Whether nothing is to be changed.</param>
        public LicensingTask InvokeDsc(string resource, string method, IDictionary state, bool whatIf)
        {
            ResourceDescription description = ResourceDescription.Find(resource)
                ?? throw new ArgumentException("There is no resource " + resource + ".");
            var wanted = new OrderedDictionary { ["resource"] = description.Name, ["method"] = method, ["whatIf"] = whatIf };
            using PinnedBuffer options = RequestWriter.Write(wanted);
            using PinnedBuffer json = RequestWriter.Write(state);
            TaskHandle task = Native.SubmitDsc(handle, options.Written, json.Written);
            return new LicensingTask(task, description.Answer(method), isList: method == "export", this);
        }

        /// <summary>Looks at the certificate that the server shows, without trusting it and without credentials.</summary>
        public LicensingTask InspectCertificate()
        {
            using PinnedBuffer json = RequestWriter.Write(new OrderedDictionary { ["address"] = Address });
            return new LicensingTask(Native.FetchCertificate(json.Written), Native.Operation("GetCertificate").Row, isList: false, this);
        }

        /// <summary>Whether it was opened with an account and its password, rather than with a token.</summary>
        public bool HasPassword => options["account"] != null;

        /// <summary>Asks the host of this session over WS-Management, with its account and trust unless other ones are given.</summary>
        /// <param name="wanted">What the native library's query takes.</param>
        public LicensingTask QueryWmi(IDictionary wanted)
        {
            var all = new OrderedDictionary();
            foreach (string name in new[] { "certHash", "caFile", "account", "timeoutMs" })
            {
                all[name] = options[name];
            }

            foreach (DictionaryEntry entry in wanted)
            {
                all[entry.Key] = entry.Value;
            }

            return LicensingTask.QueryWmi(all, secret);
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
