using System;
using System.IO;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Licensing.Native;

namespace LicensingAdmin
{
    /// <summary>Makes a report of a task's event; the bytes are those of the library and end with the call.</summary>
    internal delegate LicensingAdmin.TaskEvent EventReader(TaskEventKind kind, ReadOnlySpan<byte> json);

    /// <summary>The native library: finds it, calls it, and turns its errors into exceptions. All else knows no pointers.</summary>
    internal static class Native
    {
        // What this file is written against; raised with the library's.
        private const uint AbiVersion = 3;

        private static readonly Lazy<OperationTable> LazyTable = new Lazy<OperationTable>(ReadTable);

        static Native()
        {
            NativeLibrary.SetDllImportResolver(typeof(Native).Assembly, Resolve);
            uint found = Interop.licensing_abi_version();
            if (found != AbiVersion)
            {
                throw new LicensingException(new Problem
                {
                    Code = "NativeLibraryMismatch",
                    Category = "InvalidOperation",
                    Title = "The native library does not fit the module.",
                    Detail = "It has version " + found + " of the interface, the module needs version " + AbiVersion + ".",
                    Action = "Install the module again; do not mix its files with those of another release.",
                });
            }
        }

        /// <summary>The table of operations; read once.</summary>
        public static OperationTable Table => LazyTable.Value;

        /// <summary>The operation of that name.</summary>
        public static OperationDescription Operation(string name) => Array.Find(Table.Operations, operation => operation.Name == name)
            ?? throw new ArgumentException("The native library has no operation " + name + ".");

        public static ConnectionHandle Open(ReadOnlySpan<byte> options, ReadOnlySpan<byte> secret)
        {
            IntPtr connection = IntPtr.Zero, error = IntPtr.Zero;
            uint status = Interop.licensing_connection_open(
                ref Reference(options), (ulong)options.Length, ref Reference(secret), (ulong)secret.Length, ref connection, ref error);
            Check(status, error);
            return new ConnectionHandle(connection);
        }

        public static string AddressOf(ConnectionHandle connection)
        {
            using var hold = new Hold(connection);
            IntPtr address = IntPtr.Zero, error = IntPtr.Zero;
            Check(Interop.licensing_connection_address(hold.Handle, ref address, ref error), error);
            return Take(address, bytes => Encoding.UTF8.GetString(bytes));
        }

        public static TaskHandle Submit(ConnectionHandle connection, uint operation, ReadOnlySpan<byte> request)
        {
            using var hold = new Hold(connection);
            IntPtr task = IntPtr.Zero, error = IntPtr.Zero;
            uint status = Interop.licensing_task_submit(
                hold.Handle, operation, ref Reference(request), (ulong)request.Length, ref task, ref error);
            Check(status, error);
            return new TaskHandle(task);
        }

        public static TaskHandle SubmitDsc(ConnectionHandle connection, ReadOnlySpan<byte> options, ReadOnlySpan<byte> state)
        {
            using var hold = new Hold(connection);
            IntPtr task = IntPtr.Zero, error = IntPtr.Zero;
            uint status = Interop.licensing_dsc_submit(
                hold.Handle, ref Reference(options), (ulong)options.Length, ref Reference(state), (ulong)state.Length, ref task, ref error);
            Check(status, error);
            return new TaskHandle(task);
        }

        public static TaskHandle FetchCertificate(ReadOnlySpan<byte> options)
        {
            IntPtr task = IntPtr.Zero, error = IntPtr.Zero;
            Check(Interop.licensing_certificate_fetch(ref Reference(options), (ulong)options.Length, ref task, ref error), error);
            return new TaskHandle(task);
        }

        public static TaskHandle Locate(ReadOnlySpan<byte> options)
        {
            IntPtr task = IntPtr.Zero, error = IntPtr.Zero;
            Check(Interop.licensing_location_discover(ref Reference(options), (ulong)options.Length, ref task, ref error), error);
            return new TaskHandle(task);
        }

