using System;

namespace LicensingAdmin
{
    /// <summary>How a value of a row is to be understood; the names of the table of operations.</summary>
    public enum FieldKind
    {
        /// <summary>Text.</summary>
        Text,

        /// <summary>Whole number.</summary>
        Integer,

        /// <summary>Number with a fraction.</summary>
        Number,

        /// <summary>Yes or no.</summary>
        Boolean,

        /// <summary>Instant.</summary>
        Instant,

        /// <summary>Day.</summary>
        Date,

        /// <summary>Text that must not be shown.</summary>
        Secret,

        /// <summary>List of texts.</summary>
        TextList,

        /// <summary>One of several names.</summary>
        Name,

        /// <summary>An object or a list of objects.</summary>
        Nested,
    }

    /// <summary>One field of a request or a row.</summary>
    public sealed class FieldDescription
    {
        private string name = "";
        private string typeName = "";

        /// <summary>Name on the wire.</summary>
        public string Name
        {
            get => name;
            set
            {
                name = value;
                PropertyName = name.Length == 0 ? name : char.ToUpperInvariant(name[0]) + name.Substring(1);
            }
        }

        /// <summary>How its value is to be understood.</summary>
        public FieldKind Kind { get; set; }

        /// <summary>Whether it must be given.</summary>
        public bool Required { get; set; }

        /// <summary>Help text.</summary>
        public string Summary { get; set; } = "";

        /// <summary>Allowed names.</summary>
        public string[] Names { get; set; } = Array.Empty<string>();

        /// <summary>Type name of nested objects.</summary>
        public string TypeName
        {
            get => typeName;
            set
            {
                typeName = value;
                RowTypeName = TypeDescription.RowTypePrefix + value;
            }
        }

        /// <summary>Fields of nested objects.</summary>
        public FieldDescription[] Fields { get; set; } = Array.Empty<FieldDescription>();

        /// <summary>Name as PowerShell writes it; one text for all rows.</summary>
        public string PropertyName { get; private set; } = "";

        /// <summary>What PowerShell calls the type of nested objects; one text for all rows.</summary>
        internal string RowTypeName { get; private set; } = "";
    }

    /// <summary>A request or a row with its fields.</summary>
    public sealed class TypeDescription
    {
        internal const string RowTypePrefix = "LicensingAdmin.";

        private string name = "";

        /// <summary>Name of the type, such as <c>UsageRow</c>.</summary>
        public string Name
        {
            get => name;
            set
            {
                name = value;
                RowTypeName = RowTypePrefix + value;
            }
        }

        /// <summary>What PowerShell calls it; one text for all rows.</summary>
        internal string RowTypeName { get; private set; } = "";

        /// <summary>Its fields in order.</summary>
        public FieldDescription[] Fields { get; set; } = Array.Empty<FieldDescription>();
    }

    /// <summary>One entry of the table of operations, as the native library gives it.</summary>
    public sealed class OperationDescription
    {
        /// <summary>Stable name.</summary>
        public string Name { get; set; } = "";

        /// <summary>Stable number.</summary>
        public uint Number { get; set; }

        /// <summary>What the caller must at least be allowed.</summary>
        public string Permission { get; set; } = "";

        /// <summary>Cmdlets that call it.</summary>
        public string[] Cmdlets { get; set; } = Array.Empty<string>();

        /// <summary>One line of help.</summary>
        public string Summary { get; set; } = "";

        /// <summary>Whether the answer is a list of rows.</summary>
        public bool Rows { get; set; }

        /// <summary>What is asked.</summary>
        public TypeDescription Request { get; set; } = new TypeDescription();

        /// <summary>What is answered; for lists one row.</summary>
        public TypeDescription Row { get; set; } = new TypeDescription();
    }

    /// <summary>An error code, or a reason for which seats are refused, in words.</summary>
    public sealed class ErrorDescription
    {
        /// <summary>Stable name.</summary>
        public string Code { get; set; } = "";

        /// <summary>Stable number; negative for a reason of a refusal.</summary>
        public int Number { get; set; }

        /// <summary>What happened.</summary>
        public string Title { get; set; } = "";

        /// <summary>What to do.</summary>
        public string Action { get; set; } = "";
    }

    /// <summary>Everything that can be asked of a license server, as the native library describes it.</summary>
    public sealed class OperationTable
    {
        /// <summary>Version of the native library's interface.</summary>
        public uint AbiVersion { get; set; }

        /// <summary>Version of the native library.</summary>
        public string Version { get; set; } = "";

        /// <summary>Most bytes of a license file that a server reads.</summary>
        public long LicenseFileBytes { get; set; }

        /// <summary>The operations, by their numbers.</summary>
        public OperationDescription[] Operations { get; set; } = Array.Empty<OperationDescription>();

        /// <summary>Error codes and reasons for which seats are refused, in English.</summary>
        public ErrorDescription[] Errors { get; set; } = Array.Empty<ErrorDescription>();

        /// <summary>The resources of desired state.</summary>
        public ResourceDescription[] Resources { get; set; } = Array.Empty<ResourceDescription>();

        /// <summary>The table of the native library that this module uses.</summary>
        public static OperationTable Current => Native.Table;
    }
}
