using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.KeyAgreement;
using MpcSigner.Cryptography.Secrets.Randomness;

namespace MpcSigner.HostileNode.Host;

/// <summary>The node's randomness, which remembers what its machine has drawn: so its host knows the ephemeral keys of its own sessions, as any host of a node could.</summary>
internal sealed class RememberedDraws(IRandomSource source) : IRandomSource
{
    /// <summary>A pair is used within the step that draws it, or soon after.</summary>
    private const int MaxDraws = 512;

    [ThreadStatic]
    private static bool isStepping;

    private readonly List<byte[]> _draws = [];

    public void Fill(Span<byte> destination)
    {
        source.Fill(destination);
        if (!isStepping || destination.Length != X25519KeyPair.SecretKeySize)
            return;
        if (_draws.Count == MaxDraws)
            _draws.RemoveAt(0);
        _draws.Add(destination.ToArray());
    }

    /// <summary>Runs a step of the machine. What is computed beside it draws unremembered.</summary>
    public T Stepping<T>(Func<T> step)
    {
        isStepping = true;
        try
        {
            return step();
        }
        finally
        {
            isStepping = false;
        }
    }

    /// <summary>The pair behind a public key that was drawn here; the caller's.</summary>
    public bool TryTake(Bytes32 publicKey, [NotNullWhen(true)] out X25519KeyPair? pair)
    {
        for (var i = _draws.Count - 1; i >= 0; i--)
        {
            pair = X25519KeyPair.FromSecret(_draws[i]);
            if (pair.PublicKey == publicKey)
            {
                _draws.RemoveAt(i);
                return true;
            }
            pair.Dispose();
        }
        pair = null;
        return false;
    }
}
