using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace LicensingAdmin
{
    /// <summary>The open sessions of one runspace with one kind of service. Runspaces do not see each other's sessions.</summary>
    public sealed class SessionList
    {
        private static readonly ConditionalWeakTable<Runspace, SessionList> Lists = new ConditionalWeakTable<Runspace, SessionList>();
        private static readonly ConditionalWeakTable<Runspace, SessionList> InsightLists = new ConditionalWeakTable<Runspace, SessionList>();

        private readonly List<LicensingSession> open = new List<LicensingSession>();
        private LicensingSession[] defaults = Array.Empty<LicensingSession>();
        private bool connectFailed;
        private bool isConnecting;
        private bool isDefaultKept;

        /// <summary>The sessions with license servers of the runspace this thread works for.</summary>
        public static SessionList Current => Of(ServiceKind.LicenseServer);

        /// <summary>The sessions with a kind of service of the runspace this thread works for.</summary>
        public static SessionList Of(ServiceKind service) =>
            (service == ServiceKind.Insight ? InsightLists : Lists).GetOrCreateValue(Runspace.DefaultRunspace);

        /// <summary>All open sessions, oldest first.</summary>
        public LicensingSession[] Open => open.ToArray();

        /// <summary>The sessions that are used when a command names none.</summary>
        public LicensingSession[] Default => IsDefaultInDoubt ? Array.Empty<LicensingSession>() : defaults.ToArray();

        /// <summary>Whether the last attempt to open default sessions failed; then no other server may stand in for them.</summary>
        public bool ConnectFailed => connectFailed || IsDefaultInDoubt;

        // A call of the command that connects has begun and not ended: it is under way, or its parameters were refused.
        private bool IsDefaultInDoubt => isConnecting && !isDefaultKept;

        /// <summary>The parameters of the command that connects are being bound. If one of them is refused, nothing else of it runs.</summary>
        public void BeginConnect() => isConnecting = true;

        /// <summary>The call that has begun leaves the default sessions as they are.</summary>
        public void KeepDefault(bool keep) => isDefaultKept = keep;

        /// <summary>The call has ended; what it did to the default sessions is done.</summary>
        public void EndConnect()
        {
            isConnecting = false;
            isDefaultKept = false;
        }

        /// <summary>
        /// Adds a session that works and returns the one to use: an open session that is like it goes on with its connection, so
        /// that connecting again and again does not leave connections behind.
        /// </summary>
        public LicensingSession Add(LicensingSession session)
        {
            LicensingSession known = open.Find(session.IsLike);
            if (known != null)
            {
                known.Renew(session);
                return known;
            }

            open.Add(session);
            return session;
        }

        /// <summary>Makes these the sessions that are used when a command names none. None are left when connecting failed.</summary>
        public void SetDefault(LicensingSession[] sessions)
        {
            defaults = sessions.ToArray();
            connectFailed = sessions.Length == 0;
        }

        /// <summary>Closes a session and forgets it.</summary>
        public void Close(LicensingSession session)
        {
            open.Remove(session);
            defaults = defaults.Where(other => other != session).ToArray();
            connectFailed = false;
            session.Dispose();
        }

        /// <summary>The open session with the server of that name, the default one or the newest first; null when there is none.</summary>
        public LicensingSession FindByName(string name) => Newest(session => session.IsCalled(name));

        /// <summary>The open session with the server at that address, the default one or the newest first; null when there is none.</summary>
        public LicensingSession FindByAddress(string address) => Newest(session => session.IsWith(address));

        private LicensingSession Newest(Func<LicensingSession, bool> fits) =>
            defaults.Concat(Enumerable.Reverse(open)).FirstOrDefault(fits);
    }
}
