using System.Collections;
using System.Linq;
using System.Management.Automation;
using System.Text;

namespace LicensingAdmin
{
    /// <summary>Text of others as views show it: what cannot be seen, or changes how its neighbours look, as escapes.</summary>
    public static class ShownText
    {
        private static readonly (int First, int Last)[] Invisible =
        {
            // Ranges of INVISIBLE in native/api/src/text.rs; cargo xtask generate writes them.
            (0x00AD, 0x00AD),
            (0x034F, 0x034F),
            (0x0600, 0x0605),
            (0x061C, 0x061C),
            (0x06DD, 0x06DD),
            (0x070F, 0x070F),
            (0x0890, 0x0891),
            (0x08E2, 0x08E2),
            (0x115F, 0x1160),
            (0x17B4, 0x17B5),
            (0x180B, 0x180F),
            (0x200B, 0x200F),
            (0x2028, 0x202E),
            (0x2060, 0x206F),
            (0x3164, 0x3164),
            (0xFE00, 0xFE0F),
            (0xFEFF, 0xFEFF),
            (0xFFA0, 0xFFA0),
            (0xFFF0, 0xFFFB),
            (0x110BD, 0x110BD),
            (0x110CD, 0x110CD),
            (0x13430, 0x1343F),
            (0x1BCA0, 0x1BCA3),
            (0x1D173, 0x1D17A),
            (0xE0000, 0xE0FFF),
            // End of the ranges.
        };

        /// <summary>The value as a view shows it; what is neither text nor a list of texts stays.</summary>
        public static object Of(object value)
        {
            object plain = value is PSObject wrapped ? wrapped.BaseObject : value;
            return plain switch
            {
                string text => Escaped(text),
                IList list when list.Cast<object>().All(item => (item is PSObject inner ? inner.BaseObject : item) is string) =>
                    list.Cast<object>().Select(item => Escaped(item.ToString())).ToArray(),
                _ => value,
            };
        }

        private static string Escaped(string text)
        {
            if (!text.EnumerateRunes().Any(IsDeceptive))
            {
                return text;
            }
            var shown = new StringBuilder(text.Length + 16);
            foreach (Rune rune in text.EnumerateRunes())
            {
                if (IsDeceptive(rune))
                {
                    shown.Append("\\u{").Append(rune.Value.ToString("x")).Append('}');
                }
                else
                {
                    shown.Append(rune.ToString());
                }
            }
            return shown.ToString();
        }

        private static bool IsDeceptive(Rune rune)
        {
            return Rune.IsControl(rune) || (!rune.IsAscii && Invisible.Any(range => range.First <= rune.Value && rune.Value <= range.Last));
        }
    }
}
