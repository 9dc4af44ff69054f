using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Security;

namespace LicensingAdmin
{
    /// <summary>
    /// The sessions of one call of a command: those that -Session names, those with the servers that -Server or -AdminAddress
    /// names, the default ones, or one with the server that the environment names. What it opens itself is closed with the call.
    /// </summary>
    internal sealed class CommandSessions : IDisposable
    {
        private readonly PSCmdlet cmdlet;
        private readonly ServiceKind service;
        private readonly Dictionary<string, LicensingSession> opened = new Dictionary<string, LicensingSession>(StringComparer.OrdinalIgnoreCase);

        public CommandSessions(PSCmdlet cmdlet)
        {
            this.cmdlet = cmdlet;
            service = ServiceKinds.Of(cmdlet.MyInvocation.MyCommand);
        }

        public LicensingSession[] Resolve()
        {
            var sessions = Command.Bound(cmdlet, "Session") as LicensingSession[];
            string[] servers = Servers();
            if (sessions != null && servers != null && !cmdlet.MyInvocation.ExpectingInput)
            {
                Stop("InvalidRequest", ErrorCategory.InvalidArgument, "Session and Server exclude each other.", "Give one of the two.", servers);
            }

            return sessions != null ? Usable(sessions)
                : servers != null ? servers.Select(SessionWith).Where(session => session != null).ToArray()
                : Unnamed();
        }

        public void Dispose()
        {
            foreach (LicensingSession session in opened.Values)
            {
                session.Dispose();
            }
        }

        private string[] Servers() => Command.Bound(cmdlet, "Server") as string[]
            ?? (Command.Bound(cmdlet, "AdminAddress") is string address ? new[] { address } : null);

        private LicensingSession[] Usable(LicensingSession[] sessions)
        {
            foreach (LicensingSession session in sessions.Where(session => !Serves(session)))
            {
                cmdlet.WriteError((session.Service == service ? session.WhyNotUsable() : OtherService(session)).ToErrorRecord(session.Server));
            }

            return sessions.Where(Serves).ToArray();
        }

        private bool Serves(LicensingSession session) => session.Service == service && session.IsOpen;

        private Problem OtherService(LicensingSession session) => new Problem
        {
            Code = "OperationNotFound",
            Category = nameof(ErrorCategory.InvalidArgument),
            Target = session.Server,
            Detail = "The session is one with " + session.Service.InWords() + "; the command works with " + service.InWords() + ".",
            Action = "Open a session with " + service.ConnectCommand() + ".",
        };

        private LicensingSession[] Unnamed()
        {
            LicensingSession[] defaults = SessionList.Of(service).Default;
            if (defaults.Length > 0)
            {
                ConnectionSettings given = SettingsFor(null);
                return Usable(defaults)
                    .Select(session => given.AreThoseOf(session) ? session : SessionWith(session.Server))
                    .Where(session => session != null)
                    .ToArray();
            }

            if (SessionList.Of(service).ConnectFailed)
            {
                Stop("NotConnected", ErrorCategory.ConnectionError, "The last " + service.ConnectCommand() + " failed, so that there is no default session.",
                    "Connect again, or name a server with -Session or -Server.", cmdlet.MyInvocation.MyCommand.Name);
            }

            string server = ConnectionSettings.EnvironmentServer(service);
            if (server == null)
            {
                Stop("NotConnected", ErrorCategory.ConnectionError, "There is no session with " + service.InWords() + ".",
                    "Open one with " + service.ConnectCommand() + ", name a server with -Server, or set " + service.Variable("SERVER") + ".", cmdlet.MyInvocation.MyCommand.Name);
            }

            LicensingSession session = SessionWith(server);
            return session == null ? Array.Empty<LicensingSession>() : new[] { session };
        }

        // An open session with the server serves, unless the caller gave something that differs from it.
        private LicensingSession SessionWith(string server)
        {
            ConnectionSettings settings = SettingsFor(server);
            string key = server + " " + settings.CertHash;
            try
            {
                if (opened.TryGetValue(key, out LicensingSession session))
                {
                    return session;
                }

                LicensingSession known = SessionList.Of(service).FindByAddress(server);
                if (known != null && settings.AreThoseOf(known))
                {
                    return known;
                }

                if (known == null && !settings.HasCaller && Command.Bound(cmdlet, "AdminAddress") == null)
                {
                    cmdlet.WriteError(LicensingSession.NotOpen(LicensingSession.NameOf(server, service), service).WhyNotUsable().ToErrorRecord(server));
                    return null;
                }

                return opened[key] = known != null ? settings.OpenLike(known) : settings.Open();
            }
            catch (Exception error) when (error is LicensingException or TypeInitializationException or ArgumentException or System.IO.IOException or UnauthorizedAccessException)
            {
                cmdlet.WriteError(Problem.Of(error).ToErrorRecord(server));
                return null;
            }
        }

        private ConnectionSettings SettingsFor(string server) => new ConnectionSettings
        {
            Service = service,
            Server = server,
            Credential = Caller(),
            Token = Command.Bound(cmdlet, "Token") as SecureString,
            CertHash = Command.Bound(cmdlet, "CertHash") is string { Length: > 0 } hash ? hash : null,
            TimeoutSeconds = Command.Bound(cmdlet, "TimeoutSeconds") as int? ?? 0,
        };

        // Where credentials have to be given they are those of the account that the command is about.
        private PSCredential Caller()
        {
            bool isSubject = cmdlet.MyInvocation.MyCommand.Parameters.TryGetValue("Credential", out ParameterMetadata parameter)
                && parameter.Attributes.OfType<ParameterAttribute>().Any(attribute => attribute.Mandatory);
            return (Command.Bound(cmdlet, "Credentials") ?? (isSubject ? null : Command.Bound(cmdlet, "Credential"))) as PSCredential;
        }

        private void Stop(string code, ErrorCategory category, string message, string action, object target) =>
            cmdlet.ThrowTerminatingError(new Problem { Code = code, Category = category.ToString(), Detail = message, Action = action }.ToErrorRecord(target));
    }
}
