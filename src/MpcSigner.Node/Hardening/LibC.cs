using System.Runtime.InteropServices;

namespace MpcSigner.Node.Hardening;

/// <summary>The few calls of the C library that hardening needs (prctl(2), setrlimit(2), geteuid(2), adjtimex(2)).</summary>
internal static partial class LibC
{
    private const string Name = "libc.so.6";

    public const int PR_GET_DUMPABLE = 3;
    public const int PR_SET_DUMPABLE = 4;
    public const int RLIMIT_CORE = 4;

    /// <summary>adjtimex(2): the clock is not synchronised.</summary>
    public const int TIME_ERROR = 5;

    /// <summary>sizeof(struct timex) is 208 on x86-64; the kernel writes no more.</summary>
    public const int TimexSize = 512;

    [StructLayout(LayoutKind.Sequential)]
    public struct RLimit
    {
        public ulong Current;
        public ulong Maximum;
    }

    [LibraryImport(Name, SetLastError = true)]
    public static partial int prctl(int option, nuint arg2, nuint arg3, nuint arg4, nuint arg5);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int setrlimit(int resource, in RLimit limit);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int getrlimit(int resource, out RLimit limit);

    [LibraryImport(Name)]
    public static partial uint geteuid();

    [LibraryImport(Name, SetLastError = true)]
    public static partial int adjtimex(Span<byte> timex);
}
