using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;

namespace LicensingAdmin
{
    /// <summary>The values of a property that has several; its text lists them, for CSV files and messages.</summary>
    public sealed class RowList : ReadOnlyCollection<object>
    {
        internal static new readonly RowList Empty = new RowList(Array.Empty<object>());

        /// <summary>A list of these values.</summary>
        public RowList(IList<object> values)
            : base(values)
        {
        }

        /// <inheritdoc/>
        public override string ToString() => string.Join("; ", this);
    }
}
