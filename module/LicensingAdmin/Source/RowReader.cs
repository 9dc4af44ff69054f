using System;
using System.Collections.Generic;
using System.Globalization;
using System.Management.Automation;
using System.Security;
using System.Text.Json;

namespace LicensingAdmin
{
    /// <summary>Makes typed objects of the JSON of rows, by the fields that the table of operations describes.</summary>
    internal static class RowReader
    {
        private const string TypePrefix = "LicensingAdmin.";

        /// <summary>Reads one object or an array of objects.</summary>
        public static List<PSObject> Read(ReadOnlySpan<byte> json, TypeDescription type, string server)
        {
            var rows = new List<PSObject>();
            var reader = new Utf8JsonReader(json);
            Advance(ref reader);
            if (reader.TokenType == JsonTokenType.StartArray)
            {
                for (Advance(ref reader); reader.TokenType != JsonTokenType.EndArray; Advance(ref reader))
                {
                    rows.Add(ReadRow(ref reader, type, server));
                }
            }
            else
            {
                rows.Add(ReadRow(ref reader, type, server));
            }

            return rows;
        }

        private static PSObject ReadRow(ref Utf8JsonReader reader, TypeDescription type, string server)
        {
            PSObject row = ReadObject(ref reader, type.Name, type.Fields);
            row.Properties.Add(new PSNoteProperty("Server", server), preValidated: true);
            return row;
        }

        private static PSObject ReadObject(ref Utf8JsonReader reader, string typeName, FieldDescription[] fields)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw new JsonException("A " + typeName + " is not an object.");
            }

            var values = new object[fields.Length];
            for (Advance(ref reader); reader.TokenType != JsonTokenType.EndObject; Advance(ref reader))
            {
                int at = IndexOf(fields, ref reader);
                Advance(ref reader);
                if (at < 0)
                {
                    // A newer server may answer more than this module knows.
                    reader.Skip();
                }
                else
                {
                    values[at] = ReadValue(ref reader, fields[at]);
                }
            }

            // A field that was left out still is a property, so that strict scripts can ask for it.
            var row = new PSObject(fields.Length + 1);
            for (int at = 0; at < fields.Length; at++)
            {
                object value = values[at] ?? (fields[at].Kind == FieldKind.TextList ? RowList.Empty : null);
                row.Properties.Add(new PSNoteProperty(fields[at].PropertyName, value), preValidated: true);
            }

            row.TypeNames.Insert(0, TypePrefix + typeName);
            return row;
        }

        private static int IndexOf(FieldDescription[] fields, ref Utf8JsonReader reader)
        {
            for (int at = 0; at < fields.Length; at++)
            {
                if (reader.ValueTextEquals(fields[at].Name))
                {
                    return at;
                }
            }

            return -1;
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
                    return reader.GetBoolean();
                case FieldKind.Instant:
                    // In the time zone of this machine, and of the type that Get-Date returns, so that the two can be compared and subtracted.
                    return DateTimeOffset.Parse(reader.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).LocalDateTime;
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

        private static object ReadNested(ref Utf8JsonReader reader, FieldDescription field)
        {
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                return ReadObject(ref reader, field.TypeName, field.Fields);
            }

            var items = new List<object>();
            for (Advance(ref reader); reader.TokenType != JsonTokenType.EndArray; Advance(ref reader))
            {
                items.Add(ReadObject(ref reader, field.TypeName, field.Fields));
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
