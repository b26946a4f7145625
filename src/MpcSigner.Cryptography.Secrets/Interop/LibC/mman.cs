using System.Runtime.InteropServices;

namespace MpcSigner.Cryptography.Secrets.Interop.LibC;

/// <summary><c>sys/mman.h</c>, <c>sys/resource.h</c>.</summary>
internal static partial class LibC
{
    private const string Name = "libc.so.6";

    internal const int RLIMIT_MEMLOCK = 8;
    internal const ulong RLIM_INFINITY = ulong.MaxValue;

    /// <returns>0 if every page of the range is now locked.</returns>
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int mlock(nint addr, nuint len);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int getrlimit(int resource, out ResourceLimit rlim);

    /// <summary>struct rlimit.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly struct ResourceLimit
    {
        internal readonly ulong Current;
        internal readonly ulong Maximum;
    }
}
