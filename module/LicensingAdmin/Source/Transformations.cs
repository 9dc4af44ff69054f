using System;
using System.Globalization;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace LicensingAdmin
{
    /// <summary>Lets a session parameter take the name of a server instead of a session.</summary>
    [AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
    public sealed class SessionTransformationAttribute : ArgumentTransformationAttribute
    {
        /// <summary>What the sessions speak to.</summary>
        public ServiceKind Service { get; set; }

        /// <inheritdoc/>
        public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
        {
            object input = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
            return input switch
            {
                string { Length: > 0 } name => SessionList.Of(Service).FindByName(name) ?? LicensingSession.NotOpen(name, Service),
                object[] several => Array.ConvertAll(several, one => Transform(engineIntrinsics, one)),
                _ => inputData,
            };
        }
    }

    /// <summary>
    /// Marks a parameter of a command that connects: as soon as one is bound, the default sessions of before are in doubt. The engine
    /// refuses parameters before a function runs, so that the function itself could not say that connecting failed.
    /// </summary>
    [AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
    public sealed class ConnectingAttribute : ArgumentTransformationAttribute
    {
        /// <summary>What is connected with.</summary>
        public ServiceKind Service { get; set; }

        /// <summary>Whether the parameter says that the default sessions stay.</summary>
        public bool KeepsDefault { get; set; }

        /// <inheritdoc/>
        public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
        {
            SessionList.Of(Service).BeginConnect();
            if (KeepsDefault)
            {
                SessionList.Of(Service).KeepDefault(LanguagePrimitives.IsTrue(inputData));
            }

            return inputData;
        }
    }

    /// <summary>Refuses a credential where the name of an account is meant: as text it would be the name of its type, and its password would be lost.</summary>
    [AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
    public sealed class AccountNameAttribute : ArgumentTransformationAttribute
    {
        /// <inheritdoc/>
        public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
        {
            if (IsCredential(inputData) || (Unwrapped(inputData) is object[] inputs && Array.Exists(inputs, IsCredential)))
            {
                throw new ArgumentTransformationMetadataException("This is a credential and no name: give it to -Credential, or its UserName here.");
            }
            return inputData;
        }

        private static bool IsCredential(object input)
        {
            return Unwrapped(input) is PSCredential;
        }

        private static object Unwrapped(object input)
        {
            return input is PSObject wrapped ? wrapped.BaseObject : input;
        }
    }

    /// <summary>Lets a point in time be given as DateTime, DateTimeOffset or text, or as the time that has passed since: a TimeSpan, or words such as 7d.</summary>
    [AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
    public sealed class InstantTransformationAttribute : ArgumentTransformationAttribute
    {
        /// <inheritdoc/>
        public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
        {
            object input = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
            return input switch
            {
                DateTimeOffset instant => instant.LocalDateTime,
                TimeSpan passed => DateTime.Now - passed,
                string or decimal when Duration.TryParse(inputData.ToString(), out TimeSpan passed) => DateTime.Now - passed,
                _ => inputData,
            };
        }
    }

    /// <summary>Lets a length of time be given as TimeSpan or words such as 7d, or as the point in time at which it began.</summary>
    [AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
    public sealed class DurationTransformationAttribute : ArgumentTransformationAttribute
    {
        /// <inheritdoc/>
        public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
        {
            object input = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
            return input switch
            {
                DateTime since => DateTime.Now - since.ToLocalTime(),
                DateTimeOffset since => DateTimeOffset.Now - since,
                string text when Duration.TryParse(text, out TimeSpan duration) => duration,
                string text when !IsTimeSpan(text) => throw new ArgumentTransformationMetadataException(
                    $"'{text}' is no length of time. Write it as 7d, 12h, 30m or 45s, or as a TimeSpan such as 1.12:00:00."),
                int or long or double or decimal => FromNumber(inputData),
                _ => inputData,
            };
        }

        private static bool IsTimeSpan(string text) =>
            TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out _) || TimeSpan.TryParse(text, CultureInfo.CurrentCulture, out _);

        // PowerShell reads 7d as a decimal number, but keeps what was written.
        private static object FromNumber(object inputData) => Duration.TryParse(inputData.ToString(), out TimeSpan duration)
            ? duration
            : throw new ArgumentTransformationMetadataException("A number has no unit. Write it as 7d, 12h, 30m or 45s.");
    }

    /// <summary>Lengths of time as people write them.</summary>
    internal static class Duration
    {
        private static readonly Regex Words = new Regex(
            @"^\s*(?<number>\d{1,6})\s*(?<unit>w|d|h|m|s)\s*$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);

        /// <summary>Reads 2w, 7d, 12h, 30m or 45s.</summary>
        public static bool TryParse(string text, out TimeSpan duration)
        {
            Match match = Words.Match(text);
            duration = TimeSpan.Zero;
            if (!match.Success)
            {
                return false;
            }

            int number = int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture);
            duration = match.Groups["unit"].Value.ToLowerInvariant() switch
            {
                "w" => TimeSpan.FromDays(7L * number),
                "d" => TimeSpan.FromDays(number),
                "h" => TimeSpan.FromHours(number),
                "m" => TimeSpan.FromMinutes(number),
                _ => TimeSpan.FromSeconds(number),
            };
            return true;
        }
    }
}
