using System.Security.Cryptography;

namespace MpcSigner.Cryptography.Secrets.Randomness;

/// <summary>The operating system's CSPRNG, by way of .NET.</summary>
public sealed class SystemRandomSource : IRandomSource
{
    public static readonly SystemRandomSource Instance = new();

    private SystemRandomSource() { }

    public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
}
