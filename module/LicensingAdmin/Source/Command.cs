using System;
using System.Collections;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Linq;
using System.Management.Automation;
using System.Runtime.CompilerServices;

namespace LicensingAdmin
{
    /// <summary>
    /// What every exported function has in common. The build writes the calls of <see cref="Enter"/>, <see cref="Accept"/> and
    /// <see cref="Leave"/> into the blocks begin, process and clean of each, so that none is without them.
    /// </summary>
    public sealed class Command
    {
        private static readonly ConditionalWeakTable<PSCmdlet, Command> Running = new ConditionalWeakTable<PSCmdlet, Command>();

        // They say where to look, not what for.
        private static readonly string[] PlaceParameters = { "Session", "Server", "AdminAddress", "CertHash", "Credential", "Token" };

        // Longer than any name a server keeps; addresses of requests have an end, and the error would name none of the parameters.
        private const int LongestName = 1024;

        // Ends the names of fields that hold a length of time; the parameter is called without it.
        private const string Seconds = "Seconds";

        private readonly PSCmdlet cmdlet;
        private readonly CommandSessions sessions;

        private Command(PSCmdlet cmdlet)
        {
            this.cmdlet = cmdlet;
            sessions = new CommandSessions(cmdlet);
        }

        /// <summary>Takes over the preferences of the caller.</summary>
        /// <param name="cmdlet"><c>$PSCmdlet</c> of the function.</param>
        /// <param name="own">Session state of the module, <c>$ExecutionContext.SessionState</c>.</param>
        public static void Enter(PSCmdlet cmdlet, SessionState own)
        {
            CallerPreferences.Inherit(cmdlet, own);
            Running.AddOrUpdate(cmdlet, new Command(cmdlet));
            if (Filters(cmdlet).FirstOrDefault(parameter => IsBlank(cmdlet, parameter)) is ParameterMetadata blank)
            {
                cmdlet.ThrowTerminatingError(BlankProblem(blank.Name).ToErrorRecord(blank.Name));
            }

            if (Filters(cmdlet).FirstOrDefault(parameter => IsTooLong(cmdlet, parameter)) is ParameterMetadata tooLong)
            {
                cmdlet.ThrowTerminatingError(TooLongProblem(tooLong.Name).ToErrorRecord(tooLong.Name));
            }
        }

        /// <summary>
        /// Whether an object from the pipeline names what the command is to work with. An object without any of the properties
        /// that the command filters by would otherwise mean everything; it is reported.
        /// </summary>
        public static bool Accept(PSCmdlet cmdlet, object input)
        {
            if (!cmdlet.MyInvocation.ExpectingInput || IsPlace(input))
            {
                return true;
            }

            ParameterMetadata[] filters = Filters(cmdlet).ToArray();
            // What an id names needs no other name; the user of a seat that is assigned to a device is empty, for one.
            bool hasId = filters.Any(parameter => parameter.Name.EndsWith("Id", StringComparison.Ordinal) && Bound(cmdlet, parameter.Name) != null && !IsBlank(cmdlet, parameter));
            ParameterMetadata blank = hasId
                ? null
                : filters.FirstOrDefault(parameter => HasProperty(input, parameter) && IsBlank(cmdlet, parameter));
            bool isNamed = filters.Length == 0 || filters.Any(parameter => Bound(cmdlet, parameter.Name) != null);
            ParameterMetadata tooLong = filters.FirstOrDefault(parameter => IsTooLong(cmdlet, parameter));
            if (blank == null && tooLong == null && isNamed)
            {
                return true;
            }

            Problem problem = blank != null ? BlankProblem(blank.Name) : tooLong != null ? TooLongProblem(tooLong.Name) : new Problem
            {
                Code = "InputWithoutFilter",
                Category = nameof(ErrorCategory.InvalidArgument),
                Detail = "The input object names nothing to look for: it has none of the properties "
                    + string.Join(", ", filters.Select(parameter => parameter.Name)) + ".",
                Action = "Rename the property, or pass its value as a parameter.",
            };
            cmdlet.WriteError(problem.ToErrorRecord(input));
            return false;
        }

        /// <summary>Closes what was opened for this one call.</summary>
        public static void Leave(PSCmdlet cmdlet)
        {
            if (Running.TryGetValue(cmdlet, out Command command))
            {
                Running.Remove(cmdlet);
                command.sessions.Dispose();
            }
        }

        /// <summary>The sessions that the command works with. What cannot be used is reported.</summary>
        public static LicensingSession[] Sessions(PSCmdlet cmdlet) => Of(cmdlet).sessions.Resolve();

