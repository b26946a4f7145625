namespace MpcSigner.Coordination.Boundary;

/// <summary>How much is made ahead for signatures, how long it lives, and how much peers may have made here. Every default is what a node runs with.</summary>
public sealed record PoolSettings
{
    /// <summary>No material lives longer (spec §12, §19.4).</summary>
    public static readonly TimeSpan MaxLife = TimeSpan.FromHours(24);

    public static readonly TimeSpan MinLife = TimeSpan.FromSeconds(10);

    /// <summary>Most that one session makes; beside its readers.</summary>
    public const int MaxBatch = 256;

    public const int MaxLevel = 1_000;

    /// <summary>Nonce commitments kept ready per key and co-signer, 0..1,000; 0: none is made before a request asks for it.</summary>
    public int NonceLevel { get; init; } = 32;

    /// <summary>Made in one session in the background, 1..256.</summary>
    public int NonceBatch { get; init; } = 16;

    /// <summary>Most presignatures of one session: round 2 of so many is below a session's longest message.</summary>
    public const int MaxPresignBatch = 16;

    /// <summary>Presignatures kept ready per key and quorum, 0..1,000.</summary>
    public int PresignatureLevel { get; init; } = 8;

    /// <summary>Made in one session in the background, 1..16.</summary>
    public int PresignBatch { get; init; } = 4;

    /// <summary>For a presign session, pair setups included.</summary>
    public TimeSpan PresignDeadline { get; init; } = TimeSpan.FromSeconds(12);

    /// <summary>Quorums of an ECDSA key that are all kept filled; of a key that has more, only those in use.</summary>
    public int MaxQuorums { get; init; } = 4;

    /// <summary>How long material lives at either end; the shorter of both counts.</summary>
    public TimeSpan Life { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Pieces of material that this node keeps ready as coordinator, of all keys. When it is reached, keys that were not used for longest go without.</summary>
    public int MaxStocked { get; init; } = 4_096;

    /// <summary>Background sessions at a time; what a request waits for is not counted.</summary>
    public int MaxRefills { get; init; } = 2;

    /// <summary>After a session that made nothing, the same is not tried in the background for so long.</summary>
    public TimeSpan RefillPause { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How often levels and lives are looked after.</summary>
    public TimeSpan TendInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Pieces that one peer may have waiting here; two scalars of locked memory each.</summary>
    public int MaxHeldPerPeer { get; init; } = 8_192;

    /// <summary>Pieces that all peers together may have waiting here.</summary>
    public int MaxHeld { get; init; } = 32_768;

    /// <summary>Sessions whose material one peer may have waiting here: each keeps its channel.</summary>
    public int MaxLotsPerPeer { get; init; } = 1_024;

    /// <summary>Presign sessions that one peer may have under way here: each holds up to 130 KB of locked memory for every other signer.</summary>
    public int MaxMakingPerPeer { get; init; } = 8;

    /// <summary>Wall and monotonic clock may drift apart by so much between two looks; more is a suspended or copied machine, whose material goes.</summary>
    public TimeSpan MaxClockJump { get; init; } = TimeSpan.FromSeconds(20);
}