        public static TaskHandle QueryWmi(ReadOnlySpan<byte> options, ReadOnlySpan<byte> secret)
        {
            IntPtr task = IntPtr.Zero, error = IntPtr.Zero;
            uint status = Interop.licensing_wmi_query(
                ref Reference(options), (ulong)options.Length, ref Reference(secret), (ulong)secret.Length, ref task, ref error);
            Check(status, error);
            return new TaskHandle(task);
        }

        public static LicensingAdmin.TaskEvent Next(TaskHandle task, int milliseconds, EventReader read)
        {
            using var hold = new Hold(task);
            IntPtr data = IntPtr.Zero, error = IntPtr.Zero;
            uint status = Interop.licensing_task_wait(hold.Handle, (uint)milliseconds, out Licensing.Native.TaskEvent found, ref data, ref error);
            Check(status, error);
            var kind = (TaskEventKind)(int)found;
            return data == IntPtr.Zero ? read(kind, default) : Take(data, bytes => read(kind, bytes));
        }

        public static void Cancel(TaskHandle task)
        {
            using var hold = new Hold(task);
            IntPtr error = IntPtr.Zero;
            Check(Interop.licensing_task_cancel(hold.Handle, ref error), error);
        }

        public static void FreeConnection(IntPtr connection) => Interop.licensing_connection_free(connection);

        public static void FreeTask(IntPtr task) => Interop.licensing_task_free(task);

        private delegate T BytesReader<T>(ReadOnlySpan<byte> bytes);

        private static T Take<T>(IntPtr buffer, BytesReader<T> read)
        {
            try
            {
                ulong length = Interop.licensing_buffer_length(buffer);
                IntPtr data = Interop.licensing_buffer_data(buffer);
                return read(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.AddByteOffset(ref Unsafe.NullRef<byte>(), data), checked((int)length)));
            }
            finally
            {
                Interop.licensing_buffer_free(buffer);
            }
        }

        private static void Check(uint status, IntPtr error)
        {
            if (status != 0)
            {
                throw new LicensingException(error == IntPtr.Zero ? new Problem() : Take(error, Problem.Parse));
            }
        }

        // An empty span has no reference that may be passed on; the library takes NULL for nothing.
        private static ref byte Reference(ReadOnlySpan<byte> bytes) => ref MemoryMarshal.GetReference(bytes);

        private static OperationTable ReadTable()
        {
            IntPtr table = IntPtr.Zero, error = IntPtr.Zero;
            Check(Interop.licensing_operations(ref table, ref error), error);
            var options = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };
            options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
            return Take(table, bytes => JsonSerializer.Deserialize<OperationTable>(bytes, options));
        }

        private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
        {
            if (name != Interop.NativeLib)
            {
                return IntPtr.Zero;
            }

            string path = Environment.GetEnvironmentVariable("LICENSING_NATIVE_LIBRARY");
            if (string.IsNullOrEmpty(path))
            {
                path = Path.Combine(Path.GetDirectoryName(assembly.Location) ?? "", Platform(), "licensing" + Extension());
            }

            try
            {
                return NativeLibrary.Load(path);
            }
            catch (Exception reason) when (reason is DllNotFoundException or BadImageFormatException)
            {
                throw new LicensingException(new Problem
                {
                    Code = "NativeLibraryMissing",
                    Category = "ObjectNotFound",
                    Title = "The native library of the module cannot be loaded.",
                    Detail = path + ": " + reason.Message,
                    Target = path,
                    Action = "Install a release of the module for this platform (" + RuntimeInformation.RuntimeIdentifier + "), or build it with build.ps1.",
                });
            }
        }

        private static string Platform()
        {
            string system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
            return system + "-" + RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        }

        private static string Extension() => OperatingSystem.IsWindows() ? ".dll" : OperatingSystem.IsMacOS() ? ".dylib" : ".so";

        /// <summary>Keeps a handle from being freed while a call uses it.</summary>
        private readonly ref struct Hold
        {
            private readonly SafeHandle held;

            public Hold(SafeHandle handle)
            {
                bool added = false;
                handle.DangerousAddRef(ref added);
                held = handle;
            }

            public IntPtr Handle => held.DangerousGetHandle();

            public void Dispose() => held.DangerousRelease();
        }
    }
}
