using System.Text.Json;
using MpcSigner.Benchmarks.Measuring;
using MpcSigner.Core.Keys;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Benchmarks.Protocols;

/// <summary>Whole protocol runs, all parties in one process: what a key or a signature costs the cluster together.</summary>
internal static class ProtocolBenchmarks
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    private static readonly ProtocolRow[] Table =
    [
        new("ecdsa-secp256k1-sign-2of3", 2, () => new EcdsaSignRun(Suite.EcdsaSecp256k1, threshold: 2, parties: 3)),
        new("ecdsa-secp256k1-online-2of3", 1.5, () => new EcdsaSignRun(Suite.EcdsaSecp256k1, threshold: 2, parties: 3, onlineOnly: true)),
        new("ecdsa-secp256k1-sign-3of5", 2, () => new EcdsaSignRun(Suite.EcdsaSecp256k1, threshold: 3, parties: 5)),
        new("ecdsa-p256-sign-2of3", 2, () => new EcdsaSignRun(Suite.EcdsaP256, threshold: 2, parties: 3)),
        new("ecdsa-keygen-2of3", 1.5, () => new KeygenRun(Suite.EcdsaSecp256k1, threshold: 2, parties: 3, count: 1)),
        new("ecdsa-keygen-batch1000-2of3", 3, () => new KeygenRun(Suite.EcdsaSecp256k1, threshold: 2, parties: 3, count: 1_000)),
        new("ed25519-sign-2of3", 1.5, () => new FrostSignRun(Suite.FrostEd25519, threshold: 2, parties: 3)),
        new("taproot-sign-2of3", 1.5, () => new FrostSignRun(Suite.FrostSecp256k1Taproot, threshold: 2, parties: 3)),
        new("ed25519-keygen-2of3", 1.5, () => new KeygenRun(Suite.FrostEd25519, threshold: 2, parties: 3, count: 1)),
        new("refresh-2of3", 1.5, () => new ResharingRun(ProtocolKind.Refresh, members: 3, count: 1)),
        new("refresh-batch1000-2of3", 3, () => new ResharingRun(ProtocolKind.Refresh, members: 3, count: 1_000)),
        new("reshare-2of3-3of5", 1.5, () => new ResharingRun(ProtocolKind.Reshare, members: 5, count: 1)),
        new("recover-2of3", 1.5, () => new ResharingRun(ProtocolKind.Recovery, members: 3, count: 1)),
        new("pair-setup", 3, () => new PairSetupRun()),
        // The same with the identity signatures counted: only when asked for by name.
        new("ed25519-sign-2of3-signed", 1.5, () => new FrostSignRun(Suite.FrostEd25519, threshold: 2, parties: 3, signed: true), ByNameOnly: true),
        new("ed25519-keygen-2of3-signed", 1.5, () => new KeygenRun(Suite.FrostEd25519, threshold: 2, parties: 3, count: 1, signed: true), ByNameOnly: true),
    ];

    public static int Run(Options options)
    {
        if (options.Choose(Table, row => row.Id) is not { } chosen)
            return 2;
        List<Measurement> rows = [];
        foreach (var row in chosen.Where(row => options.Only is not null || !row.ByNameOnly))
        {
            rows.Add(Measurement.Of(row, options.Quick));
            Console.WriteLine(rows[^1].ToString());
        }
        if (options.Json is { } file)
            File.WriteAllText(file, JsonSerializer.Serialize(rows, Json));
        return 0;
    }
}
