using System;

namespace LicensingAdmin
{
    /// <summary>
    /// The field of a request that a parameter fills, where it is not the one of the same name: a list is named in the singular, and
    /// -CertHash is the certificate of the license server.
    /// </summary>
    [AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
    public sealed class FieldAttribute : Attribute
    {
        /// <summary>The parameter fills this field.</summary>
        /// <param name="name">Name of the field.</param>
        public FieldAttribute(string name)
        {
            Name = name;
        }

        /// <summary>Name of the field.</summary>
        public string Name { get; }
    }
}