        /// <summary>
        /// A request of the parameters that were given: each goes to the field that its <see cref="FieldAttribute"/> names, or to that of
        /// the same name.
        /// </summary>
        /// <param name="cmdlet"><c>$PSCmdlet</c> of the function.</param>
        /// <param name="operation">Name of the operation.</param>
        public static OrderedDictionary Request(PSCmdlet cmdlet, string operation)
        {
            var request = new OrderedDictionary();
            Dictionary<string, string> named = Named(cmdlet);
            foreach (FieldDescription field in Native.Operation(operation).Request.Fields)
            {
                string parameter = named.GetValueOrDefault(field.Name, field.PropertyName);
                if (Bound(cmdlet, parameter) is object value)
                {
                    request[field.Name] = value;
                }
                else if (field.Name.EndsWith(Seconds, StringComparison.Ordinal)
                    && Bound(cmdlet, field.PropertyName.Substring(0, field.PropertyName.Length - Seconds.Length)) is TimeSpan span)
                {
                    request[field.Name] = (long)Math.Max(0, span.TotalSeconds);
                }
            }

            return request;
        }

        /// <summary>The value that a parameter was given; null when it was not.</summary>
        public static object Bound(PSCmdlet cmdlet, string parameter)
        {
            // A parameter that an earlier object of the pipeline bound stays in the table, with null.
            cmdlet.MyInvocation.BoundParameters.TryGetValue(parameter, out object value);
            return value is PSObject wrapped ? wrapped.BaseObject : value;
        }

        // Parameters by the field that they name.
        private static Dictionary<string, string> Named(PSCmdlet cmdlet) =>
            cmdlet.MyInvocation.MyCommand.Parameters.Values
                .SelectMany(parameter => parameter.Attributes.OfType<FieldAttribute>().Select(field => (field.Name, Parameter: parameter.Name)))
                .ToDictionary(named => named.Name, named => named.Parameter);

        private static Command Of(PSCmdlet cmdlet) =>
            Running.TryGetValue(cmdlet, out Command command) ? command : throw new InvalidOperationException("The command has not begun.");

        // The parameters that say what the command is about: they take it from the pipeline, or by wildcards.
        private static IEnumerable<ParameterMetadata> Filters(PSCmdlet cmdlet) =>
            cmdlet.MyInvocation.MyCommand.Parameters.Values.Where(parameter =>
                !PlaceParameters.Contains(parameter.Name)
                && (parameter.ParameterType == typeof(string) || parameter.ParameterType == typeof(string[]))
                && (parameter.Attributes.OfType<SupportsWildcardsAttribute>().Any()
                    || parameter.Attributes.OfType<ParameterAttribute>().Any(attribute => attribute.ValueFromPipeline || attribute.ValueFromPipelineByPropertyName)));

        private static bool IsBlank(PSCmdlet cmdlet, ParameterMetadata parameter) =>
            cmdlet.MyInvocation.BoundParameters.ContainsKey(parameter.Name)
            && Bound(cmdlet, parameter.Name) switch
            {
                string text => string.IsNullOrWhiteSpace(text),
                string[] texts => texts.Length == 0 || texts.Any(string.IsNullOrWhiteSpace),
                object other => false,
                null => true,
            };

        private static bool IsTooLong(PSCmdlet cmdlet, ParameterMetadata parameter) => Bound(cmdlet, parameter.Name) switch
        {
            string text => text.Length > LongestName,
            string[] texts => texts.Any(text => text?.Length > LongestName),
            _ => false,
        };

        private static bool HasProperty(object input, ParameterMetadata parameter) =>
            input is PSObject row && parameter.Aliases.Prepend(parameter.Name).Any(name => row.Properties[name] != null);

        private static Problem BlankProblem(string parameter) => new Problem
        {
            Code = "BlankFilter",
            Category = nameof(ErrorCategory.InvalidArgument),
            Target = parameter,
            Detail = "The value of the parameter " + parameter + " is null, empty or blank, which does not mean everything.",
            Action = "Give a name or pattern, * for everything, or leave the parameter out.",
        };

        private static Problem TooLongProblem(string parameter) => new Problem
        {
            Code = "InvalidFilter",
            Category = nameof(ErrorCategory.InvalidArgument),
            Target = parameter,
            Detail = "The value of the parameter " + parameter + " is longer than " + LongestName + " characters.",
            Action = "Give a name or a shorter pattern.",
        };

        private static bool IsPlace(object input)
        {
            object plain = input is PSObject wrapped ? wrapped.BaseObject : input;
            return plain is string or LicensingSession
                || (input as PSObject)?.TypeNames.Contains("LicensingAdmin.ServerInfo") == true;
        }
    }
}
