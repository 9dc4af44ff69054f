using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace LicensingAdmin
{
    /// <summary>The open sessions of one runspace. Runspaces do not see each other's sessions.</summary>
    public sealed class SessionList
    {
        private static readonly ConditionalWeakTable<Runspace, SessionList> Lists = new ConditionalWeakTable<Runspace, SessionList>();

        private readonly List<LicensingSession> open = new List<LicensingSession>();
        private LicensingSession[] defaults = Array.Empty<LicensingSession>();

        /// <summary>The list of the runspace this thread works for.</summary>
        public static SessionList Current => Lists.GetOrCreateValue(Runspace.DefaultRunspace);

        /// <summary>All open sessions, oldest first.</summary>
        public LicensingSession[] Open => open.ToArray();

        /// <summary>The sessions that are used when a command names none.</summary>
        public LicensingSession[] Default => defaults.ToArray();

        /// <summary>Adds sessions and, when wanted, makes them the default ones.</summary>
        public void Add(LicensingSession[] sessions, bool asDefault)
        {
            open.AddRange(sessions);
            if (asDefault)
            {
                defaults = sessions.ToArray();
            }
        }

        /// <summary>Closes a session and forgets it.</summary>
        public void Close(LicensingSession session)
        {
            open.Remove(session);
            defaults = defaults.Where(other => other != session).ToArray();
            session.Dispose();
        }

        /// <summary>Closes all sessions.</summary>
        public void CloseAll()
        {
            foreach (LicensingSession session in Open)
            {
                Close(session);
            }
        }

        /// <summary>The open session of that name, the default one or the newest first; null when there is none.</summary>
        public LicensingSession Find(string name) =>
            defaults.Concat(Enumerable.Reverse(open)).FirstOrDefault(session => session.IsCalled(name));
    }

    /// <summary>Lets a session parameter take the server's name instead of the session.</summary>
    [AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
    public sealed class SessionTransformationAttribute : ArgumentTransformationAttribute
    {
        /// <inheritdoc/>
        public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
        {
            object input = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
            switch (input)
            {
                case string name:
                    return SessionOf(name);
                case object[] several:
                    return Array.ConvertAll(several, one => Transform(engineIntrinsics, one));
                default:
                    return inputData;
            }
        }

        private static LicensingSession SessionOf(string name) =>
            SessionList.Current.Find(name) ?? throw new ArgumentTransformationMetadataException(
                "No session with the server " + name + " is open. Open one with Connect-LicenseServer.");
    }
}
