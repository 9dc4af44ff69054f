using System;
using System.Globalization;
using System.IO;
using System.Linq;

namespace LicensingAdmin
{
    /// <summary>Makes the name under which a server stores a license file of the name that the file has on this machine.</summary>
    public static class StoredName
    {
        private const string Extension = ".lic";
        private const int MostCharacters = 60;

        /// <summary>
        /// The local name without its folder; what a server does not take becomes an underscore. Letters of any language stay.
        /// </summary>
        public static string Of(string path)
        {
            string stem = Path.GetFileNameWithoutExtension(path).Normalize();
            string plain = string.Concat(stem.Select(character => char.IsLetterOrDigit(character) || "-_. ".Contains(character) ? character : '_'))
                .Trim('.', ' ');
            plain = new StringInfo(plain).LengthInTextElements > MostCharacters ? new StringInfo(plain).SubstringByTextElements(0, MostCharacters).TrimEnd('.', ' ') : plain;
            return (plain.Length == 0 ? "license" : plain) + Extension;
        }
    }
}
