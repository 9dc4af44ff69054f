using System;
using System.Management.Automation;

namespace LicensingAdmin
{
    /// <summary>What a session speaks to.</summary>
    public enum ServiceKind
    {
        /// <summary>A license server.</summary>
        LicenseServer,

        /// <summary>Insight Services.</summary>
        Insight,
    }

    /// <summary>What differs between the services for whoever connects.</summary>
    internal static class ServiceKinds
    {
        private const string InsightNoun = "-Insight";

        /// <summary>The service that a command works with, which its noun says.</summary>
        public static ServiceKind Of(CommandInfo command) =>
            command.Name.Contains(InsightNoun, StringComparison.OrdinalIgnoreCase) ? ServiceKind.Insight : ServiceKind.LicenseServer;

        /// <summary>The port of an address that names none.</summary>
        public static int DefaultPort(this ServiceKind service) => service == ServiceKind.Insight ? 8443 : 8083;

        /// <summary>The name of an environment variable, such as the one with the address, <c>SERVER</c>.</summary>
        public static string Variable(this ServiceKind service, string name) =>
            (service == ServiceKind.Insight ? "INSIGHT_" : "LICENSING_") + name;

        /// <summary>The command that opens a session.</summary>
        public static string ConnectCommand(this ServiceKind service) =>
            service == ServiceKind.Insight ? "Connect-InsightServer" : "Connect-LicenseServer";

        /// <summary>The service in words.</summary>
        public static string InWords(this ServiceKind service) =>
            service == ServiceKind.Insight ? "Insight Services" : "a license server";
    }
}
