using System;
using System.Collections.Generic;
using System.Globalization;
using System.Management.Automation;
using System.Security;
using System.Text.Json;

namespace LicensingAdmin
{
    /// <summary>
    /// Makes typed objects of the JSON of rows, by the fields that the table of operations describes. Long lists are bound by the
    /// collection of garbage: what a row has in common with the row before is one object for both.
    /// </summary>
    internal sealed class RowReader
    {
        private static readonly object Yes = true;
        private static readonly object No = false;

        private readonly TypeDescription type;
        private readonly string server;

        // Values of the row before, by field; only those that nobody can change.
        private readonly object[] before;

        public RowReader(TypeDescription type, string server)
        {
            this.type = type;
            this.server = server;
            before = new object[type.Fields.Length];
        }

        /// <summary>Reads one object or an array of objects.</summary>
        public PSObject[] Read(ReadOnlySpan<byte> json)
        {
            var rows = new List<PSObject>();
            var reader = new Utf8JsonReader(json);
            Advance(ref reader);
            if (reader.TokenType == JsonTokenType.StartArray)
            {
                for (Advance(ref reader); reader.TokenType != JsonTokenType.EndArray; Advance(ref reader))
                {
                    rows.Add(ReadRow(ref reader));
                }
            }
            else
            {
                rows.Add(ReadRow(ref reader));
            }

            return rows.ToArray();
        }

        private PSObject ReadRow(ref Utf8JsonReader reader)
        {
            PSObject row = ReadObject(ref reader, type.RowTypeName, type.Fields, before);
            row.Properties.Add(new PSNoteProperty("Server", server), preValidated: true);
            return row;
        }

        private static PSObject ReadObject(ref Utf8JsonReader reader, string typeName, FieldDescription[] fields, object[] before)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw new JsonException("A " + typeName + " is not an object.");
            }

            var values = new object[fields.Length];
            int expected = 0;
            for (Advance(ref reader); reader.TokenType != JsonTokenType.EndObject; Advance(ref reader))
            {
                int at = IndexOf(fields, ref reader, expected);
                Advance(ref reader);
                if (at < 0)
                {
                    // A newer server may answer more than this module knows.
                    reader.Skip();
                }
                else
                {
                    values[at] = before == null
                        ? ReadValue(ref reader, fields[at])
                        : before[at] = ReadValue(ref reader, fields[at], before[at]);
                    expected = at + 1;
                }
            }

            // A field that was left out still is a property, so that strict scripts can ask for it.
            var row = new PSObject(fields.Length + 1);
            PSMemberInfoCollection<PSPropertyInfo> properties = row.Properties;
            for (int at = 0; at < fields.Length; at++)
            {
                object value = values[at] ?? (fields[at].Kind == FieldKind.TextList ? RowList.Empty : null);
                properties.Add(new PSNoteProperty(fields[at].PropertyName, value), preValidated: true);
            }

            row.TypeNames.Insert(0, typeName);
            return row;
        }

        // The field that the reader is at the name of; servers write fields in their order, so that it mostly is the expected one.
        private static int IndexOf(FieldDescription[] fields, ref Utf8JsonReader reader, int expected)
        {
            for (int step = 0; step < fields.Length; step++)
            {
                int at = expected + step < fields.Length ? expected + step : expected + step - fields.Length;
                if (reader.ValueTextEquals(fields[at].Name))
                {
                    return at;
                }
            }

            return -1;
        }

        // The value of the row before where it is the same, so that both rows share it.
        private static object ReadValue(ref Utf8JsonReader reader, FieldDescription field, object before)
        {
            if (before is string text && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(text))
            {
                return before;
            }

            object value = ReadValue(ref reader, field);
            return value is int or long or double && value.Equals(before) ? before : value;
        }

        private static object ReadValue(ref Utf8JsonReader reader, FieldDescription field)
        {
            if (reader.TokenType == JsonTokenType.Null)
            {
                return null;
            }

            switch (field.Kind)
            {
                case FieldKind.Integer:
                    long number = reader.GetInt64();
                    return number is >= int.MinValue and <= int.MaxValue ? (object)(int)number : number;
                case FieldKind.Number:
                    return reader.GetDouble();
                case FieldKind.Boolean:
                    return reader.GetBoolean() ? Yes : No;
                case FieldKind.Instant:
                    // In the time zone of this machine, and of the type that Get-Date returns, so that the two can be compared and subtracted.
                    return ReadInstant(ref reader).LocalDateTime;
                case FieldKind.Date:
                    return DateTime.ParseExact(reader.GetString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal);
                case FieldKind.Secret:
                    return ReadSecret(ref reader);
                case FieldKind.TextList:
                    return ReadTexts(ref reader);
                case FieldKind.Nested:
                    return ReadNested(ref reader, field);
                case FieldKind.Text:
                case FieldKind.Name:
                    return reader.GetString();
                default:
                    throw new JsonException("The kind of the field " + field.Name + " is not known.");
            }
        }

        private static DateTimeOffset ReadInstant(ref Utf8JsonReader reader)
        {
            // The form that servers write needs no text of its own.
            return reader.ValueSpan.EndsWith("Z"u8) && reader.TryGetDateTimeOffset(out DateTimeOffset instant)
                ? instant
                : DateTimeOffset.Parse(reader.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        }

        private static object ReadNested(ref Utf8JsonReader reader, FieldDescription field)
        {
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                return ReadObject(ref reader, field.RowTypeName, field.Fields, before: null);
            }

            var items = new List<object>();
            for (Advance(ref reader); reader.TokenType != JsonTokenType.EndArray; Advance(ref reader))
            {
                items.Add(ReadObject(ref reader, field.RowTypeName, field.Fields, before: null));
            }

            return new RowList(items);
        }

        private static RowList ReadTexts(ref Utf8JsonReader reader)
        {
            var texts = new List<object>();
            for (Advance(ref reader); reader.TokenType != JsonTokenType.EndArray; Advance(ref reader))
            {
                texts.Add(reader.GetString());
            }

            return new RowList(texts);
        }

        private static SecureString ReadSecret(ref Utf8JsonReader reader)
        {
            char[] characters = GC.AllocateArray<char>(checked((int)reader.ValueSpan.Length), pinned: true);
            try
            {
                int count = reader.CopyString(characters);
                var secret = new SecureString();
                for (int at = 0; at < count; at++)
                {
                    secret.AppendChar(characters[at]);
                }

                secret.MakeReadOnly();
                return secret;
            }
            finally
            {
                Array.Clear(characters);
            }
        }

        private static void Advance(ref Utf8JsonReader reader)
        {
            if (!reader.Read())
            {
                throw new JsonException("The answer ends too early.");
            }
        }
    }
}
