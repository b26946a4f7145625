using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Frost;

namespace MpcSigner.Coordination.Pools;

/// <summary>Draws a batch of nonces off the machine's thread: some 50 µs a pair.</summary>
/// <param name="share">Owned: wiped when the nonces are drawn.</param>
internal sealed class NonceMaking(KeyRecord record, PartyId self, SecretScalar share, NodeId coordinator, int count, IRandomSource random) : Work, IDisposable
{
    private List<FrostNonces> _made = [];
    private int _claimed;

    /// <summary>Why there are none: locked memory was short, which is the world's fault. Null when there are.</summary>
    public string? Shortage { get; private set; }

    public override void Run()
    {
        if (Interlocked.Exchange(ref _claimed, 1) != 0)
            return;
        using (share)
        {
            try
            {
                while (_made.Count < count)
                    _made.Add(FrostNonces.Generate(record, self, share, coordinator, random));
            }
            catch (SecureMemoryException e)
            {
                Shortage = e.Message;
                Dispose();
            }
        }
    }

    /// <summary>Nobody wants them any more. If the work has not begun it never will, and the share is wiped here.</summary>
    public void Cancel()
    {
        if (Interlocked.Exchange(ref _claimed, 1) == 0)
            share.Dispose();
    }

    /// <summary>Hands the nonces over, once.</summary>
    public IReadOnlyList<FrostNonces> Take()
    {
        var made = _made;
        _made = [];
        return made;
    }

    public void Dispose()
    {
        foreach (var nonces in Take())
            nonces.Dispose();
    }
}
