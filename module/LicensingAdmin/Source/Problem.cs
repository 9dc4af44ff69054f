using System;
using System.Management.Automation;
using System.Text.Json;

namespace LicensingAdmin
{
    /// <summary>An error of the license server or of the native library: stable code, what happened, to what, what to do.</summary>
    public sealed class Problem
    {
        /// <summary>Stable code, such as <c>UserNotAuthorized</c>.</summary>
        public string Code { get; set; } = "UnknownError";

        /// <summary>What happened, in general.</summary>
        public string Title { get; set; } = "";

        /// <summary>What happened, in this case.</summary>
        public string Detail { get; set; } = "";

        /// <summary>To what it happened.</summary>
        public string Target { get; set; } = "";

        /// <summary>What to do.</summary>
        public string Action { get; set; } = "";

        /// <summary>Name of a member of <see cref="ErrorCategory"/>.</summary>
        public string Category { get; set; } = nameof(ErrorCategory.NotSpecified);

        /// <summary>HTTP status; 0 when a client raised it.</summary>
        public int Status { get; set; }

        /// <summary>Seconds after which trying again makes sense.</summary>
        public int? RetryAfter { get; set; }

        /// <summary>The problem of each part, where several were asked and none answered; this one repeats the first.</summary>
        public Problem[] Problems { get; set; } = Array.Empty<Problem>();

        private static readonly JsonSerializerOptions Options = new JsonSerializerOptions { PropertyNameCaseInsensitive = true };

        internal static Problem Parse(ReadOnlySpan<byte> json)
        {
            try
            {
                return JsonSerializer.Deserialize<Problem>(json, Options) ?? new Problem();
            }
            catch (JsonException error)
            {
                return new Problem
                {
                    Code = "ProtocolError",
                    Title = "The native library's error is not understood.",
                    Detail = error.Message,
                    Action = "Check that the module and its native library come from the same release.",
                    Category = nameof(ErrorCategory.ProtocolError),
                };
            }
        }

        /// <summary>The problem that an error carries; any other error becomes a problem of its own, so that it is reported all the same.</summary>
        public static Problem Of(Exception error)
        {
            for (Exception cause = error; cause != null; cause = cause.InnerException)
            {
                if (cause is LicensingException known)
                {
                    return known.Problem;
                }
            }

            Exception last = error.GetBaseException();
            return last switch
            {
                ArgumentException => new Problem
                {
                    Code = "InvalidRequest", Category = nameof(ErrorCategory.InvalidArgument), Detail = last.Message, Action = "Correct the argument.",
                },
                System.IO.IOException or UnauthorizedAccessException => new Problem
                {
                    Code = "LocalFileUnreadable", Category = nameof(ErrorCategory.OpenError), Detail = last.Message, Action = "Check the path and your permissions.",
                },
                _ => new Problem { Code = "InternalError", Detail = last.Message, Action = "Please report it with this text." },
            };
        }

        /// <summary>Title and detail as one text.</summary>
        public override string ToString() => Detail.Length == 0 ? Title : Title.Length == 0 ? Detail : Title + " " + Detail;

        /// <summary>The record for <c>$PSCmdlet.WriteError</c>; <paramref name="target"/> stands in when the problem names none.</summary>
        public ErrorRecord ToErrorRecord(object target)
        {
            if (!Enum.TryParse(Category, out ErrorCategory category))
            {
                category = ErrorCategory.NotSpecified;
            }

            var record = new ErrorRecord(new LicensingException(this), Code, category, target ?? Target);
            record.ErrorDetails = new ErrorDetails(ToString()) { RecommendedAction = Action };
            return record;
        }
    }

    /// <summary>Carries a <see cref="LicensingAdmin.Problem"/> to whoever catches it.</summary>
    public sealed class LicensingException : Exception
    {
        /// <summary>An exception about this problem.</summary>
        public LicensingException(Problem problem)
            : base(problem.ToString())
        {
            Problem = problem;
        }

        /// <summary>What went wrong.</summary>
        public Problem Problem { get; }
    }
}
