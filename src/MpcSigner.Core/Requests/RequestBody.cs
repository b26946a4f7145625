using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;

namespace MpcSigner.Core.Requests;

/// <summary>A request's body, decoded. Only what <see cref="IRequestDecoder"/> accepted comes in this form.</summary>
/// <param name="IdempotencyKey">1..64 printable ASCII characters; one key never yields signatures over two bodies.</param>
/// <param name="IssuedAt">The client's clock, whole milliseconds.</param>
/// <param name="ExpiresAt">At most <see cref="MaxLife"/> after <paramref name="IssuedAt"/>.</param>
/// <param name="Note">Free text for people, at most 256 characters; never decides anything.</param>
public sealed record RequestBody(
    ClusterId Cluster,
    string IdempotencyKey,
    DateTimeOffset IssuedAt,
    DateTimeOffset ExpiresAt,
    string Note,
    RequestAction Action)
{
    public const int MaxIdempotencyKeyLength = 64;
    public const int MaxNoteLength = 256;

    /// <summary>The longest a request may stay valid.</summary>
    public static readonly TimeSpan MaxLife = TimeSpan.FromDays(7);
}

/// <summary>What a request asks for: a client's here, administrators' in <c>Orders</c>. New kinds of request join here.</summary>
public abstract record RequestAction
{
    private protected RequestAction() { }

    /// <summary>Make keys: this request is their order (spec §9).</summary>
    /// <param name="Parties">The key's nodes with their numbers, ascending by pid, 2..16; their count is n.</param>
    /// <param name="Labels">Empty, or one label a key (1..64 characters of [A-Za-z0-9._-]).</param>
    /// <param name="Count">N: keys in the batch, 1..1,000.</param>
    public sealed record CreateKeys(
        Suite Suite,
        int Threshold,
        IReadOnlyList<(PartyId Pid, NodeId Nid)> Parties,
        int Count,
        IReadOnlyList<string> Labels,
        KeyUsage Usage) : RequestAction;

    /// <summary>Sign a payload. <paramref name="Path"/> is the derivation path, empty for the key itself.</summary>
    public sealed record Sign(KeyId Key, IReadOnlyList<uint> Path, PayloadKind Kind, ReadOnlyMemory<byte> Payload) : RequestAction
    {
        /// <summary>Above every transaction of the supported chains; a Solana message has at most 1,232 bytes.</summary>
        public const int MaxPayloadBytes = 128 << 10;

        /// <summary>Indices of a derivation path.</summary>
        public const int MaxPathLength = 10;

        /// <summary>Which output key of a Taproot key signs; <see cref="TaprootOutput.None"/> for keys of other suites.</summary>
        public TaprootOutput Taproot { get; init; } = TaprootOutput.None;
    }
}
