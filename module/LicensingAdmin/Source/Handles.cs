using System;
using System.Runtime.InteropServices;

namespace LicensingAdmin
{
    /// <summary>A connection of the native library; freed once, and never while a call uses it.</summary>
    internal sealed class ConnectionHandle : SafeHandle
    {
        public ConnectionHandle(IntPtr connection) : base(IntPtr.Zero, ownsHandle: true)
        {
            SetHandle(connection);
        }

        public override bool IsInvalid => handle == IntPtr.Zero;

        protected override bool ReleaseHandle()
        {
            Native.FreeConnection(handle);
            return true;
        }
    }

    /// <summary>A task of the native library; freeing it cancels it.</summary>
    internal sealed class TaskHandle : SafeHandle
    {
        public TaskHandle(IntPtr task) : base(IntPtr.Zero, ownsHandle: true)
        {
            SetHandle(task);
        }

        public override bool IsInvalid => handle == IntPtr.Zero;

        protected override bool ReleaseHandle()
        {
            Native.FreeTask(handle);
            return true;
        }
    }
}
