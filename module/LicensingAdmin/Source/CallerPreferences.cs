using System.Management.Automation;

namespace LicensingAdmin
{
    /// <summary>
    /// The preferences of whoever calls a command. A function of a module sees only the variables of its module and the global
    /// ones, so that the preferences of a calling function, script or other module would not reach it.
    /// </summary>
    internal static class CallerPreferences
    {
        private static readonly (string Parameter, string Variable)[] Preferences =
        {
            ("WhatIf", "WhatIfPreference"),
            ("Confirm", "ConfirmPreference"),
            ("ErrorAction", "ErrorActionPreference"),
            ("Verbose", "VerbosePreference"),
            ("Debug", "DebugPreference"),
            ("WarningAction", "WarningPreference"),
            ("InformationAction", "InformationPreference"),
            ("ProgressAction", "ProgressPreference"),
        };

        /// <summary>Sets in the scope of the command that is beginning what the caller did not give as a parameter.</summary>
        public static void Inherit(PSCmdlet cmdlet, SessionState own)
        {
            foreach ((string parameter, string variable) in Preferences)
            {
                // The session state of the cmdlet is the caller's, and its current scope is that of the calling function or script.
                object value = cmdlet.SessionState.PSVariable.GetValue(variable);
                if (value != null && !cmdlet.MyInvocation.BoundParameters.ContainsKey(parameter))
                {
                    own.PSVariable.Set(variable, value);
                }
            }
        }
    }
}
