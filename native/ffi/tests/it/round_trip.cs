// What a caller in C# does to run one operation: submit, wait in slices, read, free.
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text;
using Licensing.Native;

public static class RoundTrip
{
    public static void Load(string library)
    {
        NativeLibrary.SetDllImportResolver(typeof(Interop).Assembly, (name, assembly, path) =>
            name == Interop.NativeLib ? NativeLibrary.Load(library) : IntPtr.Zero);
        if (Interop.licensing_abi_version() != 3)
        {
            throw new InvalidOperationException("The library has another ABI.");
        }
    }

    public static List<string> Usage(string optionsJson)
    {
        var events = new List<string>();
        byte[] options = Encoding.UTF8.GetBytes(optionsJson);
        IntPtr connection = IntPtr.Zero, task = IntPtr.Zero, error = IntPtr.Zero;
        Check(Interop.licensing_connection_open(
            ref MemoryMarshal.GetArrayDataReference(options), (ulong)options.Length,
            ref MemoryMarshal.GetReference(Span<byte>.Empty), 0, ref connection, ref error), error);
        try
        {
            Check(Interop.licensing_task_submit(connection, (uint)Operation.GetUsage,
                ref MemoryMarshal.GetReference(Span<byte>.Empty), 0, ref task, ref error), error);
            TaskEvent kind;
            do
            {
                IntPtr data = IntPtr.Zero;
                Check(Interop.licensing_task_wait(task, 200, out kind, ref data, ref error), error);
                if (kind != TaskEvent.Pending && kind != TaskEvent.Progress)
                {
                    events.Add(kind + " " + Text(data));
                }
                Interop.licensing_buffer_free(data);
            }
            while (kind != TaskEvent.Done && kind != TaskEvent.Failed);
        }
        finally
        {
            Interop.licensing_task_free(task);
            Interop.licensing_connection_free(connection);
        }
        return events;
    }

    private static string Text(IntPtr buffer)
    {
        return Marshal.PtrToStringUTF8(
            Interop.licensing_buffer_data(buffer), (int)Interop.licensing_buffer_length(buffer));
    }

    private static void Check(uint status, IntPtr error)
    {
        if (status != (uint)ErrorCode.Success)
        {
            string problem = Text(error);
            Interop.licensing_buffer_free(error);
            throw new InvalidOperationException(problem);
        }
    }
}
