using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Rounds;

namespace MpcSigner.Protocols.Sessions;

/// <summary>Why an envelope was dropped. None of these is ever held against a peer: anybody on the way can cause them (spec §4.3).</summary>
public enum DropReason
{
    /// <summary>Longer than any message, or shorter than header and tag.</summary>
    BadLength = 1,

    /// <summary>No header of version 1.</summary>
    BadHeader = 2,

    /// <summary>Another session or suite, an unknown sender, or not for us.</summary>
    NotOurs = 3,

    /// <summary>The protocol has no message of this type and round.</summary>
    UnexpectedType = 4,

    /// <summary>This number was opened before.</summary>
    Replayed = 5,

    /// <summary>Too much from this sender waits for a lower number.</summary>
    TooManyWaiting = 6,

    /// <summary>Ciphertext or header were changed, or it was sealed under another key.</summary>
    DoesNotOpen = 7,
}

/// <summary>What became of an envelope.</summary>
public abstract record Opening
{
    private Opening() { }

    /// <summary>These messages are next, in the sender's order: the one that came and any that waited for it.</summary>
    public sealed record Opened(IReadOnlyList<OpenedMessage> Messages) : Opening;

    /// <summary>It is genuine and waits for a lower number.</summary>
    public sealed record Waiting : Opening;

    /// <summary>Nothing changed.</summary>
    public sealed record Dropped(DropReason Reason) : Opening;
}

/// <summary>One opened message. Whoever takes it disposes its payload.</summary>
/// <param name="From">The sender's pid; 0 for an initiator outside the participants.</param>
public sealed record OpenedMessage(ushort From, NodeId Sender, MessageType Type, byte Round, PayloadBuffer Payload) : IDisposable
{
    public void Dispose() => Payload.Dispose();
}
