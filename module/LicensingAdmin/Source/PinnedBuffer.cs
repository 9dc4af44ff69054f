using System;
using System.Buffers;
using System.Security.Cryptography;

namespace LicensingAdmin
{
    /// <summary>Grows like a list of bytes, is never moved by the garbage collector, and is zeroed wherever it has been.</summary>
    internal sealed class PinnedBuffer : IBufferWriter<byte>, IDisposable
    {
        private byte[] bytes = GC.AllocateArray<byte>(512, pinned: true);
        private int length;

        public ReadOnlySpan<byte> Written => bytes.AsSpan(0, length);

        public void Advance(int count) => length = checked(length + count);

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            Reserve(sizeHint);
            return bytes.AsMemory(length);
        }

        public Span<byte> GetSpan(int sizeHint = 0)
        {
            Reserve(sizeHint);
            return bytes.AsSpan(length);
        }

        public void Dispose()
        {
            CryptographicOperations.ZeroMemory(bytes);
            length = 0;
        }

        private void Reserve(int sizeHint)
        {
            int needed = checked(length + Math.Max(sizeHint, 1));
            if (needed <= bytes.Length)
            {
                return;
            }

            byte[] larger = GC.AllocateArray<byte>(Math.Max(needed, checked(bytes.Length * 2)), pinned: true);
            Written.CopyTo(larger);
            CryptographicOperations.ZeroMemory(bytes);
            bytes = larger;
        }
    }
}
