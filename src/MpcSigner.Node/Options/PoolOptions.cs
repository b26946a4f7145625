using MpcSigner.Coordination.Boundary;
using MpcSigner.Documents.Yaml;

namespace MpcSigner.Node.Options;

/// <summary>The section <c>pools</c> of the options file.</summary>
internal static class PoolOptions
{
    /// <summary>Locked memory: two scalars of 32 bytes a piece.</summary>
    public const int MaxHeldPerPeer = 65_536;

    public const int MaxStocked = 65_536;

    public static PoolSettings Read(YamlMap? map)
    {
        var defaults = new PoolSettings();
        if (map is null)
            return defaults;
        var nonces = map.Integer("nonces", 0, PoolSettings.MaxLevel, optional: true);
        var batch = map.Integer("batch", 1, PoolSettings.MaxBatch, optional: true);
        var presignatures = map.Integer("presignatures", 0, PoolSettings.MaxLevel, optional: true);
        var presignBatch = map.Integer("presign_batch", 1, PoolSettings.MaxPresignBatch, optional: true);
        var life = map.Duration("life", PoolSettings.MinLife, PoolSettings.MaxLife, optional: true);
        var stocked = map.Integer("stocked", 0, MaxStocked, optional: true);
        var held = map.Integer("held_per_peer", PoolSettings.MaxBatch, MaxHeldPerPeer, optional: true);
        return defaults with
        {
            NonceLevel = (int)(nonces ?? defaults.NonceLevel),
            NonceBatch = (int)(batch ?? defaults.NonceBatch),
            PresignatureLevel = (int)(presignatures ?? defaults.PresignatureLevel),
            PresignBatch = (int)(presignBatch ?? defaults.PresignBatch),
            Life = life ?? defaults.Life,
            MaxStocked = (int)(stocked ?? defaults.MaxStocked),
            MaxHeldPerPeer = (int)(held ?? defaults.MaxHeldPerPeer),
        };
    }
}
