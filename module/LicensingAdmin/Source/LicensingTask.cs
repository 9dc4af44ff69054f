using System;
using System.Collections;
using System.Collections.Specialized;
using System.Management.Automation;
using System.Security;
using System.Text.Json;

namespace LicensingAdmin
{
    /// <summary>What a task reports.</summary>
    public enum TaskEventKind
    {
        /// <summary>Nothing within the time that was allowed.</summary>
        Pending,

        /// <summary>Rows of the answer.</summary>
        Rows,

        /// <summary>How far it is.</summary>
        Progress,

        /// <summary>It is finished.</summary>
        Done,

        /// <summary>It has failed.</summary>
        Failed,
    }

    /// <summary>How far a task is.</summary>
    public sealed class TaskProgress
    {
        /// <summary>Bytes of the answer received so far.</summary>
        public long Received { get; set; }

        /// <summary>Bytes of the whole answer; null when unknown.</summary>
        public long? Total { get; set; }
    }

    /// <summary>One report of a task.</summary>
    public sealed class TaskEvent
    {
        internal TaskEvent(TaskEventKind kind)
        {
            Kind = kind;
        }

        /// <summary>What kind of report.</summary>
        public TaskEventKind Kind { get; }

        /// <summary>The rows, for <see cref="TaskEventKind.Rows"/>; the answer, for <see cref="TaskEventKind.Done"/> when it is no list.</summary>
        public PSObject[] Rows { get; internal set; } = Array.Empty<PSObject>();

        /// <summary>What kept rows away, at the end of a list: one for each part that did not answer.</summary>
        public Problem[] Problems { get; internal set; } = Array.Empty<Problem>();

        /// <summary>How far it is, for <see cref="TaskEventKind.Progress"/>.</summary>
        public TaskProgress Progress { get; internal set; }

        /// <summary>Why it failed, for <see cref="TaskEventKind.Failed"/>.</summary>
        public Problem Problem { get; internal set; }

        /// <summary>Whether nothing will follow.</summary>
        public bool IsLast => Kind is TaskEventKind.Done or TaskEventKind.Failed;
    }

    /// <summary>An operation under way. Disposing it cancels it.</summary>
    public sealed class LicensingTask : IDisposable
    {
        private static readonly JsonSerializerOptions Options = new JsonSerializerOptions { PropertyNameCaseInsensitive = true };

        private static readonly TypeDescription LocationRow = new TypeDescription
        {
            Name = "Location",
            Fields = new[]
            {
                new FieldDescription { Name = "address", Kind = FieldKind.Text },
                new FieldDescription { Name = "serverName", Kind = FieldKind.Text },
                new FieldDescription { Name = "version", Kind = FieldKind.Text },
                new FieldDescription { Name = "webServices", Kind = FieldKind.Text },
            },
        };

        private static readonly TypeDescription WmiRow = new TypeDescription
        {
            Name = "WmiInstance",
            Fields = new[]
            {
                new FieldDescription { Name = "class", Kind = FieldKind.Text },
                new FieldDescription
                {
                    Name = "properties",
                    Kind = FieldKind.Nested,
                    TypeName = "WmiProperty",
                    Fields = new[]
                    {
                        new FieldDescription { Name = "name", Kind = FieldKind.Text },
                        new FieldDescription { Name = "kind", Kind = FieldKind.Text },
                        new FieldDescription { Name = "text", Kind = FieldKind.Text },
                    },
                },
                new FieldDescription { Name = "taken", Kind = FieldKind.Text },
            },
        };

        private readonly TaskHandle handle;
        private readonly RowReader rows;
        private readonly bool isList;

        internal LicensingTask(TaskHandle handle, TypeDescription row, bool isList, LicensingSession session)
        {
            this.handle = handle;
            rows = new RowReader(row, session?.Server ?? "");
            this.isList = isList;
            Session = session;
        }

        /// <summary>The session it was sent over; null when it needs none.</summary>
        public LicensingSession Session { get; }

        /// <summary>Whether the last report was taken.</summary>
        public bool IsFinished { get; private set; }

        /// <summary>Asks the license manager of a host where a service is; the row has an <c>Address</c>.</summary>
        /// <param name="host">Host of the license manager.</param>
        /// <param name="port">Port of the license manager.</param>
        /// <param name="addressType">LS, VD, LAC or WSL.</param>
        public static LicensingTask Locate(string host, int port, string addressType)
        {
            var options = new OrderedDictionary { ["host"] = host, ["port"] = port, ["addressType"] = addressType };
            using PinnedBuffer json = RequestWriter.Write(options);
            return new LicensingTask(Native.Locate(json.Written), LocationRow, isList: false, session: null);
        }

        /// <summary>Asks a server over WS-Management; the rows are instances with <c>Class</c> and <c>Properties</c>.</summary>
        /// <param name="options">What the native library's query takes; null values are left out.</param>
        /// <param name="secret">Password of the account.</param>
        public static LicensingTask QueryWmi(IDictionary options, SecureString secret)
        {
            using PinnedBuffer json = RequestWriter.Write(options);
            using PinnedBuffer plain = RequestWriter.Plain(secret);
            return new LicensingTask(Native.QueryWmi(json.Written, plain.Written), WmiRow, isList: true, session: null);
        }

        /// <summary>Waits for the next report, at most so many milliseconds.</summary>
        public TaskEvent Next(int milliseconds)
        {
            TaskEvent report = Native.Next(handle, milliseconds, Read);
            IsFinished = report.IsLast;
            return report;
        }

        /// <summary>Asks it to stop; the last report then is a failure with the code <c>Cancelled</c>.</summary>
        public void Cancel() => Native.Cancel(handle);

        /// <inheritdoc/>
        public void Dispose() => handle.Dispose();

        private TaskEvent Read(TaskEventKind kind, ReadOnlySpan<byte> json)
        {
            var report = new TaskEvent(kind);
            switch (kind)
            {
                case TaskEventKind.Rows:
                    report.Rows = rows.Read(json);
                    break;
                case TaskEventKind.Done:
                    // At the end of a list stands the number of its rows, which were reported before, and what is missing.
                    if (isList)
                    {
                        report.Problems = JsonSerializer.Deserialize<ListEnd>(json, Options).Problems;
                    }
                    else
                    {
                        report.Rows = rows.Read(json);
                    }

                    break;
                case TaskEventKind.Progress:
                    report.Progress = JsonSerializer.Deserialize<TaskProgress>(json, Options);
                    break;
                case TaskEventKind.Failed:
                    report.Problem = Problem.Parse(json);
                    break;
                case TaskEventKind.Pending:
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(kind));
            }

            return report;
        }

        private sealed class ListEnd
        {
            public Problem[] Problems { get; set; } = Array.Empty<Problem>();
        }
    }
}
