using System.Runtime.InteropServices;
using MpcSigner.Cryptography.Interop.Sodium;

[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.System32)]

namespace MpcSigner.Cryptography.Secrets.Interop.Sodium;

/// <summary>libsodium on secret values: one partial file for each header, names verbatim. Spans passed here lie in locked memory.</summary>
internal static partial class SecretSodium
{
    private const string Name = Libsodium.Name;

    static SecretSodium() => Libsodium.EnsureInitialised();
}
