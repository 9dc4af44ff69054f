using System;
using System.Collections.Generic;
using System.Management.Automation;

namespace LicensingAdmin
{
    /// <summary>Colors words that say how well something is, for the tables of the module.</summary>
    public static class StatusColor
    {
        private static readonly HashSet<string> Bad = new HashSet<string>(StringComparer.Ordinal)
        {
            "Alarm", "BackOff", "Error", "Expired", "Failed", "Invalid", "Refused", "Stopped", "UnknownIssuer", "Violation", "WrongHost",
        };

        private static readonly HashSet<string> Doubtful = new HashSet<string>(StringComparer.Ordinal)
        {
            "Alert", "Missing", "NotStarted", "Overdue", "Starting", "Unverifiable", "Waiting", "Warning",
        };

        /// <summary>The word, in the color of errors or warnings where that is due and the output goes to a terminal.</summary>
        public static string Of(object value)
        {
            string word = value?.ToString();
            if (string.IsNullOrEmpty(word) || !IsTerminal)
            {
                return word;
            }

            PSStyle style = PSStyle.Instance;
            string color = Bad.Contains(word) ? style.Formatting.Error : Doubtful.Contains(word) ? style.Formatting.Warning : null;
            return color == null ? word : color + word + style.Reset;
        }

        // What is written into a file or another program has no use for colors, and https://no-color.org is heeded.
        private static bool IsTerminal =>
            !Console.IsOutputRedirected
            && PSStyle.Instance.OutputRendering != OutputRendering.PlainText
            && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
    }
}
