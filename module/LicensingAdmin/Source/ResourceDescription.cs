using System;
using System.Linq;

namespace LicensingAdmin
{
    /// <summary>A resource of desired state, as the native library describes it.</summary>
    public sealed class ResourceDescription
    {
        /// <summary>Name without the owner, such as <c>Token</c>.</summary>
        public string Name { get; set; } = "";

        /// <summary>One line of help.</summary>
        public string Summary { get; set; } = "";

        /// <summary>The properties of an instance as they are shown.</summary>
        public TypeDescription State { get; set; } = new TypeDescription();

        /// <summary>The resource of that name; null when there is none.</summary>
        public static ResourceDescription Find(string name) => Array.Find(
            OperationTable.Current.Resources, resource => string.Equals(resource.Name, name, StringComparison.OrdinalIgnoreCase));

        /// <summary>What a method answers: the state, or how the instance stood and what was done.</summary>
        /// <param name="method">get, test, set, delete or export.</param>
        internal TypeDescription Answer(string method) => method is "get" or "export" ? State : new TypeDescription
        {
            Name = method == "test" ? "DscTestResult" : "DscSetResult",
            Fields = new[]
            {
                new FieldDescription { Name = "inDesiredState", Kind = FieldKind.Boolean },
                Nested("differences", "DscDifference", Text("property"), Text("reason")),
                new FieldDescription { Name = "steps", Kind = FieldKind.TextList },
                Nested("before", State.Name, State.Fields),
                Nested("after", State.Name, State.Fields),
            }.Where(field => method != "test" || field.Name is not ("steps" or "after")).ToArray(),
        };

        private static FieldDescription Text(string name) => new FieldDescription { Name = name, Kind = FieldKind.Text };

        private static FieldDescription Nested(string name, string typeName, params FieldDescription[] fields) =>
            new FieldDescription { Name = name, Kind = FieldKind.Nested, TypeName = typeName, Fields = fields };
    }
}
