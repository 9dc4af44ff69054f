using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace LicensingAdmin
{
    /// <summary>
    /// The certificates of servers that were trusted on first use: a text file with one server and the SHA-256 hash of its
    /// certificate in each line. LICENSING_KNOWN_SERVERS names another file.
    /// </summary>
    public static class KnownServers
    {
        /// <summary>The file.</summary>
        public static string Path
        {
            get
            {
                string other = Environment.GetEnvironmentVariable("LICENSING_KNOWN_SERVERS");
                return string.IsNullOrWhiteSpace(other)
                    ? System.IO.Path.Combine(
                        Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify),
                        "licensing",
                        "known_servers")
                    : other;
            }
        }

        /// <summary>The hash that is known of a server; null when none is.</summary>
        /// <param name="server">Address of its web services.</param>
        public static string Find(string server)
        {
            if (!File.Exists(Path))
            {
                return null;
            }

            string key = LicensingSession.NameOf(server);
            return Lines()
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                .Where(parts => parts.Length == 2 && string.Equals(parts[0], key, StringComparison.OrdinalIgnoreCase))
                .Select(parts => parts[1])
                .LastOrDefault();
        }

        /// <summary>The servers that have been trusted.</summary>
        public static IEnumerable<string> Names() =>
            File.Exists(Path) ? Lines().Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]) : Enumerable.Empty<string>();

        /// <summary>Remembers the hash of a server.</summary>
        public static void Add(string server, string hash)
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path)));
            File.AppendAllText(Path, LicensingSession.NameOf(server) + " " + hash + Environment.NewLine);
        }

        private static IEnumerable<string> Lines() =>
            File.ReadAllLines(Path).Where(line => line.Length > 0 && line[0] != '#');
    }
}
