using MpcSigner.Core.Identities;

namespace MpcSigner.Core.Ports;

/// <summary>An attempt that is PENDING here and that another member says it has never acknowledged. That member's word alone decides nothing: it may have acknowledged to others.</summary>
/// <param name="RefusedBy">The member.</param>
/// <param name="Abort">Its ABORT of kind 0 over H(order), 64 bytes.</param>
public sealed record AttemptDoubt(DoubtStand Stand, PartyId RefusedBy, ReadOnlyMemory<byte> Abort);

/// <summary>How a PENDING member stands to an attempt that is in doubt. Durable before it is said; never back. Numbers are stored and sent.</summary>
public enum DoubtStand : byte
{
    /// <summary>The ABORT is known, and shown to others. A certificate still activates the attempt here.</summary>
    Heard = 0,

    /// <summary>A certificate alone activates nothing here any more.</summary>
    Doubted = 1,

    /// <summary>Another member has the attempt in use: this one never abandons it by itself, and activates it when all others say as much.</summary>
    Upheld = 2,
}
