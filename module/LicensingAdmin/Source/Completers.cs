using System;
using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace LicensingAdmin
{
    /// <summary>Completes words from a list.</summary>
    public abstract class ListCompleter : IArgumentCompleter
    {
        /// <inheritdoc/>
        public IEnumerable<CompletionResult> CompleteArgument(
            string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
        {
            string start = wordToComplete.Trim('\'', '"');
            return Values(fakeBoundParameters)
                .Where(value => value.StartsWith(start, StringComparison.OrdinalIgnoreCase))
                .Distinct(StringComparer.OrdinalIgnoreCase)
                .OrderBy(value => value, StringComparer.OrdinalIgnoreCase)
                .Select(value => new CompletionResult(Quoted(value), value, CompletionResultType.ParameterValue, value));
        }

        /// <summary>What there is to choose from.</summary>
        protected abstract IEnumerable<string> Values(IDictionary boundParameters);

        private static string Quoted(string value) =>
            value.All(character => char.IsLetterOrDigit(character) || "_-.:\\".Contains(character))
                ? value
                : "'" + CodeGeneration.EscapeSingleQuotedStringContent(value) + "'";
    }

    /// <summary>Completes with what the servers answer. They get half a second; an answer serves for some seconds.</summary>
    public abstract class ServerCompleter : ListCompleter
    {
        private const int LongestWaitMilliseconds = 500;
        private static readonly TimeSpan AnswerServes = TimeSpan.FromSeconds(5);

        private static readonly ConcurrentDictionary<(string, string, string), (Stopwatch Age, string[] Values)> Answers =
            new ConcurrentDictionary<(string, string, string), (Stopwatch, string[])>();

        private readonly string operation;
        private readonly string property;
        private readonly ServiceKind service;

        /// <summary>A completer for the values of this property in the rows of an operation.</summary>
        protected ServerCompleter(string operation, string property, ServiceKind service = ServiceKind.LicenseServer)
        {
            this.operation = operation;
            this.property = property;
            this.service = service;
        }

        /// <inheritdoc/>
        protected override IEnumerable<string> Values(IDictionary boundParameters)
        {
            var clock = Stopwatch.StartNew();
            return Sessions(boundParameters).SelectMany(session => ValuesOf(session, clock)).ToArray();
        }

        private LicensingSession[] Sessions(IDictionary boundParameters)
        {
            SessionList list = SessionList.Of(service);
            object named = boundParameters["Session"] ?? boundParameters["Server"] ?? boundParameters["AdminAddress"];
            LicensingSession[] found = LanguagePrimitives.TryConvertTo(named, out object[] several) && named != null
                ? several.Select(one => one is PSObject wrapped ? wrapped.BaseObject : one)
                    .Select(one => one as LicensingSession ?? list.FindByName(one.ToString()))
                    .ToArray()
                : list.Default;
            return found.Where(session => session?.IsOpen == true).ToArray();
        }

        private string[] ValuesOf(LicensingSession session, Stopwatch clock)
        {
            (string, string, string) key = (session.Server + " " + session.Account, operation, property);
            if (Answers.TryGetValue(key, out (Stopwatch Age, string[] Values) earlier) && earlier.Age.Elapsed < AnswerServes)
            {
                return earlier.Values;
            }

            string[] values = Ask(session, clock);
            if (values != null)
            {
                Answers[key] = (Stopwatch.StartNew(), values);
            }

            return values ?? Array.Empty<string>();
        }

        // Completion is silent: without an answer in time there is nothing to choose from.
        private string[] Ask(LicensingSession session, Stopwatch clock)
        {
            var values = new List<string>();
            using LicensingTask task = session.Submit(operation, new OrderedDictionary());
            for (long left = LongestWaitMilliseconds; left > 0; left = LongestWaitMilliseconds - clock.ElapsedMilliseconds)
            {
                TaskEvent report = task.Next((int)left);
                values.AddRange(report.Rows.Select(row => row.Properties[property]?.Value as string).Where(value => !string.IsNullOrEmpty(value)));
                if (report.IsLast)
                {
                    return report.Kind == TaskEventKind.Done ? values.Distinct().ToArray() : null;
                }
            }

            return null;
        }
    }

    /// <summary>Completes features.</summary>
    public sealed class FeatureCompleter : ServerCompleter
    {
        /// <summary>A completer of features.</summary>
        public FeatureCompleter() : base("GetInventory", "Feature") { }
    }

    /// <summary>Completes vendors.</summary>
    public sealed class VendorCompleter : ServerCompleter
    {
        /// <summary>A completer of vendors.</summary>
        public VendorCompleter() : base("GetInventory", "Vendor") { }
    }

    /// <summary>Completes users who hold seats.</summary>
    public sealed class UserCompleter : ServerCompleter
    {
        /// <summary>A completer of users.</summary>
        public UserCompleter() : base("GetUsage", "User") { }
    }

    /// <summary>Completes devices that seats are held on.</summary>
    public sealed class DeviceCompleter : ServerCompleter
    {
        /// <summary>A completer of devices.</summary>
        public DeviceCompleter() : base("GetUsage", "Device") { }
    }

    /// <summary>Completes accounts.</summary>
    public sealed class AccountCompleter : ServerCompleter
    {
        /// <summary>A completer of accounts.</summary>
        public AccountCompleter() : base("GetAdministrators", "Account") { }
    }

    /// <summary>Completes SIDs of accounts.</summary>
    public sealed class AccountSidCompleter : ServerCompleter
    {
        /// <summary>A completer of SIDs.</summary>
        public AccountSidCompleter() : base("GetAdministrators", "AccountSid") { }
    }

    /// <summary>Completes names that seats are set aside for.</summary>
    public sealed class ReservationNameCompleter : ServerCompleter
    {
        /// <summary>A completer of names in reservations.</summary>
        public ReservationNameCompleter() : base("GetReservations", "Name") { }
    }

    /// <summary>Completes names of license files.</summary>
    public sealed class FileNameCompleter : ServerCompleter
    {
        /// <summary>A completer of file names.</summary>
        public FileNameCompleter() : base("GetLicenseFiles", "FileName") { }
    }

    /// <summary>Completes names of tokens.</summary>
    public sealed class TokenNameCompleter : ServerCompleter
    {
        /// <summary>A completer of token names.</summary>
        public TokenNameCompleter() : base("GetTokens", "Name") { }
    }

    /// <summary>Completes ids of tokens.</summary>
    public sealed class TokenIdCompleter : ServerCompleter
    {
        /// <summary>A completer of token ids.</summary>
        public TokenIdCompleter() : base("GetTokens", "TokenId") { }
    }

    /// <summary>Completes ids of allocations.</summary>
    public sealed class AllocationCompleter : ServerCompleter
    {
        /// <summary>A completer of ids of allocations.</summary>
        public AllocationCompleter() : base("GetAllocations", "FulfillmentId") { }
    }

    /// <summary>Completes ids of renewals that are offered.</summary>
    public sealed class RenewalCompleter : ServerCompleter
    {
        /// <summary>A completer of ids of renewals.</summary>
        public RenewalCompleter() : base("GetRenewals", "FulfillmentId") { }
    }

    /// <summary>Completes error codes.</summary>
    public sealed class CodeCompleter : ListCompleter
    {
        /// <inheritdoc/>
        protected override IEnumerable<string> Values(IDictionary boundParameters) => OperationTable.Current.Errors.Select(error => error.Code);
    }

    /// <summary>Completes resources of desired state.</summary>
    public sealed class ResourceCompleter : ListCompleter
    {
        /// <inheritdoc/>
        protected override IEnumerable<string> Values(IDictionary boundParameters) => OperationTable.Current.Resources.Select(resource => resource.Name);
    }

    /// <summary>Completes GUIDs of servers that are registered with Insight Services.</summary>
    public sealed class InsightServerGuidCompleter : ServerCompleter
    {
        /// <summary>A completer of GUIDs of servers.</summary>
        public InsightServerGuidCompleter() : base("GetInsightServers", "ServerGuid", ServiceKind.Insight) { }
    }

    /// <summary>Completes organizations of Insight Services.</summary>
    public sealed class InsightOrganizationCompleter : ServerCompleter
    {
        /// <summary>A completer of organizations.</summary>
        public InsightOrganizationCompleter() : base("GetInsightOrganizations", "Name", ServiceKind.Insight) { }
    }

    /// <summary>Completes accounts of Insight Services.</summary>
    public sealed class InsightAccountCompleter : ServerCompleter
    {
        /// <summary>A completer of accounts.</summary>
        public InsightAccountCompleter() : base("GetInsightAccounts", "Name", ServiceKind.Insight) { }
    }

    /// <summary>Completes keys of findings.</summary>
    public sealed class InsightFindingCompleter : ServerCompleter
    {
        /// <summary>A completer of keys of findings.</summary>
        public InsightFindingCompleter() : base("GetInsightFindings", "Key", ServiceKind.Insight) { }
    }

    /// <summary>Completes servers of Insight Services that a session is open with.</summary>
    public sealed class InsightSessionCompleter : ListCompleter
    {
        /// <inheritdoc/>
        protected override IEnumerable<string> Values(IDictionary boundParameters) =>
            SessionList.Of(ServiceKind.Insight).Open.Select(session => session.Server);
    }

    /// <summary>Completes license servers that a session is open with.</summary>
    public sealed class SessionCompleter : ListCompleter
    {
        /// <inheritdoc/>
        protected override IEnumerable<string> Values(IDictionary boundParameters) => SessionList.Current.Open.Select(session => session.Server);
    }

    /// <summary>Completes codes of active alerts.</summary>
    public sealed class AlertCodeCompleter : ServerCompleter
    {
        /// <summary>A completer of codes of active alerts.</summary>
        public AlertCodeCompleter() : base("GetAlerts", "Code") { }
    }

    /// <summary>Completes subjects of active alerts.</summary>
    public sealed class AlertSubjectCompleter : ServerCompleter
    {
        /// <summary>A completer of subjects of active alerts.</summary>
        public AlertSubjectCompleter() : base("GetAlerts", "Subject") { }
    }

    /// <summary>Completes names of alert routes.</summary>
    public sealed class AlertRouteNameCompleter : ServerCompleter
    {
        /// <summary>A completer of names of alert routes.</summary>
        public AlertRouteNameCompleter() : base("GetAlertRoutes", "Name") { }
    }

    /// <summary>Completes issuers.</summary>
    public sealed class IssuerCompleter : ServerCompleter
    {
        /// <summary>A completer of issuers.</summary>
        public IssuerCompleter() : base("GetIssuers", "Issuer") { }
    }

    /// <summary>Completes ids of keys of issuers.</summary>
    public sealed class IssuerKeyCompleter : ServerCompleter
    {
        /// <summary>A completer of ids of keys of issuers.</summary>
        public IssuerKeyCompleter() : base("GetIssuers", "KeyId") { }
    }

    /// <summary>Completes names of settings.</summary>
    public sealed class SettingCompleter : ServerCompleter
    {
        /// <summary>A completer of names of settings.</summary>
        public SettingCompleter() : base("GetConfiguration", "Name") { }
    }

    /// <summary>Completes names of backups.</summary>
    public sealed class BackupCompleter : ServerCompleter
    {
        /// <summary>A completer of names of backups.</summary>
        public BackupCompleter() : base("GetBackups", "Backup") { }
    }

    /// <summary>Completes ids of seats.</summary>
    public sealed class LeaseIdCompleter : ServerCompleter
    {
        /// <summary>A completer of ids of seats.</summary>
        public LeaseIdCompleter() : base("GetUsage", "LeaseId") { }
    }

    /// <summary>Completes addresses of servers: those that a session is open with, that the environment names, and that were trusted on first use.</summary>
    public sealed class ServerAddressCompleter : ListCompleter
    {
        /// <inheritdoc/>
        protected override IEnumerable<string> Values(IDictionary boundParameters) => SessionList.Current.Open.Select(session => session.Server)
            .Concat(new[] { ConnectionSettings.EnvironmentServer(ServiceKind.LicenseServer) }.Where(server => server != null))
            .Concat(Trusted());

        // Completion is silent, also about a file that cannot be read.
        private static string[] Trusted()
        {
            try
            {
                return KnownServers.Names().ToArray();
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return Array.Empty<string>();
            }
        }
    }

    /// <summary>Completes hosts of servers that a session is open with, without their ports.</summary>
    public sealed class HostCompleter : ListCompleter
    {
        /// <inheritdoc/>
        protected override IEnumerable<string> Values(IDictionary boundParameters) =>
            SessionList.Current.Open.Select(session => session.Server.LastIndexOf(':') is int at and > 0 ? session.Server.Substring(0, at) : session.Server);
    }
}
