using System;
using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Internal;
using System.Runtime.InteropServices;
using System.Security;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace LicensingAdmin
{
    /// <summary>Writes a dictionary as JSON in UTF-8. Null values are left out; a <see cref="SecureString"/> never becomes a string.</summary>
    internal static class RequestWriter
    {
        private static readonly UTF8Encoding Strict = new UTF8Encoding(false, throwOnInvalidBytes: true);

        public static PinnedBuffer Write(IDictionary request)
        {
            var buffer = new PinnedBuffer();
            try
            {
                using var writer = new Utf8JsonWriter(buffer);
                WriteObject(writer, request);
                writer.Flush();
                return buffer;
            }
            catch
            {
                buffer.Dispose();
                throw;
            }
        }

        private static void WriteObject(Utf8JsonWriter writer, IDictionary values)
        {
            writer.WriteStartObject();
            foreach (DictionaryEntry entry in values)
            {
                object value = Unwrap(entry.Value);
                if (value != null)
                {
                    writer.WritePropertyName((string)entry.Key);
                    WriteValue(writer, value);
                }
            }

            writer.WriteEndObject();
        }

        private static object Unwrap(object value) =>
            value == AutomationNull.Value ? null : value is PSObject wrapped ? wrapped.BaseObject : value;

        private static void WriteValue(Utf8JsonWriter writer, object value)
        {
            switch (Unwrap(value))
            {
                case string text:
                    writer.WriteStringValue(text);
                    break;
                case SecureString secret:
                    WriteSecret(writer, secret);
                    break;
                case bool flag:
                    writer.WriteBooleanValue(flag);
                    break;
                case SwitchParameter given:
                    writer.WriteBooleanValue(given.IsPresent);
                    break;
                case int number:
                    writer.WriteNumberValue(number);
                    break;
                case long number:
                    writer.WriteNumberValue(number);
                    break;
                case Guid id:
                    writer.WriteStringValue(id);
                    break;
                case byte[] bytes:
                    writer.WriteBase64StringValue(bytes);
                    break;
                case DateTime instant:
                    writer.WriteStringValue(instant.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture));
                    break;
                case IDictionary values:
                    WriteObject(writer, values);
                    break;
                case IEnumerable items:
                    writer.WriteStartArray();
                    foreach (object item in items)
                    {
                        WriteValue(writer, item);
                    }

                    writer.WriteEndArray();
                    break;
                case object other:
                    throw new ArgumentException("A request cannot carry a value of type " + other.GetType().FullName + ".");
                default:
                    writer.WriteNullValue();
                    break;
            }
        }

        private static void WriteSecret(Utf8JsonWriter writer, SecureString secret)
        {
            using PinnedBuffer plain = Plain(secret);
            byte[] quoted = GC.AllocateArray<byte>(checked(plain.Written.Length * 6 + 2), pinned: true);
            try
            {
                writer.WriteRawValue(quoted.AsSpan(0, Quote(plain.Written, quoted)), skipInputValidation: true);
            }
            finally
            {
                CryptographicOperations.ZeroMemory(quoted);
            }
        }

        /// <summary>The secret in UTF-8, for as long as the buffer lives; none gives an empty one.</summary>
        public static PinnedBuffer Plain(SecureString secret)
        {
            var plain = new PinnedBuffer();
            if (secret == null || secret.Length == 0)
            {
                return plain;
            }

            IntPtr unmanaged = Marshal.SecureStringToGlobalAllocUnicode(secret);
            char[] characters = GC.AllocateArray<char>(secret.Length, pinned: true);
            try
            {
                Marshal.Copy(unmanaged, characters, 0, characters.Length);
                plain.Advance(Strict.GetBytes(characters, plain.GetSpan(Strict.GetMaxByteCount(characters.Length))));
                return plain;
            }
            catch (EncoderFallbackException)
            {
                plain.Dispose();
                throw new ArgumentException("The secret holds a character that Unicode does not have.");
            }
            finally
            {
                Marshal.ZeroFreeGlobalAllocUnicode(unmanaged);
                CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(characters.AsSpan()));
            }
        }

        // The serializer's own escaping works in rented buffers that it does not wipe.
        private static int Quote(ReadOnlySpan<byte> plain, Span<byte> quoted)
        {
            const string Digits = "0123456789abcdef";
            int at = 0;
            quoted[at++] = (byte)'"';
            foreach (byte value in plain)
            {
                if (value >= 0x20 && value != (byte)'"' && value != (byte)'\\')
                {
                    quoted[at++] = value;
                    continue;
                }

                quoted[at++] = (byte)'\\';
                quoted[at++] = (byte)'u';
                quoted[at++] = (byte)'0';
                quoted[at++] = (byte)'0';
                quoted[at++] = (byte)Digits[value >> 4];
                quoted[at++] = (byte)Digits[value & 15];
            }

            quoted[at++] = (byte)'"';
            return at;
        }
    }
}
