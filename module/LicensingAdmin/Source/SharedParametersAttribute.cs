using System;

namespace LicensingAdmin
{
    /// <summary>
    /// Parameters of a function that are declared and described once, in SharedParameters.ps1. The build writes them, with their
    /// help, into the function.
    /// </summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class SharedParametersAttribute : Attribute
    {
        /// <summary>The function has these parameters.</summary>
        /// <param name="names">Names of parameters, or <c>Connection</c> for all that choose the license servers.</param>
        public SharedParametersAttribute(params string[] names)
        {
            Names = names;
        }

        /// <summary>Names of the parameters.</summary>
        public string[] Names { get; }
    }
}
