using System.Diagnostics;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Transcripts;
using MpcSigner.Cryptography.Transcripts;

namespace MpcSigner.Protocols.Dkls23.Setup;

/// <summary>A run after its handshake: the two directions, and the z of their messages as they come together.</summary>
[DebuggerDisplay("<redacted>")]
internal sealed class PairSetupDraft(PairSetupSession session, SetupDirection sending, SetupDirection receiving) : IDisposable
{
    private const int MessagesOfDirection = 2;

    /// <summary>z of M1 and of M2 of low→high, then of high→low.</summary>
    private readonly SecureMemory _z = SecureMemory.Allocate(2 * MessagesOfDirection * SetupLayout.Field);

    internal PairSetupSession Session { get; } = session;

    /// <summary>The direction in which this node is A.</summary>
    internal SetupDirection Sending { get; } = sending;

    /// <summary>The direction in which this node is B.</summary>
    internal SetupDirection Receiving { get; } = receiving;

    /// <summary>Draws our own z, keeps it, and writes it into the message that carries it.</summary>
    internal void DrawZ(SetupDirection direction, SetupMessage message, Span<byte> destination)
    {
        using var z = _z.Borrow();
        var own = SlotOf(z.Span, direction, message);
        Session.Random.Fill(own);
        own.CopyTo(destination);
    }

    /// <summary>Keeps the peer's z.</summary>
    internal void KeepZ(SetupDirection direction, SetupMessage message, ReadOnlySpan<byte> value)
    {
        using var z = _z.Borrow();
        value.CopyTo(SlotOf(z.Span, direction, message));
    }

    /// <summary>H("zero-seed"; setup_id(low→high), setup_id(high→low), z of M1 and of M2 of low→high, z of M1 and of M2 of high→low): one for both directions.</summary>
    internal SecureMemory ZeroSeed(Digest32 sendingId, Digest32 receivingId)
    {
        using var hash = new SecretTranscriptTemplate(
            Tags.ZeroSeed, Digest32.Size, Digest32.Size, SetupLayout.Field, SetupLayout.Field, SetupLayout.Field, SetupLayout.Field);
        var (lowToHigh, highToLow) = Session.Nodes.SelfIsLower ? (sendingId, receivingId) : (receivingId, sendingId);
        lowToHigh.CopyTo(hash[0]);
        highToLow.CopyTo(hash[1]);
        using (var z = _z.Borrow())
        {
            for (var i = 0; i < 2 * MessagesOfDirection; i++)
                z.Span.Slice(i * SetupLayout.Field, SetupLayout.Field).CopyTo(hash[2 + i]);
        }
        var seed = SecureMemory.Allocate(SetupSizes.ZeroSeed);
        hash.Hash(seed.DangerousSpan);
        return seed;
    }

    private Span<byte> SlotOf(Span<byte> z, SetupDirection direction, SetupMessage message)
    {
        var isLowToHigh = ReferenceEquals(direction, Sending) == Session.Nodes.SelfIsLower;
        return z.Slice(((isLowToHigh ? 0 : MessagesOfDirection) + (int)message) * SetupLayout.Field, SetupLayout.Field);
    }

    public void Dispose() => _z.Dispose();
}
