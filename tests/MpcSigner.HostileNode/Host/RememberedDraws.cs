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
    private readonly Queue<byte[]> _computed = new();
    private readonly Lock _gate = new();

    public void Fill(Span<byte> destination)
    {
        source.Fill(destination);
        if (destination.Length != X25519KeyPair.SecretKeySize)
            return;
        if (!isStepping)
        {
            RememberComputed(destination);
            return;
        }
        if (_draws.Count == MaxDraws)
            _draws.RemoveAt(0);
        _draws.Add(destination.ToArray());
    }

    /// <summary>What was drawn beside the machine's steps, where its sessions are computed: scalars and salts alike.</summary>
    /// <returns>The newest that fits.</returns>
    public byte[] Find(Predicate<byte[]> fits)
    {
        byte[][] drawn;
        lock (_gate)
            drawn = [.. _computed.Reverse()];
        return Array.Find(drawn, fits) ?? throw new InvalidOperationException("nothing that was drawn fits");
    }

    private void RememberComputed(ReadOnlySpan<byte> drawn)
    {
        lock (_gate)
        {
            if (_computed.Count == MaxDraws)
                _computed.Dequeue();
            _computed.Enqueue(drawn.ToArray());
        }
    }

    /// <summary>Runs a step of the machine.</summary>
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
