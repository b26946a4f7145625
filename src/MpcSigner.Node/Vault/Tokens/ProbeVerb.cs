using MpcSigner.Pkcs11.Modules;

namespace MpcSigner.Node.Vault.Tokens;

/// <summary>The hidden verb by which this program looks at a PKCS#11 module in a child process before it loads it.</summary>
internal static class ProbeVerb
{
    public const string Name = "pkcs11-probe";

    /// <summary>This very program; also where it was started as an argument of dotnet.</summary>
    public static ProbeProgram Program => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
        ? new(Environment.ProcessPath!, [typeof(ProbeVerb).Assembly.Location, Name])
        : new(Environment.ProcessPath!, [Name]);
}
